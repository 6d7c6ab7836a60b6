//! Image references and digests.

use crate::error;
use pyo3::{prelude::*, types::PyTuple};

/// The name of a container image, read strictly and compared in one form.
///
/// `str()` gives it back as it was given; everything else speaks of the canonical form, by which references are equal,
/// ordered and hashed.
///
/// >>> image = ImageReference("Index.Docker.io/alpine:3.18")
/// >>> str(image)
/// 'Index.Docker.io/alpine:3.18'
/// >>> image.canonical
/// 'docker.io/library/alpine:3.18'
/// >>> image == ImageReference("alpine:3.18")
/// True
///
/// What is not a reference, and what different programs would take for different images, raises `ReferenceError`:
///
/// >>> ImageReference("Foo/bar")
/// Traceback (most recent call last):
/// ...
/// dokimos.ReferenceError: an upper-case first component without dot or port is a registry to some and a path to others
#[pyclass(frozen, eq, hash, ord, module = "dokimos")]
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ImageReference(pub(crate) dokimos::ImageReference);

#[pymethods]
impl ImageReference {
    #[new]
    #[pyo3(signature = (text, /))]
    fn new(py: Python<'_>, text: &str) -> PyResult<Self> {
        text.parse().map(Self).map_err(|problem| error::reference(py, &problem))
    }

    /// The one form of this image's name: the repository, and the digest or else the tag or else `latest`.
    #[getter]
    fn canonical(&self) -> &str {
        self.0.canonical()
    }

    /// The registry with its port: `docker.io`, `registry.example.com:5000`.
    #[getter]
    fn domain(&self) -> &str {
        self.0.domain()
    }

    /// The repository's path at the registry: `library/alpine`.
    #[getter]
    fn path(&self) -> &str {
        self.0.path()
    }

    /// The domain and the path: `docker.io/library/alpine`.
    #[getter]
    fn repository(&self) -> &str {
        self.0.repository()
    }

    /// The tag, if one was given. Beside a digest it names nothing.
    #[getter]
    fn tag(&self) -> Option<&str> {
        self.0.tag()
    }

    /// The digest, if one was given.
    #[getter]
    fn digest(&self) -> Option<Digest> {
        self.0.digest().cloned().map(Digest)
    }

    fn __str__(&self) -> &str {
        self.0.as_given()
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("ImageReference({})", self.0.as_given().into_pyobject(py)?.repr()?))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        (slf.get_type(), (slf.get().0.as_given(),)).into_pyobject(slf.py())
    }
}

/// The digest of an image: `sha256:` (or `sha384:`, `sha512:`) and the hash in lower-case hexadecimal.
///
/// >>> digest = Digest("sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
/// >>> digest.algorithm, digest.hex[:8]
/// ('sha256', '9f86d081')
/// >>> Digest("sha256:9F86")
/// Traceback (most recent call last):
/// ...
/// dokimos.ReferenceError: the digest's hash has 4 characters, sha256 has 64
#[pyclass(frozen, eq, hash, ord, module = "dokimos")]
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Digest(dokimos::Digest);

#[pymethods]
impl Digest {
    #[new]
    #[pyo3(signature = (text, /))]
    fn new(py: Python<'_>, text: &str) -> PyResult<Self> {
        text.parse().map(Self).map_err(|problem| error::digest(py, &problem))
    }

    /// The hash function: `sha256`, `sha384` or `sha512`.
    #[getter]
    fn algorithm(&self) -> &'static str {
        self.0.algorithm().name()
    }

    /// The hash in lower-case hexadecimal.
    #[getter]
    fn hex(&self) -> &str {
        self.0.hex()
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        format!("Digest('{}')", self.0)
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        (slf.get_type(), (slf.get().0.to_string(),)).into_pyobject(slf.py())
    }
}
