//! Sigstore bundles (sigstore/protobuf-specs `protos/sigstore_bundle.proto`), in the JSON mapping of protocol buffers.
//!
//! Only those that were signed with a key: the envelope in them is verified with the keys of a policy. Log entries and
//! timestamps are not looked at.

use super::{Content, dsse, signed::text_or_none};
use crate::{
    Budget, Problem,
    document::{Place, Shown, code},
    fields::{Fields, Name},
    json::Json,
};
use alloc::format;

/// Of these members a bundle has at least one, and no other format has any.
pub(super) const MEMBERS: [Name; 3] = [MATERIAL, ENVELOPE, MESSAGE_SIGNATURE];

const CERTIFICATE: Name = Name(&["certificate"]);
const CHAIN: Name = Name(&["x509CertificateChain", "x509_certificate_chain"]);
const ENVELOPE: Name = Name(&["dsseEnvelope", "dsse_envelope"]);
const HINT: Name = Name(&["hint"]);
const MATERIAL: Name = Name(&["verificationMaterial", "verification_material"]);
const MEDIA_TYPE: Name = Name(&["mediaType", "media_type"]);
const MESSAGE_SIGNATURE: Name = Name(&["messageSignature", "message_signature"]);
const PUBLIC_KEY: Name = Name(&["publicKey", "public_key"]);

/// The versions differ in what must be proved about logs and certificates. The type is not signed; nothing is taken
/// for good because of it.
const MEDIA_TYPES: [&str; 4] = [
    "application/vnd.dev.sigstore.bundle+json;version=0.1",
    "application/vnd.dev.sigstore.bundle+json;version=0.2",
    "application/vnd.dev.sigstore.bundle+json;version=0.3",
    "application/vnd.dev.sigstore.bundle.v0.3+json",
];

pub(super) fn content(json: &Json<'_>, place: &Place<'_>, budget: &Budget) -> Result<Content, Problem> {
    let bundle = Fields::new(json, place)?;
    let media_type = bundle.text(MEDIA_TYPE)?;
    if !MEDIA_TYPES.contains(&media_type) {
        return Ok(Content::Unsupported(format!("a sigstore bundle of media type {}", Shown(media_type)).into()));
    }
    let material = bundle.required(MATERIAL)?;
    let material = material.object()?;
    let certificate = material.optional(CERTIFICATE)?.or(material.optional(CHAIN)?);
    let key = match (material.optional(PUBLIC_KEY)?, certificate) {
        (Some(key), None) => key,
        (Some(_), Some(_)) => return Err(material.not_both(PUBLIC_KEY, CERTIFICATE)),
        (None, Some(_)) => {
            return Ok(Content::Unsupported("a keyless sigstore bundle (signed with a certificate)".into()));
        }
        (None, None) => return Err(material.missing(PUBLIC_KEY)),
    };
    let hint = text_or_none(&key.object()?, HINT)?;
    let envelope = match (bundle.optional(ENVELOPE)?, bundle.optional(MESSAGE_SIGNATURE)?) {
        (Some(envelope), None) => envelope,
        (Some(_), Some(_)) => return Err(bundle.not_both(ENVELOPE, MESSAGE_SIGNATURE)),
        (None, Some(_)) => return Ok(Content::Unsupported("a sigstore bundle with a message signature".into())),
        (None, None) => return Err(bundle.missing(ENVELOPE)),
    };
    let mut content = dsse::content(envelope.json, &envelope.place, budget)?;
    if let Content::Signed { signatures, .. } = &mut content {
        let signatures_at = envelope.place.member("signatures");
        let [signature] = signatures.as_mut_slice() else {
            return Err(Problem::new(code::INVALID_VALUE, &signatures_at, "a bundle has exactly one signature"));
        };
        match (&signature.key_id, hint) {
            (Some(key_id), Some(hint)) if *key_id != hint => {
                let message = "keyid is not the hint of the bundle's public key";
                return Err(Problem::new(code::INVALID_VALUE, &signatures_at.item(0), message));
            }
            (None, hint) => signature.key_id = hint,
            (Some(_), _) => {}
        }
    }
    Ok(content)
}
