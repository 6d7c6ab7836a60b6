//! Sets of attestations, from everything that Python code has them in.

use crate::{
    error,
    input::{Bytes, wrong_type},
};
use dokimos::Budget;
use pyo3::{prelude::*, types::PyDict};
use std::sync::{Arc, PoisonError, RwLock};

/// A set of attestations, read once and used for many images. Nothing in it has been verified.
///
/// `documents` is what `Policy.evaluate` takes: JSON as `str`, `bytes` or `dict`, a path-like, or a list of them.
///
/// >>> attestations = Attestations({"Base64Signature": "AQID", "Payload": "e30=", "Cert": None})
/// >>> len(attestations)
/// 1
#[pyclass(frozen, module = "dokimos")]
pub(crate) struct Attestations(RwLock<Arc<dokimos::Attestations>>);

#[pymethods]
impl Attestations {
    #[new]
    #[pyo3(signature = (documents = None, /))]
    fn new(documents: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let set = documents.map_or_else(|| Ok(Arc::default()), Self::of)?;
        Ok(Self(RwLock::new(set)))
    }

    /// Adds the attestations of one document and returns how many they were.
    ///
    /// `source` names the document in reports; for a path-like it is the path unless another is given.
    #[pyo3(signature = (document, *, source = None))]
    fn add(&self, document: &Bound<'_, PyAny>, source: Option<&str>) -> PyResult<usize> {
        let document = Document::of(document)?.ok_or_else(|| wrong_type(document, "document", EXPECTED))?;
        let source = source.or(document.source.as_deref()).unwrap_or_default();
        let bytes = document.bytes.as_slice()?;
        let added = self.change(|set| set.add(source, bytes, &Budget::default()));
        added.map_err(|problem| error::attestation(document.py, source, &problem))
    }

    /// Adds a payload and a signature over it that stand in files of their own, as raw bytes.
    ///
    /// `key_id` is the id of the key that signed, where it is known; without it every key may be tried.
    #[pyo3(signature = (payload, signature, *, key_id = None, source = ""))]
    fn add_detached(
        &self,
        payload: &Bound<'_, PyAny>,
        signature: &Bound<'_, PyAny>,
        key_id: Option<&str>,
        source: &str,
    ) -> PyResult<()> {
        let py = payload.py();
        let (payload, signature) = (Bytes::binary(payload, "payload")?, Bytes::binary(signature, "signature")?);
        let (payload, signature) = (payload.as_slice()?, signature.as_slice()?);
        let added = self.change(|set| set.add_detached(source, payload, signature, key_id, &Budget::default()));
        added.map_err(|problem| error::attestation(py, source, &problem))
    }

    fn __len__(&self) -> usize {
        self.shared().len()
    }

    fn __repr__(&self) -> String {
        format!("<Attestations: {}>", self.shared().len())
    }
}

const EXPECTED: &str = "str, bytes, a dict or a path-like";

impl Attestations {
    /// The set that an argument stands for.
    pub(crate) fn of(value: &Bound<'_, PyAny>) -> PyResult<Arc<dokimos::Attestations>> {
        if let Ok(set) = value.cast::<Attestations>() {
            return Ok(set.get().shared());
        }
        let mut set = dokimos::Attestations::new();
        if let Some(document) = Document::of(value)? {
            let source = document.source.clone().unwrap_or_default();
            document.add_to(&mut set, &source)?;
            return Ok(set.into());
        }
        let Ok(items) = value.try_iter() else {
            let expected = format!("{EXPECTED}, a list of them, or Attestations");
            return Err(wrong_type(value, "attestations", &expected));
        };
        for (index, item) in items.enumerate() {
            let (item, name) = (item?, format!("attestations[{index}]"));
            let document = Document::of(&item)?.ok_or_else(|| wrong_type(&item, &name, EXPECTED))?;
            let source = document.source.clone().unwrap_or(name);
            document.add_to(&mut set, &source)?;
        }
        Ok(set.into())
    }

    fn shared(&self) -> Arc<dokimos::Attestations> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Nobody who uses the set at that moment sees the change: they hold the set as it was. The change runs no Python
    /// code: another thread could hold the interpreter and wait for the set.
    fn change<T>(&self, change: impl FnOnce(&mut dokimos::Attestations) -> T) -> T {
        let mut set = self.0.write().unwrap_or_else(PoisonError::into_inner);
        change(Arc::make_mut(&mut set))
    }
}

/// One document, in whatever form it came.
struct Document<'py> {
    /// The name that the form itself gives.
    source: Option<String>,
    bytes: Bytes<'py>,
    py: Python<'py>,
}

impl<'py> Document<'py> {
    /// The document that an object is, if it is one.
    fn of(value: &Bound<'py, PyAny>) -> PyResult<Option<Self>> {
        let py = value.py();
        if let Some(bytes) = Bytes::of_document(value)? {
            return Ok(Some(Self { source: None, bytes, py }));
        }
        if value.is_instance_of::<PyDict>() {
            let text = py.import("json")?.call_method1("dumps", (value,))?;
            return Ok(Some(Self { source: None, bytes: Bytes::document(&text, "document")?, py }));
        }
        if !value.hasattr("__fspath__")? {
            return Ok(None);
        }
        let path = py.import("os")?.call_method1("fsdecode", (value,))?;
        // Python opens it, so that what cannot be opened is the exception that Python code expects.
        let file = py.import("builtins")?.call_method1("open", (value, "rb"))?;
        let content = file.call_method0("read");
        file.call_method0("close")?;
        Ok(Some(Self { source: Some(path.extract()?), bytes: Bytes::binary(&content?, "document")?, py }))
    }

    fn add_to(&self, set: &mut dokimos::Attestations, source: &str) -> PyResult<usize> {
        let added = set.add(source, self.bytes.as_slice()?, &Budget::default());
        added.map_err(|problem| error::attestation(self.py, source, &problem))
    }
}
