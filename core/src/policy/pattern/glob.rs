//! `*` in the texts that a policy compares.

use alloc::boxed::Box;

/// A text with `*` in it, which must match the whole of another.
#[derive(Clone, Debug)]
pub(super) struct Glob {
    text: Box<str>,
    is_wild: bool,
    star: Star,
}

/// What a `*` may stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Star {
    /// Any run of characters.
    Any,
    /// A run inside a label of a host, or inside its port.
    Label,
    /// A run inside a segment of a path. Here the text may also be `**` or end in `/**`: one or more segments.
    Segment,
}

impl Star {
    fn takes(self, byte: u8) -> bool {
        match self {
            Self::Any => true,
            // No host has a `*`; the narrower pattern of `covers` may.
            Self::Label => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'*'),
            Self::Segment => byte != b'/',
        }
    }
}

impl Glob {
    pub(super) fn new(text: &str, star: Star) -> Self {
        Self { text: text.into(), is_wild: text.contains('*'), star }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn is_wild(&self) -> bool {
        self.is_wild
    }

    pub(super) fn is(&self, text: &str) -> bool {
        *self.text == *text
    }

    /// In time proportional to the product of the two lengths at most.
    ///
    /// On a mismatch the last `*` takes one byte more. To give an earlier `*` more is never needed: what stands between
    /// the two would match further on, and the last one could only have taken less.
    pub(super) fn matches(&self, text: &str) -> bool {
        if !self.is_wild {
            return self.is(text);
        }
        let (pattern, text) = (self.text.as_bytes(), text.as_bytes());
        let (mut in_pattern, mut in_text) = (0_usize, 0_usize);
        // What follows the last `*`, and where in the text its run ends.
        let mut last_star = None;
        loop {
            match (pattern.get(in_pattern), text.get(in_text)) {
                (Some(b'*'), next) => {
                    in_pattern = in_pattern.saturating_add(1);
                    if self.star == Star::Segment && pattern.get(in_pattern) == Some(&b'*') {
                        // A text never ends in `/`: if anything is left it is whole segments.
                        return next.is_some();
                    }
                    last_star = Some((in_pattern, in_text));
                }
                (Some(expected), Some(found)) if expected == found => {
                    in_pattern = in_pattern.saturating_add(1);
                    in_text = in_text.saturating_add(1);
                }
                (None, None) => return true,
                _ => match last_star {
                    Some((after, end)) if text.get(end).is_some_and(|byte| self.star.takes(*byte)) => {
                        in_pattern = after;
                        in_text = end.saturating_add(1);
                        last_star = Some((after, in_text));
                    }
                    _ => return false,
                },
            }
        }
    }

    /// Whether whatever the narrow one matches, this one does. Its `*` is then a character like others, which only a `*`
    /// can match: what this one matches in it, it matches in all that it stands for.
    pub(super) fn covers(&self, narrow: &Self) -> bool {
        let subtree = |glob: &Self| glob.star == Star::Segment && glob.text.ends_with("**");
        (subtree(self) || !subtree(narrow)) && self.matches(&narrow.text)
    }
}
