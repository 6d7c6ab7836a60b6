//! Whether what was signed is what an attestor has to say of an image.

use super::attestor::{Attestor, Identity};
use crate::{
    Digest, ImageReference, Outcome, Payload, ReasonCode, Statement, VerifiedAttestation,
    document::{Excerpt, Shown},
};

impl Attestor {
    /// The outcome for an attestation whose signature verified: by the digest, then by `identity`, then by
    /// `predicateTypes`.
    pub(super) fn judge(&self, image: &ImageReference, digest: &Digest, verified: &VerifiedAttestation<'_>) -> Outcome {
        let payload = verified.payload();
        let names = payload.names_of(digest);
        if names.is_empty() {
            let signed = match payload {
                Payload::SimpleSigning(claim) => claim.manifest_digest(),
                Payload::Statement(_) => "other subjects",
            };
            let detail = format_args!("signed for {}, the image is {digest}", Shown(signed));
            return Outcome::told(ReasonCode::DigestMismatch, detail);
        }
        // One name that fits is enough; of those that do not, the first is reported.
        if names.iter().any(|name| self.accepts(*name, image)) {
            return self.judge_claim(verified);
        }
        self.wrong_name(names.first().copied().flatten(), image)
    }

    /// By `predicateTypes`. Simple signing claims what a statement of cosign's type does: that the image was signed.
    fn judge_claim(&self, verified: &VerifiedAttestation<'_>) -> Outcome {
        let (claimed, kind, shown) = match verified.payload() {
            Payload::SimpleSigning(_) => (Statement::COSIGN_SIGN, "simple signing", ""),
            Payload::Statement(statement) => {
                let claimed = statement.predicate_type();
                (claimed, "a statement of type ", claimed)
            }
        };
        let what = format_args!("{kind}{}", Excerpt(shown, 200));
        if !self.predicate_types.iter().any(|counts| counts == claimed) {
            let detail = format_args!("{what} does not count for the attestor");
            return Outcome::told(ReasonCode::PredicateMismatch, detail);
        }
        match verified.payload() {
            Payload::Statement(_) => {
                Outcome::told(ReasonCode::Attested, format_args!("the signature verifies over {what}"))
            }
            Payload::SimpleSigning(_) if verified.is_pre_authentication_encoded() => {
                Outcome::new(ReasonCode::Attested, "the signature verifies over the pre-authentication encoding")
            }
            Payload::SimpleSigning(_) => Outcome::new(ReasonCode::Attested, "the signature verifies"),
        }
    }

    /// Whether a name that was signed is the image's by the attestor's `identity`.
    fn accepts(&self, name: Option<&str>, image: &ImageReference) -> bool {
        let Some(wanted) = self.identity.of(image) else { return true };
        name.is_some_and(|signed| {
            // A repository is its own canonical form: what is the same to the letter need not be read.
            (signed == wanted && self.identity == Identity::Repository)
                || ImageReference::parse(signed).is_ok_and(|signed| self.identity.of(&signed) == Some(wanted))
        })
    }

    /// Why a name that was signed is not accepted.
    fn wrong_name(&self, name: Option<&str>, image: &ImageReference) -> Outcome {
        let code = ReasonCode::RepositoryMismatch;
        let Some(signed) = name else {
            let detail = "the statement names no repository; an attestor with `identity: digest` asks for none";
            return Outcome::new(code, detail);
        };
        let (shown, wanted) = (Shown(signed), self.identity.of(image).unwrap_or_default());
        match ImageReference::parse(signed) {
            Ok(_) => Outcome::told(code, format_args!("signed as {shown}, the image is {wanted}")),
            Err(error) => {
                Outcome::told(code, format_args!("signed as \"{shown}\", which is not an image reference: {error}"))
            }
        }
    }
}

impl Identity {
    /// What of an image's name must be the one that was signed.
    fn of(self, image: &ImageReference) -> Option<&str> {
        match self {
            Self::Repository => Some(image.repository()),
            Self::Path => Some(image.path()),
            Self::Digest => None,
        }
    }
}
