//! A decision in words.

use crate::{output::Paint, text::Excerpt};
use anstyle::{AnsiColor, Style};
use dokimos::{AttestationReport, AttestorReport, Decision};
use std::fmt::{self, Write};

/// What was decided, in one word.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    Allowed,
    /// Would be denied, and is admitted because its rule only reports.
    DryRun,
    Denied,
}

impl Verdict {
    pub(crate) fn of(decision: &Decision) -> Self {
        match (decision.is_allowed(), decision.is_dry_run_violation()) {
            (true, false) => Self::Allowed,
            (true, true) => Self::DryRun,
            (false, _) => Self::Denied,
        }
    }

    /// As it stands in front of a line.
    pub(crate) fn word(self, paint: Paint) -> String {
        let (word, colour) = match self {
            Self::Allowed => ("ALLOW", AnsiColor::Green),
            Self::DryRun => ("ALLOW (dry run)", AnsiColor::Yellow),
            Self::Denied => ("DENY", AnsiColor::Red),
        };
        paint.styled(colour.on_default().bold(), word)
    }
}

/// One line: verdict, image, reason.
pub(crate) fn line(decision: &Decision, paint: Paint) -> String {
    let (verdict, reason) = (Verdict::of(decision).word(paint), decision.reason());
    format!("{verdict} {}: {}: {}", Excerpt(decision.image()), reason.code(), Excerpt(reason.detail()))
}

/// A few lines: what was decided and why, down to the key that matched or failed.
pub(crate) fn paragraph(decision: &Decision, paint: Paint) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write_paragraph(&mut text, decision, paint);
    text.truncate(text.trim_end().len());
    text
}

fn write_paragraph(text: &mut String, decision: &Decision, paint: Paint) -> fmt::Result {
    let bold = Style::new().bold();
    writeln!(text, "{} {}", Verdict::of(decision).word(paint), Excerpt(decision.message()))?;
    let reason = decision.reason();
    writeln!(text, "  reason: {}: {}", paint.styled(bold, reason.code()), Excerpt(reason.detail()))?;
    if let Some(rule) = decision.rule() {
        writeln!(text, "  rule: {}", Excerpt(rule))?;
    }
    if let Some(break_glass) = decision.break_glass() {
        writeln!(text, "  break-glass: {}={}", Excerpt(break_glass.annotation()), Excerpt(break_glass.value()))?;
    }
    decision.attestors().iter().try_for_each(|attestor| write_attestor(text, attestor, paint))
}

fn write_attestor(text: &mut String, attestor: &AttestorReport, paint: Paint) -> fmt::Result {
    let (state, colour) =
        if attestor.is_satisfied() { ("satisfied", AnsiColor::Green) } else { ("not satisfied", AnsiColor::Red) };
    writeln!(text, "  attestor {}: {}", Excerpt(attestor.name()), paint.styled(colour.on_default(), state))?;
    // A flood of bad signatures is reported one by one in JSON; for people some are enough.
    let runs: Vec<&[AttestationReport]> = attestor.attestations().chunk_by(PartialEq::eq).collect();
    for run in runs.iter().take(MOST_SHOWN) {
        write_attestation(text, run)?;
    }
    match runs.iter().skip(MOST_SHOWN).map(|run| run.len()).sum::<usize>() {
        0 => Ok(()),
        more => writeln!(text, "    and {more} more, which -o json lists"),
    }
}

/// One or more reports that are the same.
fn write_attestation(text: &mut String, run: &[AttestationReport]) -> fmt::Result {
    let Some(report) = run.first() else { return Ok(()) };
    let outcome = report.outcome();
    write!(text, "    {}: {}: {}", Excerpt(report.source()), outcome.code(), Excerpt(outcome.detail()))?;
    // The detail names a key that is unknown.
    if let Some(key) = report.key_id().filter(|key| !outcome.detail().contains(key)) {
        write!(text, " [key {}]", Excerpt(key))?;
    }
    match run.len() {
        1 => writeln!(text),
        times => writeln!(text, " ({times} times)"),
    }
}

const MOST_SHOWN: usize = 10;
