//! Points in time.

use crate::input::wrong_type;
use dokimos::UnixTime;
use pyo3::{
    exceptions::PyValueError,
    prelude::*,
    types::{IntoPyDict, PyDateTime},
};
use std::time::{SystemTime, UNIX_EPOCH};

/// The time that an argument `at` gives; without one, now.
pub(crate) fn moment(at: Option<&Bound<'_, PyAny>>) -> PyResult<UnixTime> {
    let Some(at) = at else { return now() };
    let Ok(at) = at.cast::<PyDateTime>() else { return Err(wrong_type(at, "at", "a datetime")) };
    if at.call_method0("utcoffset")?.is_none() {
        return Err(PyValueError::new_err(
            "at has no time zone: it would mean another moment on another machine; use datetime.now(timezone.utc)",
        ));
    }
    // The fraction is dropped first: as a floating-point number the time could be rounded up to the next second.
    let no_fraction = [("microsecond", 0)].into_py_dict(at.py())?;
    let whole = at.call_method("replace", (), Some(&no_fraction))?;
    let seconds: f64 = whole.call_method0("timestamp")?.extract()?;
    let seconds: i64 = seconds.into_pyobject(at.py())?.call_method0("__int__")?.extract()?;
    Ok(UnixTime::from_secs(seconds))
}

/// The one clock that is read, and only when no time was given.
fn now() -> PyResult<UnixTime> {
    let before_1970 = |_| PyValueError::new_err("the system's clock stands before 1970");
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_err(before_1970)?.as_secs();
    let out_of_range = |_| PyValueError::new_err("the system's clock is out of range");
    i64::try_from(seconds).map(UnixTime::from_secs).map_err(out_of_range)
}
