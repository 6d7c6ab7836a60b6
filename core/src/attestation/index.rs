//! Which attestations name a digest: a hint which of them to try first, found without looking at each where they are
//! many.

use super::Attestation;
use crate::{digest::is_hex, sorted::Sorted};
use alloc::vec::Vec;

/// Up to so many attestations, looking at each is as fast, and nothing has to be kept.
const FEW: usize = 32;

/// The start of a digest in hexadecimal. Who makes digests that share it makes a search longer, and no more.
type Start = [u8; 16];

/// The places of attestations in their list, by the digests that their payloads name.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    /// How many of the list are in the index: none of a short list.
    indexed: usize,
    places: Sorted<(Start, usize)>,
}

impl Index {
    /// Brings the index up to date with a list that has grown.
    pub(super) fn extend(&mut self, list: &[Attestation]) {
        if list.len() <= FEW {
            return;
        }
        let mut places = Vec::new();
        for (place, attestation) in list.iter().enumerate().skip(self.indexed) {
            for digest in digests(attestation.untrusted_payload().unwrap_or_default()) {
                places.extend(digest.first_chunk().map(|start| (*start, place)));
            }
        }
        self.places.add(places);
        self.indexed = list.len();
    }

    /// The places of the attestations whose payload names the digest, in ascending order.
    pub(super) fn naming(&self, list: &[Attestation], hex: &str) -> Vec<usize> {
        let mut found = Vec::new();
        let mut look = |place: usize| {
            if list.get(place).is_some_and(|attestation| attestation.names_digest(hex)) {
                found.push(place);
            }
        };
        if list.len() <= FEW {
            (0..list.len()).for_each(look);
        } else if let Some(wanted) = hex.as_bytes().first_chunk::<16>() {
            self.places.equal(|(start, _)| start.cmp(wanted)).for_each(|(_, place)| look(*place));
        }
        found
    }
}

/// Whether the digest stands in the bytes, with no more hexadecimal digits before or behind it.
pub(super) fn names(bytes: &[u8], hex: &[u8]) -> bool {
    let Some(first) = hex.first() else { return false };
    // A payload has some hundreds of bytes: looking at each place where the digest could begin costs little.
    memchr::memchr_iter(*first, bytes).any(|place| {
        let (before, rest) = bytes.split_at_checked(place).unwrap_or_default();
        let begins = !before.last().is_some_and(|byte| is_hex(*byte));
        // The check of what stands before comes first: a long run of digits is then compared once, not at each place.
        begins && rest.strip_prefix(hex).is_some_and(|behind| !behind.first().is_some_and(|byte| is_hex(*byte)))
    })
}

/// The runs of hexadecimal digits that are as long as a digest of any algorithm.
fn digests(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| !is_hex(*byte)).filter(|run| matches!(run.len(), 64 | 96 | 128))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Attestations, Budget};
    use alloc::{format, string::String};

    fn digest(number: usize, length: usize) -> String {
        format!("{:0length$x}", number * 0x9e37_79b9)
    }

    #[test]
    fn a_digest_is_found_whole_at_either_end_and_in_the_middle() {
        let hex = "0123456789abcdef".repeat(4);
        for (before, after, found) in [
            ("", "", true),
            ("sha256:", "\"}", true),
            ("0", "", false),
            ("", "f", false),
            ("G", "g", true),
            ("00000000 ", " 0000", true),
        ] {
            assert_eq!(names(format!("{before}{hex}{after}").as_bytes(), hex.as_bytes()), found, "{before} {after}");
        }
        assert!(!names(b"", hex.as_bytes()));
        assert!(!names(hex.as_bytes(), b""));
        assert!(!names(&hex.as_bytes()[1..], hex.as_bytes()));
    }

    #[test]
    fn many_attestations_are_found_as_few_are() {
        let mut attestations = Attestations::new();
        for number in 0..3 * FEW {
            // Every third names two digests, every seventh one twice, every fifth none, and each length of digest occurs.
            let length = [64, 96, 128][number % 3];
            let mut payload = if number % 5 == 0 { "{}".into() } else { digest(number / 2, length) };
            if number % 3 == 0 {
                payload += &format!(" and {}", digest(number + 7, 64));
            }
            if number % 7 == 0 {
                payload += &format!(" and {payload}");
            }
            attestations.add_detached("", payload.as_bytes(), b"s", None, &Budget::default()).unwrap();
            // At the first attestations, around the threshold, and at the end.
            if ![1, FEW - 1, FEW, FEW + 1, 3 * FEW - 1].contains(&number) {
                continue;
            }
            for wanted in 0..=number + 8 {
                for length in [64, 96, 128] {
                    let hex = digest(wanted, length);
                    let linear: Vec<usize> =
                        (0..=number).filter(|place| attestations.list[*place].names_digest(&hex)).collect();
                    assert_eq!(attestations.index.naming(&attestations.list, &hex), linear, "{number} {wanted}");
                }
            }
        }
    }
}
