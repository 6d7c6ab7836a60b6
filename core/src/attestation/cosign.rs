//! What `cosign download signature` prints for each signature: cosign's Go type `SignedPayload`
//! (sigstore/cosign `pkg/cosign/fetch.go`) as `encoding/json` writes it.
//!
//! Its certificate, log entry and timestamp are not used: a signature is verified with the keys of a policy.

use super::{
    Attestation, Content, Signature,
    base64::{self, Dialect},
    payload_bytes, readable, signature_bytes,
};
use crate::{
    Problem,
    document::Place,
    fields::{Fields, Name},
    json::Json,
};
use alloc::{string::String, vec};

/// Members that are passed over. In `Cert` and `Chain` Go writes the modulus of an RSA key as one number.
pub(super) const UNREAD: &[&str] = &["Bundle", "Cert", "Chain", "RFC3161Timestamp"];

const SIGNATURE: Name = Name(&["Base64Signature"]);
const PAYLOAD: Name = Name(&["Payload"]);

pub(super) fn content(json: &Json<'_>, place: &Place<'_>) -> Result<Content, Problem> {
    let record = Fields::new(json, place)?;
    let payload = payload_bytes(&record.required(PAYLOAD)?, Dialect::Go)?;
    let bytes = signature_bytes(&record.required(SIGNATURE)?, Dialect::Go);
    Ok(Content::Signed { payload, payload_type: None, signatures: vec![Signature { key_id: None, bytes }] })
}

impl Attestation {
    /// The line that `cosign download signature` prints for a signature made with a key, without its line feed.
    ///
    /// ```
    /// let record = dokimos::Attestation::write_cosign(b"{}", &[1, 2, 3])?;
    /// assert!(record.starts_with(r#"{"Base64Signature":"AQID","Payload":"e30=","Cert":null,"#));
    /// # Ok::<(), dokimos::Problem>(())
    /// ```
    ///
    /// # Errors
    /// `INVALID_VALUE` if the payload or the signature is empty, `LIMIT_REACHED` if one is too long to be read again.
    pub fn write_cosign(payload: &[u8], signature: &[u8]) -> Result<String, Problem> {
        let mut out = String::from("{\"Base64Signature\":\"");
        base64::push(&mut out, signature);
        out.push_str("\",\"Payload\":\"");
        base64::push(&mut out, payload);
        out.push_str("\",\"Cert\":null,\"Chain\":null,\"Bundle\":null,\"RFC3161Timestamp\":null}");
        readable(out)
    }
}
