//! What the public operation gives: the number s^e mod n as the k bytes of the encoded message (RFC 8017 4.1, I2OSP).

use super::MAX_MODULUS_BYTES;
use core::fmt;

/// The encoded message that a signature holds: s^e mod n, big-endian, as long as the modulus.
#[derive(Clone)]
pub(crate) struct EncodedMessage {
    bytes: [u8; MAX_MODULUS_BYTES],
    len: usize,
    modulus_bits: usize,
}

impl EncodedMessage {
    /// A zero of the length of the modulus, to be filled by `bytes_mut`.
    pub(super) fn new(modulus_bits: usize) -> Self {
        let len = modulus_bits.div_ceil(8).min(MAX_MODULUS_BYTES);
        Self { bytes: [0; MAX_MODULUS_BYTES], len, modulus_bits }
    }

    pub(super) fn bytes_mut(&mut self) -> &mut [u8] {
        self.bytes.get_mut(..self.len).unwrap_or_default()
    }

    /// The number, big-endian, with leading zeros to the length of the modulus.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    /// The length of the modulus, in bits.
    pub(crate) fn modulus_bits(&self) -> usize {
        self.modulus_bits
    }
}

impl PartialEq for EncodedMessage {
    fn eq(&self, other: &Self) -> bool {
        self.modulus_bits == other.modulus_bits && self.bytes() == other.bytes()
    }
}

impl Eq for EncodedMessage {}

impl fmt::Debug for EncodedMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
