//! Which library this is: at compile time by the macros, at run time by the functions.

use core::ffi::c_char;

/// The first number of the version of this header.
pub const DOKIMOS_VERSION_MAJOR: u32 = 0;
/// The second number of the version of this header.
pub const DOKIMOS_VERSION_MINOR: u32 = 1;
/// The third number of the version of this header.
pub const DOKIMOS_VERSION_PATCH: u32 = 0;
/// The version of this header as one number that grows with it: 10000 times the first, 100 times the second, the third.
pub const DOKIMOS_VERSION_NUMBER: u32 = 100;
/// Grows whenever a program that was built with an older header would no longer work.
pub const DOKIMOS_ABI_VERSION: u32 = 1;

/// The version of the library that runs, as `0.1.0`; terminated by a NUL.
#[unsafe(no_mangle)]
pub extern "C" fn dokimos_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// The version of the library that runs, as `DOKIMOS_VERSION_NUMBER` has it.
#[unsafe(no_mangle)]
pub extern "C" fn dokimos_version_number() -> u32 {
    DOKIMOS_VERSION_NUMBER
}

/// `DOKIMOS_ABI_VERSION` of the library that runs; a program can use it if the two are equal.
#[unsafe(no_mangle)]
pub extern "C" fn dokimos_abi_version() -> u32 {
    DOKIMOS_ABI_VERSION
}
