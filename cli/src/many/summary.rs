//! How many images were decided how.

use crate::{explain::Verdict, output::Paint};
use dokimos::ReasonCode;
use std::{collections::BTreeMap, fmt::Write};

/// The answers, counted.
#[derive(Default)]
pub(super) struct Summary {
    decided: BTreeMap<(Verdict, ReasonCode), u64>,
    unreadable: u64,
}

impl Summary {
    pub(super) fn add(&mut self, verdict: Verdict, code: ReasonCode) {
        let count = self.decided.entry((verdict, code)).or_default();
        *count = count.saturating_add(1);
    }

    pub(super) fn add_unreadable(&mut self) {
        self.unreadable = self.unreadable.saturating_add(1);
    }

    pub(super) fn unreadable(&self) -> u64 {
        self.unreadable
    }

    pub(super) fn images(&self) -> u64 {
        self.decided.values().sum()
    }

    pub(super) fn denied(&self) -> u64 {
        self.count(Verdict::Denied)
    }

    fn count(&self, verdict: Verdict) -> u64 {
        self.decided.iter().filter(|((other, _), _)| *other == verdict).map(|(_, count)| count).sum()
    }

    /// The table.
    pub(super) fn table(&self, paint: Paint) -> String {
        let mut lines = vec![format!("{:>10}  {}", grouped(self.images()), "images")];
        for verdict in [Verdict::Allowed, Verdict::DryRun, Verdict::Denied] {
            lines.push(format!("{:>10}  {}", grouped(self.count(verdict)), verdict.word(paint)));
            let of_verdict = self.decided.iter().filter(|((other, _), _)| *other == verdict);
            lines.extend(of_verdict.map(|((_, code), count)| format!("{:>10}    {code}", grouped(*count))));
        }
        if self.unreadable > 0 {
            lines.push(format!("{:>10}  lines cannot be read", grouped(self.unreadable)));
        }
        lines.join("\n")
    }
}

/// A number as people read it: `12,345`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        let left = digits.len().saturating_sub(index);
        if index > 0 && left.is_multiple_of(3) {
            text.push(',');
        }
        // Writing to a string cannot fail.
        let _ = write!(text, "{digit}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let cases = [(0, "0"), (999, "999"), (1_000, "1,000"), (12_345, "12,345"), (1_234_567, "1,234,567")];
        for (number, text) in cases {
            assert_eq!(grouped(number), text);
        }
    }
}
