//! Bytes and text as Python code hands them over.

use pyo3::{
    exceptions::PyTypeError,
    prelude::*,
    types::{PyBytes, PyString},
};

/// The bytes of an object that has some. It owns them, or the object that does, so that they can be read while the
/// interpreter is released.
pub(crate) enum Bytes<'py> {
    Bytes(Bound<'py, PyBytes>),
    /// The text of a `str`, which the interpreter keeps in UTF-8 beside it.
    Text(Bound<'py, PyString>),
}

impl<'py> Bytes<'py> {
    /// From `bytes`, or anything with the buffer protocol.
    pub(crate) fn binary(value: &Bound<'py, PyAny>, what: &str) -> PyResult<Self> {
        if let Ok(bytes) = value.cast::<PyBytes>() {
            return Ok(Self::Bytes(bytes.clone()));
        }
        if value.is_instance_of::<PyString>() {
            return Err(PyTypeError::new_err(format!("{what} must be bytes, not str")));
        }
        Self::buffer(value)?.ok_or_else(|| wrong_type(value, what, "bytes"))
    }

    /// From `str` too.
    pub(crate) fn document(value: &Bound<'py, PyAny>, what: &str) -> PyResult<Self> {
        Self::of_document(value)?.ok_or_else(|| wrong_type(value, what, "str or bytes"))
    }

    /// The same, where the object may be something else: then there is none.
    pub(crate) fn of_document(value: &Bound<'py, PyAny>) -> PyResult<Option<Self>> {
        if let Ok(text) = value.cast::<PyString>() {
            // Refuses lone surrogates, which have no UTF-8.
            text.to_str()?;
            return Ok(Some(Self::Text(text.clone())));
        }
        if let Ok(bytes) = value.cast::<PyBytes>() {
            return Ok(Some(Self::Bytes(bytes.clone())));
        }
        Self::buffer(value)
    }

    /// A copy: what is in a `bytearray` may change at any time. The limited interface of Python 3.10 has no buffers, so
    /// Python itself does it.
    fn buffer(value: &Bound<'py, PyAny>) -> PyResult<Option<Self>> {
        let py = value.py();
        let builtins = py.import("builtins")?;
        let is_buffer = ["bytearray", "memoryview"]
            .iter()
            .map(|name| value.is_instance(&builtins.getattr(*name)?))
            .try_fold(false, |any, one: PyResult<bool>| one.map(|one| any || one))?;
        if !is_buffer {
            return Ok(None);
        }
        Ok(Some(Self::Bytes(py.get_type::<PyBytes>().call1((value,))?.cast_into()?)))
    }

    pub(crate) fn as_slice(&self) -> PyResult<&[u8]> {
        match self {
            Self::Bytes(bytes) => Ok(bytes.as_bytes()),
            Self::Text(text) => Ok(text.to_str()?.as_bytes()),
        }
    }
}

pub(crate) fn wrong_type(value: &Bound<'_, PyAny>, what: &str, expected: &str) -> PyErr {
    match value.get_type().name() {
        Ok(name) => PyTypeError::new_err(format!("{what} must be {expected}, not {name}")),
        Err(error) => error,
    }
}
