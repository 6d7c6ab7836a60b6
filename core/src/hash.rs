//! The three hash functions of the signature schemes that dokimos accepts (FIPS 180-4), over inputs in parts, without heap.

use core::fmt;
use sha2::{Digest, Sha256, Sha384, Sha512};

/// A hash function of a signature scheme.
///
/// SHA-1 and SHA-224 are not here: nothing that dokimos reads may rest on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, core::hash::Hash)]
#[expect(clippy::exhaustive_enums, reason = "a new hash must be considered wherever this is matched")]
pub enum Hash {
    /// SHA-256, 32 bytes.
    Sha256,
    /// SHA-384, 48 bytes.
    Sha384,
    /// SHA-512, 64 bytes.
    Sha512,
}

impl Hash {
    /// The hash of the parts one behind the other, as signing services take it instead of the message.
    ///
    /// ```
    /// let value = dokimos::Hash::Sha256.digest(&[b"a", b"bc"]);
    /// assert!(value.as_ref().starts_with(&[0xba, 0x78, 0x16, 0xbf]));
    /// ```
    #[must_use]
    pub fn digest(self, parts: &[&[u8]]) -> HashValue {
        match self {
            Self::Sha256 => digest::<Sha256>(parts),
            Self::Sha384 => digest::<Sha384>(parts),
            Self::Sha512 => digest::<Sha512>(parts),
        }
    }

    /// The length of a value, in bytes.
    pub(crate) const fn len(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// The usual name, such as `SHA-256`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        }
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a hash function gave: 32, 48 or 64 bytes. Its `Debug` is hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct HashValue {
    // Bytes behind `len` are zero, so that the derived equality compares values.
    bytes: [u8; 64],
    len: usize,
}

impl HashValue {
    fn new(value: &[u8]) -> Self {
        let mut bytes = [0; 64];
        for (to, from) in bytes.iter_mut().zip(value) {
            *to = *from;
        }
        Self { bytes, len: value.len() }
    }
}

impl AsRef<[u8]> for HashValue {
    fn as_ref(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or(&self.bytes)
    }
}

impl fmt::Debug for HashValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_ref().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

fn digest<D: Digest>(parts: &[&[u8]]) -> HashValue {
    let mut hash = D::new();
    update(&mut hash, parts);
    HashValue::new(&hash.finalize())
}

// In WebAssembly SHA-384 and SHA-512 then have this in one.
#[cfg_attr(target_family = "wasm", inline(never))]
fn update(hash: &mut impl Digest, parts: &[&[u8]]) {
    for part in parts {
        hash.update(part);
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::format;

    // FIPS 180-4 examples, "abc" (NIST, SHA256.pdf, SHA384.pdf, SHA512.pdf).
    const ABC: [(Hash, &str); 3] = [
        (Hash::Sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            Hash::Sha384,
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
        ),
        (
            Hash::Sha512,
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        ),
    ];

    #[test]
    fn gives_the_published_values_however_the_input_is_cut() {
        for (hash, value) in ABC {
            for parts in [&[&b"abc"[..]][..], &[b"a", b"bc"], &[b"", b"ab", b"", b"c"]] {
                let found = hash.digest(parts);
                assert_eq!(format!("{found:?}"), value, "{hash}");
                assert_eq!(found.as_ref().len(), hash.len(), "{hash}");
            }
        }
    }

    #[test]
    fn values_of_different_hashes_differ() {
        assert_ne!(Hash::Sha256.digest(&[b"abc"]), Hash::Sha512.digest(&[b"abc"]));
    }

    #[test]
    fn names_are_the_usual_ones() {
        assert_eq!(format!("{} {} {}", Hash::Sha256, Hash::Sha384, Hash::Sha512), "SHA-256 SHA-384 SHA-512");
    }
}
