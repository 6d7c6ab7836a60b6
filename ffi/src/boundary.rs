//! What every function of the library runs in.

use crate::{
    error::{Error, Failure},
    pointer::Str,
    status::{self, Status},
};

/// Runs the body of an exported function, so that no panic leaves it.
///
/// `boundary!(error => body)` is for functions that give a status: the body ends in `Result<(), Failure>`.
/// `boundary!(body)` is for the others; after a panic they give the type's [`Fallback`].
macro_rules! boundary {
    ($error:ident => $body:block) => {
        // SAFETY: the caller keeps the conventions at the top of dokimos.h, which are those of `pointer`.
        unsafe { $crate::boundary::with_status($error, || $body) }
    };
    ($body:block) => {
        $crate::boundary::guarded(|| {
            // SAFETY: as above.
            unsafe { $body }
        })
    };
}
pub(crate) use boundary;

/// Runs the body and gives its status; the error object is written where the caller wants one.
///
/// # Safety
/// `error` is NULL or a place for a pointer.
pub(crate) unsafe fn with_status(error: *mut *mut Error, body: impl FnOnce() -> Result<(), Failure>) -> Status {
    guarded(|| {
        // Nothing of an earlier call may be taken for this one's.
        // SAFETY: as the caller promises.
        unsafe { Error::clear(error) };
        match body() {
            Ok(()) => status::DOKIMOS_OK,
            // SAFETY: as the caller promises.
            Err(failure) => unsafe { failure.report(error) },
        }
    })
}

/// Runs the body; a panic becomes the fallback. The process's panic hook is left alone.
pub(crate) fn guarded<T: Fallback>(body: impl FnOnce() -> T) -> T {
    let body = || {
        #[cfg(test)]
        injected::panic_if_asked();
        body()
    };
    #[cfg(any(feature = "policy", test))]
    return caught(body);
    #[cfg(not(any(feature = "policy", test)))]
    return body();
}

#[cfg(any(feature = "policy", test))]
fn caught<T: Fallback>(body: impl FnOnce() -> T) -> T {
    // What a body writes to through a handle is whole after each of its steps: core's `add` extends the set last.
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(body)).unwrap_or_else(|payload| {
        // The payload's own destructor could panic, and nothing is gained by running it.
        std::mem::forget(payload);
        T::FALLBACK
    })
}

/// What a function gives after a panic: never what could be taken for a yes.
pub(crate) trait Fallback {
    #[cfg_attr(not(feature = "policy"), allow(dead_code, reason = "a panic ends the process there"))]
    const FALLBACK: Self;
}

impl Fallback for () {
    const FALLBACK: Self = ();
}

impl Fallback for Status {
    const FALLBACK: Self = status::DOKIMOS_INTERNAL;
}

impl Fallback for bool {
    const FALLBACK: Self = false;
}

impl Fallback for usize {
    const FALLBACK: Self = 0;
}

impl Fallback for Str {
    const FALLBACK: Self = Str::NONE;
}

#[cfg(test)]
pub(crate) mod injected {
    //! A panic inside the next call, for the tests of the boundary.
    use std::cell::Cell;

    thread_local!(static ASKED: Cell<bool> = const { Cell::new(false) });

    pub(super) fn panic_if_asked() {
        if ASKED.replace(false) {
            std::panic::panic_any(Bomb);
        }
    }

    /// Calls with a panic inside the first function of the library that is called.
    pub(crate) fn with_panic<T>(call: impl FnOnce() -> T) -> T {
        ASKED.set(true);
        let result = call();
        assert!(!ASKED.get(), "the call did not pass the boundary");
        result
    }

    /// A payload that panics when it is dropped.
    struct Bomb;

    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("the payload was dropped");
        }
    }
}
