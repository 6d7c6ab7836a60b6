//! What crosses the boundary: byte strings, handles, and the places into which results are written.
//!
//! The functions here are unsafe with one common contract, that of the conventions in `dokimos.h`: a pointer is NULL
//! or points to what its type says, for as many bytes as its length says, until the call returns; a handle comes from
//! this library and was not freed; nobody else writes to what a `*mut` points to.

use crate::{
    error::Failure,
    status::{DOKIMOS_INVALID_LENGTH, DOKIMOS_INVALID_UTF8, DOKIMOS_NULL_ARGUMENT},
};
use alloc::{boxed::Box, format};
use core::{
    ffi::{c_char, c_void},
    mem::MaybeUninit,
    ptr, slice, str,
};

/// A view of text in UTF-8, which stays the library's; not terminated by a NUL. `data` is NULL when there is none.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Str {
    /// The first byte.
    pub data: *const c_char,
    /// How many bytes there are.
    pub len: usize,
}

impl Str {
    pub(crate) const NONE: Self = Self { data: ptr::null(), len: 0 };

    /// The view is good for as long as the text is.
    pub(crate) fn of(text: &str) -> Self {
        Self { data: text.as_ptr().cast(), len: text.len() }
    }

    pub(crate) fn of_option(text: Option<&str>) -> Self {
        text.map_or(Self::NONE, Self::of)
    }
}

/// The bytes at a pointer; NULL is none of them, if the length says so too.
pub(crate) unsafe fn bytes<'a>(data: *const c_void, len: usize, name: &'static str) -> Result<&'a [u8], Failure> {
    if data.is_null() {
        return if len == 0 { Ok(&[]) } else { Err(null(name)) };
    }
    check_length::<u8>(len, name)?;
    // SAFETY: not NULL, no longer than an object can be; the rest is the contract above.
    Ok(unsafe { slice::from_raw_parts(data.cast(), len) })
}

/// The text at a pointer.
pub(crate) unsafe fn text<'a>(data: *const c_char, len: usize, name: &'static str) -> Result<&'a str, Failure> {
    // SAFETY: the contract above.
    let bytes = unsafe { bytes(data.cast(), len, name) }?;
    str::from_utf8(bytes).map_err(|error| {
        let message = format!("not UTF-8 at byte {}", error.valid_up_to());
        Failure::call(DOKIMOS_INVALID_UTF8, name, message)
    })
}

/// The text at a pointer, where NULL means that there is none.
#[cfg(feature = "policy")]
pub(crate) unsafe fn optional_text<'a>(
    data: *const c_char,
    len: usize,
    name: &'static str,
) -> Result<Option<&'a str>, Failure> {
    if data.is_null() && len == 0 {
        return Ok(None);
    }
    // SAFETY: the contract above.
    unsafe { text(data, len, name) }.map(Some)
}

/// The items of an array.
pub(crate) unsafe fn items<'a, T>(data: *const T, count: usize, name: &'static str) -> Result<&'a [T], Failure> {
    if data.is_null() {
        return if count == 0 { Ok(&[]) } else { Err(null(name)) };
    }
    check_length::<T>(count, name)?;
    // SAFETY: not NULL, no longer than an object can be; the rest is the contract above.
    Ok(unsafe { slice::from_raw_parts(data, count) })
}

/// The places of an array for results, whatever is in them now.
pub(crate) unsafe fn places<'a, T: Copy>(
    data: *mut T,
    count: usize,
    name: &'static str,
) -> Result<&'a mut [MaybeUninit<T>], Failure> {
    if data.is_null() {
        return if count == 0 { Ok(&mut []) } else { Err(null(name)) };
    }
    check_length::<T>(count, name)?;
    // SAFETY: not NULL, no longer than an object can be, and nothing is taken for initialised; the rest is the
    // contract above.
    Ok(unsafe { slice::from_raw_parts_mut(data.cast(), count) })
}

/// The object of a handle, where NULL means that there is none.
pub(crate) unsafe fn borrow<'a, T>(handle: *const T) -> Option<&'a T> {
    // SAFETY: the contract above.
    unsafe { handle.as_ref() }
}

/// The object of a handle that must be there.
pub(crate) unsafe fn required<'a, T>(handle: *const T, name: &'static str) -> Result<&'a T, Failure> {
    // SAFETY: the contract above.
    unsafe { handle.as_ref() }.ok_or_else(|| null(name))
}

/// The object of a handle that must be there, to be changed.
pub(crate) unsafe fn required_mut<'a, T>(handle: *mut T, name: &'static str) -> Result<&'a mut T, Failure> {
    // SAFETY: the contract above.
    unsafe { handle.as_mut() }.ok_or_else(|| null(name))
}

/// Frees the object of a handle; NULL is none.
pub(crate) unsafe fn free<T>(handle: *mut T) {
    if !handle.is_null() {
        // SAFETY: made by `Place::fill` or `Failure::report`, which use `Box::into_raw`; the rest is the contract above.
        drop(unsafe { Box::from_raw(handle) });
    }
}

/// Where a function writes the handle that it makes; NULL stands there until it has made one.
pub(crate) struct Place<T>(*mut *mut T);

impl<T> Place<T> {
    pub(crate) unsafe fn new(place: *mut *mut T, name: &'static str) -> Result<Self, Failure> {
        if place.is_null() {
            return Err(null(name));
        }
        // SAFETY: the contract above.
        unsafe { place.write(ptr::null_mut()) };
        Ok(Self(place))
    }

    pub(crate) fn fill(self, object: T) {
        // SAFETY: `new` wrote there already.
        unsafe { self.0.write(Box::into_raw(Box::new(object))) };
    }
}

fn null(name: &'static str) -> Failure {
    Failure::call(DOKIMOS_NULL_ARGUMENT, name, "the pointer is NULL")
}

fn check_length<T>(count: usize, name: &'static str) -> Result<(), Failure> {
    let bytes = count.checked_mul(size_of::<T>());
    if bytes.is_some_and(|bytes| isize::try_from(bytes).is_ok()) {
        return Ok(());
    }
    Err(Failure::call(DOKIMOS_INVALID_LENGTH, name, format!("{count} is longer than any object")))
}
