//! The only place that makes a [`VerifiedAttestation`]: signature first, payload after.

use crate::{
    Attestation, Budget, Digest, Outcome, PublicKey, ReasonCode, SignatureError,
    key::SignedOtherwise,
    payload::{COSIGN_SIMPLE_SIGNING_TYPE, Payload, PreAuthenticationEncoding},
    rsa::EncodedMessage,
};
use alloc::{format, string::String};

/// An attestation whose signature was verified with one key, and whose payload was read after that.
///
/// Nothing else in this crate gives out what a payload says, so that nobody can act on one that was not verified.
#[derive(Clone, Debug)]
pub struct VerifiedAttestation<'a> {
    attestation: &'a Attestation,
    payload: Payload<'a>,
    encoding: Encoding,
}

/// Over which bytes the signature was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    /// The payload itself.
    Raw,
    /// Its DSSE pre-authentication encoding, as a DSSE envelope has it, and as `gcloud … sign-and-create
    /// --pae-encode-payload` signs.
    PreAuthentication,
}

impl<'a> VerifiedAttestation<'a> {
    /// Verifies one signature of an attestation with a key, and then reads the payload.
    ///
    /// # Errors
    /// [`ReasonCode::BadSignature`], [`ReasonCode::AlgorithmMismatch`] when the key made the signature with another
    /// algorithm than its own, or [`ReasonCode::PayloadUnreadable`].
    pub fn verify(
        attestation: &'a Attestation,
        signature: &[u8],
        key: &PublicKey,
        budget: &Budget,
    ) -> Result<Self, Outcome> {
        let message = key.recover(signature).map_err(bad_signature)?;
        Self::open(attestation, key, &message, budget)
    }

    /// The same, from what the public-key operation recovered out of the signature.
    pub(crate) fn open(
        attestation: &'a Attestation,
        key: &PublicKey,
        message: &EncodedMessage,
        budget: &Budget,
    ) -> Result<Self, Outcome> {
        let bytes = attestation.untrusted_payload().ok_or_else(|| {
            Outcome::new(ReasonCode::UnsupportedFormat, "the attestation has no payload that a signature could be over")
        })?;
        let payload_type = attestation.untrusted_payload_type();
        let encoding = matching_encoding(key, message, payload_type, bytes)?;
        let unreadable = |detail: String| Outcome::new(ReasonCode::PayloadUnreadable, detail);
        let payload = Payload::parse(payload_type, bytes, budget)
            .map_err(|problem| unreadable(format!("the payload is signed and unreadable: {problem}")))?;
        if let Payload::SimpleSigning(claim) = &payload {
            Digest::parse(claim.manifest_digest())
                .map_err(|error| unreadable(format!("critical.image.docker-manifest-digest: {error}")))?;
        }
        Ok(Self { attestation, payload, encoding })
    }

    /// The attestation.
    #[must_use]
    pub fn attestation(&self) -> &'a Attestation {
        self.attestation
    }

    /// What was signed.
    #[must_use]
    pub fn payload(&self) -> &Payload<'a> {
        &self.payload
    }

    /// Whether what was signed is about the manifest with this digest. A statement may be about several.
    #[must_use]
    pub fn is_about(&self, digest: &Digest) -> bool {
        !self.payload.names_of(digest).is_empty()
    }

    /// Whether the signature is over the DSSE pre-authentication encoding of the payload.
    #[must_use]
    pub fn is_pre_authentication_encoded(&self) -> bool {
        self.encoding == Encoding::PreAuthentication
    }
}

/// DSSE signs a payload with its type, and nothing else. Where there is no type, nothing records whether the payload was
/// signed or its encoding: both are tried, on one public-key operation.
fn matching_encoding(
    key: &PublicKey,
    message: &EncodedMessage,
    payload_type: Option<&str>,
    payload: &[u8],
) -> Result<Encoding, Outcome> {
    let may_be_raw = payload_type.is_none();
    if may_be_raw && key.accepts(message, &key.digest(&[payload])) {
        return Ok(Encoding::Raw);
    }
    let encoded = PreAuthenticationEncoding::new(payload_type.unwrap_or(COSIGN_SIMPLE_SIGNING_TYPE), payload);
    if key.accepts(message, &key.digest(&encoded.parts())) {
        return Ok(Encoding::PreAuthentication);
    }
    let otherwise = if may_be_raw { key.signed_otherwise(message, &[payload]) } else { None };
    Err(match otherwise.or_else(|| key.signed_otherwise(message, &encoded.parts())) {
        Some(SignedOtherwise::Algorithm(made)) => {
            let stated = key.algorithm();
            let detail = format!("the signature was made with {made}, the policy states {stated} for the key");
            Outcome::new(ReasonCode::AlgorithmMismatch, detail)
        }
        Some(SignedOtherwise::SaltLength) => {
            let detail = "the signature was made with another salt length than the key or the policy fixes";
            Outcome::new(ReasonCode::AlgorithmMismatch, detail)
        }
        None => Outcome::new(ReasonCode::BadSignature, "the signature does not verify"),
    })
}

pub(crate) fn bad_signature(error: SignatureError) -> Outcome {
    Outcome::new(ReasonCode::BadSignature, format!("the signature does not verify: {error}"))
}
