//! Public keys, and signatures without a policy.

use crate::{error, input::Bytes};
use dokimos::SignedMessage;
use pyo3::{
    prelude::*,
    types::{PyBytes, PyTuple},
};

/// An RSA public key with the one algorithm that it verifies.
///
/// Reading a key checks it and prepares it for verification: read it once and use it often. The algorithm comes from
/// whoever trusts the key, never from a signature; any name in use is read (`RSA_PSS_2048_SHA256`, `RSA_PKCS1_SHA_256`).
///
/// Two keys are equal if they are the same key, whatever algorithm each was declared to have.
#[pyclass(frozen, eq, hash, module = "dokimos")]
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct PublicKey(dokimos::PublicKey);

#[pymethods]
impl PublicKey {
    /// Reads a key in PEM: one block `PUBLIC KEY` or `RSA PUBLIC KEY`.
    ///
    /// With `salt_length` only RSASSA-PSS signatures whose salt has so many bytes are accepted.
    #[staticmethod]
    #[pyo3(signature = (pem, algorithm, *, salt_length = None))]
    fn from_pem(pem: &Bound<'_, PyAny>, algorithm: &str, salt_length: Option<usize>) -> PyResult<Self> {
        let bytes = Bytes::document(pem, "pem")?;
        Self::read(pem.py(), algorithm, salt_length, |algorithm| {
            Ok(dokimos::PublicKey::from_pem(bytes.as_slice()?, algorithm))
        })
    }

    /// Reads a key in DER: SubjectPublicKeyInfo or PKCS#1.
    ///
    /// With `salt_length` only RSASSA-PSS signatures whose salt has so many bytes are accepted.
    #[staticmethod]
    #[pyo3(signature = (der, algorithm, *, salt_length = None))]
    fn from_der(der: &Bound<'_, PyAny>, algorithm: &str, salt_length: Option<usize>) -> PyResult<Self> {
        let bytes = Bytes::binary(der, "der")?;
        Self::read(der.py(), algorithm, salt_length, |algorithm| {
            Ok(dokimos::PublicKey::from_der(bytes.as_slice()?, algorithm))
        })
    }

    /// The canonical name of the algorithm that the key was declared to have.
    #[getter]
    fn algorithm(&self) -> String {
        self.0.algorithm().to_string()
    }

    /// The size of the modulus, in bits.
    #[getter]
    fn modulus_bits(&self) -> usize {
        self.0.modulus_bits()
    }

    /// The length of each signature of this key, in bytes.
    #[getter]
    fn signature_length(&self) -> usize {
        self.0.signature_len()
    }

    /// The length that the salt of an RSASSA-PSS signature must have, in bytes, if it is fixed.
    #[getter]
    fn salt_length(&self) -> Option<usize> {
        self.0.salt_length()
    }

    /// The SHA-256 of the key's SubjectPublicKeyInfo: 32 bytes.
    #[getter]
    fn fingerprint<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.fingerprint())
    }

    /// The id under which a key is known that was given no other: `ni:///sha-256;` and the fingerprint in base64url.
    #[getter]
    fn default_id(&self) -> String {
        self.0.default_id().to_string()
    }

    /// The key in PEM, as a `PUBLIC KEY`.
    fn to_pem(&self) -> String {
        self.0.to_pem()
    }

    /// The key in DER, as a SubjectPublicKeyInfo.
    fn to_der<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.to_spki_der())
    }

    /// Verifies the signature of a message; raises `SignatureError` unless it was made with this key and its algorithm.
    #[pyo3(signature = (message, signature))]
    fn verify(&self, message: &Bound<'_, PyAny>, signature: &Bound<'_, PyAny>) -> PyResult<()> {
        let py = message.py();
        let (message, signature) = (Bytes::binary(message, "message")?, Bytes::binary(signature, "signature")?);
        let (message, signature) = (message.as_slice()?, signature.as_slice()?);
        py.detach(|| self.0.verify(message, signature)).map_err(|problem| error::signature(py, problem))
    }

    fn __repr__(&self) -> String {
        format!("<PublicKey {}, {} bits, {}>", self.0.algorithm(), self.0.modulus_bits(), self.0.default_id())
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let (py, key) = (slf.py(), &slf.get().0);
        let restore = py.import("dokimos._errors")?.getattr("restore_key")?;
        let arguments = (PyBytes::new(py, &key.to_spki_der()), key.algorithm().to_string(), key.salt_length());
        (restore, arguments).into_pyobject(py)
    }
}

impl PublicKey {
    fn read(
        py: Python<'_>,
        algorithm: &str,
        salt_length: Option<usize>,
        read: impl FnOnce(dokimos::SignatureAlgorithm) -> PyResult<Result<dokimos::PublicKey, dokimos::KeyError>>,
    ) -> PyResult<Self> {
        let algorithm = algorithm.parse().map_err(|problem| error::algorithm(py, problem))?;
        let key = read(algorithm)?;
        let key = match salt_length {
            Some(bytes) => key.and_then(|key| key.with_salt_length(bytes)),
            None => key,
        };
        key.map(Self).map_err(|problem| error::key(py, &problem))
    }
}

/// Verifies many signatures, keys mixed freely, and says of each whether it is valid, in the order of the items.
///
/// Each item is a key, a message and a signature. The results are those of `PublicKey.verify`; where the processor can
/// do several at once it is much faster than one at a time.
#[pyfunction]
#[pyo3(signature = (items, /))]
pub(crate) fn verify_batch(items: &Bound<'_, PyAny>) -> PyResult<Vec<bool>> {
    let mut held = Vec::new();
    for item in items.try_iter()? {
        let (key, message, signature): (Bound<'_, PublicKey>, Bound<'_, PyAny>, Bound<'_, PyAny>) = item?.extract()?;
        held.push((key, Bytes::binary(&message, "message")?, Bytes::binary(&signature, "signature")?));
    }
    let mut jobs = Vec::with_capacity(held.len());
    for (key, message, signature) in &held {
        jobs.push(SignedMessage { key: &key.get().0, message: message.as_slice()?, signature: signature.as_slice()? });
    }
    let results = items.py().detach(|| dokimos::verify_batch(&jobs));
    Ok(results.iter().map(Result::is_ok).collect())
}
