//! What was decided, and why: the end of the one way through.

mod reason;
mod report;

pub use reason::ReasonCode;

use crate::document::Excerpt;
use alloc::{borrow::Cow, string::String, vec::Vec};
use core::fmt;

/// The answer to "may this image run here?", with the reason for each step.
///
/// The same decision gives the same [`to_json`](Self::to_json) in every language, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub(crate) allowed: bool,
    pub(crate) message: String,
    pub(crate) image: String,
    pub(crate) rule: Option<String>,
    pub(crate) reason: Outcome,
    pub(crate) exempted_by: Option<String>,
    pub(crate) attestors: Vec<AttestorReport>,
    pub(crate) enforcement: Enforcement,
    pub(crate) break_glass: Option<BreakGlass>,
}

impl Decision {
    /// A decision for an image, reached for one reason; the code says whether it allows.
    pub(crate) fn new(image: &str, reason: Outcome) -> Self {
        Self {
            allowed: reason.code.allows(),
            message: message(image, reason.code),
            image: image.into(),
            rule: None,
            reason,
            exempted_by: None,
            attestors: Vec::new(),
            enforcement: Enforcement::Block,
            break_glass: None,
        }
    }

    /// Makes it the decision of a rule: its enforcement may admit what is denied.
    pub(crate) fn set_rule(&mut self, rule: &str, enforcement: Enforcement) {
        self.rule = Some(rule.into());
        self.enforcement = enforcement;
        self.allowed |= enforcement == Enforcement::DryRun;
    }

    /// Whether the image may run. Under [`Enforcement::DryRun`] it may, whatever the reason says.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.allowed
    }

    /// Whether the image was admitted only because the rule's enforcement is [`Enforcement::DryRun`].
    #[must_use]
    pub fn is_dry_run_violation(&self) -> bool {
        self.allowed && !self.reason.code.allows()
    }

    /// One sentence for the person who deploys: `image alpine:3.11 is not attested` for every denial.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The image reference, as it was given.
    #[must_use]
    pub fn image(&self) -> &str {
        &self.image
    }

    /// The name of the rule that decided, `default` for the policy's default, and none when no rule was reached.
    #[must_use]
    pub fn rule(&self) -> Option<&str> {
        self.rule.as_deref()
    }

    /// Why: the code to branch on, and the detail to read.
    #[must_use]
    pub fn reason(&self) -> &Outcome {
        &self.reason
    }

    /// The allowlist pattern that exempts the image, as the policy writes it.
    #[must_use]
    pub fn exempted_by(&self) -> Option<&str> {
        self.exempted_by.as_deref()
    }

    /// What became of each attestor that was asked, in the order in which the rule names them.
    #[must_use]
    pub fn attestors(&self) -> &[AttestorReport] {
        &self.attestors
    }

    /// Whether a denial blocks.
    #[must_use]
    pub fn enforcement(&self) -> Enforcement {
        self.enforcement
    }

    /// The break-glass annotation that admitted the image.
    #[must_use]
    pub fn break_glass(&self) -> Option<&BreakGlass> {
        self.break_glass.as_ref()
    }
}

fn message(image: &str, code: ReasonCode) -> String {
    let end = match code {
        ReasonCode::Attested => " is attested",
        ReasonCode::Allowlisted => " is exempted by the allowlist",
        ReasonCode::BreakGlass => " is admitted by break-glass",
        ReasonCode::AlwaysAllow => " is allowed without attestation",
        _ => " is not attested",
    };
    ["image ", &Excerpt(image, 1024).text(), end].concat()
}

/// A code and the detail that goes with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub(crate) code: ReasonCode,
    pub(crate) detail: Cow<'static, str>,
}

impl Outcome {
    pub(crate) fn new(code: ReasonCode, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { code, detail: detail.into() }
    }

    /// The same, with a detail that is put together.
    #[cfg_attr(target_family = "wasm", inline(never))]
    pub(crate) fn told(code: ReasonCode, detail: fmt::Arguments<'_>) -> Self {
        Self { code, detail: Cow::Owned(alloc::fmt::format(detail)) }
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> ReasonCode {
        self.code
    }

    /// What happened, in words; may change between versions.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

/// What became of one attestor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttestorReport {
    pub(crate) name: String,
    pub(crate) satisfied: bool,
    pub(crate) attestations: Vec<AttestationReport>,
}

impl AttestorReport {
    /// The attestor's name in the policy.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether a valid attestation by one of its keys was found.
    #[must_use]
    pub fn is_satisfied(&self) -> bool {
        self.satisfied
    }

    /// The attestations that were tried for it, in the order in which they were tried.
    #[must_use]
    pub fn attestations(&self) -> &[AttestationReport] {
        &self.attestations
    }
}

/// What became of one signature of one attestation, for one attestor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttestationReport {
    pub(crate) source: String,
    pub(crate) key_id: Option<String>,
    pub(crate) outcome: Outcome,
}

impl AttestationReport {
    /// Where the attestation came from: a file and the place in it.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The id of the key that matched or failed; for a signature that names an unknown key, the id that it names.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// [`ReasonCode::Attested`], or what failed.
    #[must_use]
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }
}

/// Whether a denial blocks the image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Enforcement {
    /// A denial is a denial.
    #[default]
    Block,
    /// What would be denied is admitted, and reported.
    DryRun,
}

impl Enforcement {
    /// `BLOCK` or `DRY_RUN`, as policies and reports write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Enforcement::Block => "BLOCK",
            Enforcement::DryRun => "DRY_RUN",
        }
    }
}

/// The annotation that admitted an image past the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BreakGlass {
    pub(crate) annotation: String,
    pub(crate) value: String,
}

impl BreakGlass {
    /// The annotation's name, from the policy.
    #[must_use]
    pub fn annotation(&self) -> &str {
        &self.annotation
    }

    /// The annotation's value: `true`, or the reason that the user gave.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }
}
