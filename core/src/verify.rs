//! The only place that makes a [`VerifiedAttestation`]: signature first, payload after.

use crate::{
    Attestation, Budget, Digest, ImageReference, Outcome, PublicKey, ReasonCode, SignatureError,
    key::SignedOtherwise,
    payload::{COSIGN_SIMPLE_SIGNING_TYPE, PreAuthenticationEncoding, SimpleSigning},
    rsa::EncodedMessage,
};
use alloc::format;

/// An attestation whose signature was verified with one key, and whose payload was read after that.
///
/// Nothing else in this crate gives out what a payload says, so that nobody can act on one that was not verified.
#[derive(Clone, Debug)]
pub struct VerifiedAttestation<'a> {
    attestation: &'a Attestation,
    payload: SimpleSigning,
    digest: Digest,
    encoding: Encoding,
}

/// Over which bytes the signature was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    /// The payload itself.
    Raw,
    /// Its DSSE pre-authentication encoding, as `gcloud … sign-and-create --pae-encode-payload` signs.
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
        let encoding = matching_encoding(key, message, bytes)?;
        let payload = SimpleSigning::parse(bytes, budget).map_err(|problem| {
            Outcome::new(ReasonCode::PayloadUnreadable, format!("the payload is signed and unreadable: {problem}"))
        })?;
        let digest = payload.manifest_digest().parse().map_err(|error| {
            let detail = format!("critical.image.docker-manifest-digest: {error}");
            Outcome::new(ReasonCode::PayloadUnreadable, detail)
        })?;
        Ok(Self { attestation, payload, digest, encoding })
    }

    /// The attestation.
    #[must_use]
    pub fn attestation(&self) -> &'a Attestation {
        self.attestation
    }

    /// The image digest that was signed.
    #[must_use]
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// The payload that was signed.
    #[must_use]
    pub fn payload(&self) -> &SimpleSigning {
        &self.payload
    }

    /// Whether the signature is over the DSSE pre-authentication encoding of the payload.
    #[must_use]
    pub fn is_pre_authentication_encoded(&self) -> bool {
        self.encoding == Encoding::PreAuthentication
    }

    /// The image reference that was signed.
    pub(crate) fn reference(&self) -> Result<ImageReference, crate::ReferenceError> {
        self.payload.docker_reference().parse()
    }
}

/// Nowhere does an occurrence record which of the two was signed, so both are tried, on one public-key operation.
fn matching_encoding(key: &PublicKey, message: &EncodedMessage, payload: &[u8]) -> Result<Encoding, Outcome> {
    if key.accepts(message, &key.digest(&[payload])) {
        return Ok(Encoding::Raw);
    }
    let encoded = PreAuthenticationEncoding::new(COSIGN_SIMPLE_SIGNING_TYPE, payload);
    if key.accepts(message, &key.digest(&encoded.parts())) {
        return Ok(Encoding::PreAuthentication);
    }
    let otherwise = key.signed_otherwise(message, &[payload]);
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
