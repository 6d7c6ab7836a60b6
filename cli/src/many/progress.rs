//! How far the work is, on a terminal.

use super::summary::{Summary, grouped};
use std::{
    env,
    io::{self, IsTerminal, Write},
    time::{Duration, Instant},
};

/// One line on the standard error that is written over and over. Where there is no terminal, or where the answers
/// themselves go to it, nothing is shown.
pub(super) struct Progress {
    shown: bool,
    /// How long the list is, where that is known.
    total: Option<u64>,
    last: Option<Instant>,
}

impl Progress {
    pub(super) fn new(total: Option<u64>) -> Self {
        let dumb = env::var_os("TERM").is_none_or(|terminal| terminal == "dumb");
        let shown = io::stderr().is_terminal() && !io::stdout().is_terminal() && !dumb;
        Self { shown, total: total.filter(|total| *total > 0), last: None }
    }

    /// Shows it, if it was not shown just now.
    pub(super) fn show(&mut self, read: u64, summary: &Summary) {
        const OFTEN: Duration = Duration::from_millis(100);
        if !self.shown || self.last.is_some_and(|last| last.elapsed() < OFTEN) {
            return;
        }
        self.last = Some(Instant::now());
        let (images, denied) = (grouped(summary.images()), grouped(summary.denied()));
        let line = format!("{}{images} images, {denied} denied", self.bar(read));
        // A terminal that is gone needs no progress.
        let _ = write!(io::stderr(), "\r\u{1b}[K{line}");
    }

    /// Takes the line away, for another message or for good.
    pub(super) fn hide(&mut self) {
        if self.shown && self.last.take().is_some() {
            let _ = write!(io::stderr(), "\r\u{1b}[K");
        }
    }

    fn bar(&self, read: u64) -> String {
        const WIDTH: u64 = 20;
        let Some(total) = self.total else { return String::new() };
        let part = |of: u64| read.min(total).saturating_mul(of).checked_div(total).unwrap_or_default();
        let full = usize::try_from(part(WIDTH)).unwrap_or_default();
        format!("{:>3} % [{:<20}] ", part(100), "=".repeat(full))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_goes_from_empty_to_full_and_no_further() {
        let bar = |read, total| Progress { shown: true, total, last: None }.bar(read);
        assert_eq!(bar(0, Some(7)), "  0 % [                    ] ");
        assert_eq!(bar(7, Some(14)), " 50 % [==========          ] ");
        assert_eq!(bar(15, Some(14)), "100 % [====================] ");
        assert_eq!(bar(u64::MAX, Some(u64::MAX)).len(), bar(0, Some(7)).len());
        assert_eq!(bar(7, None), "");
    }
}
