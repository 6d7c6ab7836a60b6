//! Object identifiers (X.690 8.19), as the bytes that encode them.

use core::fmt;

/// PKCS#1 with RSASSA-PKCS1-v1_5 and RSASSA-PSS alike: `rsaEncryption` (RFC 8017 A.1), 1.2.840.113549.1.1.1.
pub(super) const RSA_ENCRYPTION: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";
/// RSASSA-PSS only: `id-RSASSA-PSS` (RFC 8017 A.2.3), 1.2.840.113549.1.1.10.
pub(super) const RSASSA_PSS: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a";
/// An encrypted private key: `id-PBES2` (RFC 8018 A.4), 1.2.840.113549.1.5.13.
pub(super) const PBES2: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d";

/// `id-mgf1` (RFC 8017 A.2.3), 1.2.840.113549.1.1.8.
pub(super) const MGF1: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08";
/// `id-sha1` (RFC 8017 A.1), 1.3.14.3.2.26.
pub(super) const SHA1: &[u8] = b"\x2b\x0e\x03\x02\x1a";
/// `id-sha256` (RFC 8017 A.1), 2.16.840.1.101.3.4.2.1.
pub(super) const SHA256: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x02\x01";
/// `id-sha384` (RFC 8017 A.1), 2.16.840.1.101.3.4.2.2.
pub(super) const SHA384: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x02\x02";
/// `id-sha512` (RFC 8017 A.1), 2.16.840.1.101.3.4.2.3.
pub(super) const SHA512: &[u8] = b"\x60\x86\x48\x01\x65\x03\x04\x02\x03";

/// The types of keys that are known by name.
const NAMES: [(&[u8], &str); 9] = [
    // 1.2.840.10040.4.1
    (b"\x2a\x86\x48\xce\x38\x04\x01", "DSA"),
    // 1.2.840.10045.2.1
    (b"\x2a\x86\x48\xce\x3d\x02\x01", "elliptic curve"),
    // 1.2.840.113549.1.1.7
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x07", "RSAES-OAEP"),
    // 1.3.101.110
    (b"\x2b\x65\x6e", "X25519"),
    // 1.3.101.112
    (b"\x2b\x65\x70", "Ed25519"),
    // 1.3.101.113
    (b"\x2b\x65\x71", "Ed448"),
    // 2.16.840.1.101.3.4.3.17
    (b"\x60\x86\x48\x01\x65\x03\x04\x03\x11", "ML-DSA-44"),
    // 2.16.840.1.101.3.4.3.18
    (b"\x60\x86\x48\x01\x65\x03\x04\x03\x12", "ML-DSA-65"),
    // 2.16.840.1.101.3.4.3.19
    (b"\x60\x86\x48\x01\x65\x03\x04\x03\x13", "ML-DSA-87"),
];

/// An object identifier that can be written with dots. Its `Display` does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct ObjectIdentifier {
    // Bytes behind `len` are zero, so that the derived equality compares identifiers.
    bytes: [u8; Self::MAX],
    len: usize,
}

impl ObjectIdentifier {
    /// The most bytes that an encoding may have.
    const MAX: usize = 39;

    /// Takes the content of an OBJECT IDENTIFIER.
    pub(super) fn new(content: &[u8]) -> Option<Self> {
        if !Self::is_content(content) {
            return None;
        }
        let mut bytes = [0; Self::MAX];
        bytes.get_mut(..content.len())?.copy_from_slice(content);
        Some(Self { bytes, len: content.len() })
    }

    /// Whether this is the content of an OBJECT IDENTIFIER, and none that dokimos does not know how to write: with a
    /// number of more than 32 bits, with a second number above 39, or with more than [`MAX`](Self::MAX) bytes. No type of
    /// key and no hash has such a one.
    pub(super) fn is_content(content: &[u8]) -> bool {
        // The first byte holds two numbers, 40 x + y with x from 0 to 2. The last byte of each number, and no other, has
        // its highest bit clear. Zeros before a number (X.690 8.19.2) are let through: they make another identifier than any
        // that is known, and that is what the error says.
        content.len() <= Self::MAX
            && content.first().is_some_and(|first| *first < 120)
            && content.last().is_some_and(|last| *last < 0x80)
            && Self::numbers(content).all(|number| number.is_some())
    }

    /// The content of the OBJECT IDENTIFIER.
    fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    /// What the type of key with this identifier is usually called.
    pub(super) fn name(&self) -> Option<&'static str> {
        NAMES.iter().find(|(bytes, _)| *bytes == self.as_bytes()).map(|(_, name)| *name)
    }

    /// The numbers that the content holds in base 128, the first being two; `None` for one of more than 32 bits.
    fn numbers(content: &[u8]) -> impl Iterator<Item = Option<u32>> {
        let digits = content.split_inclusive(|byte| *byte < 0x80);
        digits.map(|digits| {
            digits.iter().try_fold(0_u32, |number, digit| Some(number.checked_mul(128)? | u32::from(digit & 0x7f)))
        })
    }
}

impl fmt::Display for ObjectIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut numbers = Self::numbers(self.as_bytes()).flatten();
        let first = numbers.next().unwrap_or_default();
        write!(f, "{}.{}", first / 40, first % 40)?;
        numbers.try_for_each(|number| write!(f, ".{number}"))
    }
}

impl fmt::Debug for ObjectIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ObjectIdentifier({self})")
    }
}
