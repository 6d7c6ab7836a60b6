//! The RSA public key and its one operation, s^e mod n (RFC 8017 3.1 and 5.2.2, RSAVP1).

#[cfg(target_arch = "x86_64")]
use super::ifma;
use super::{
    EncodedMessage, MAX_MODULUS_BITS, MAX_MODULUS_BYTES, MIN_MODULUS_BITS, RsaKeyError, SignatureError,
    engine::{Engine, Modulus},
};
use core::fmt;

/// The exponent has at most 33 bits, as in ring and BoringSSL: a verification costs a multiplication a bit, and an
/// exponent as long as the modulus makes it 120 times slower (CVE-2006-2940; imperialviolet.org/2012/03/17/rsados.html).
const MAX_EXPONENT_BITS: usize = 33;

/// An RSA public key that was checked and prepared for verification.
#[derive(Clone)]
pub(crate) struct RsaPublicKey {
    modulus: Modulus,
    modulus_bytes: [u8; MAX_MODULUS_BYTES],
    modulus_len: usize,
    modulus_bits: usize,
    exponent: u64,
}

impl RsaPublicKey {
    /// Takes modulus and exponent, both big-endian without leading zeros.
    pub(crate) fn new(modulus: &[u8], exponent: &[u8]) -> Result<Self, RsaKeyError> {
        Self::with_engine(modulus, exponent, Engine::best())
    }

    /// As [`new`](Self::new), with a given kind of arithmetic; where the processor lacks it, the portable one.
    pub(crate) fn with_engine(modulus: &[u8], exponent: &[u8], engine: Engine) -> Result<Self, RsaKeyError> {
        let modulus_bits = checked_modulus_bits(modulus)?;
        let exponent = checked_exponent(exponent)?;
        let mut modulus_bytes = [0; MAX_MODULUS_BYTES];
        for (to, from) in modulus_bytes.iter_mut().zip(modulus) {
            *to = *from;
        }
        let prepared = Modulus::new(modulus, modulus_bits, engine);
        Ok(Self { modulus: prepared, modulus_bytes, modulus_len: modulus.len(), modulus_bits, exponent })
    }

    /// The length of the modulus, in bits.
    pub(crate) fn modulus_bits(&self) -> usize {
        self.modulus_bits
    }

    /// The length of the modulus, and so of every signature, in bytes.
    pub(crate) fn modulus_len(&self) -> usize {
        self.modulus_len
    }

    /// The modulus, big-endian, without leading zeros.
    pub(crate) fn modulus(&self) -> &[u8] {
        self.modulus_bytes.get(..self.modulus_len).unwrap_or_default()
    }

    /// The public exponent.
    pub(crate) fn exponent(&self) -> u64 {
        self.exponent
    }

    /// The encoded message that the signature holds: s^e mod n.
    pub(crate) fn recover(&self, signature: &[u8]) -> Result<EncodedMessage, SignatureError> {
        self.check(signature)?;
        let mut message = EncodedMessage::new(self.modulus_bits);
        self.modulus.power(signature, self.exponent, message.bytes_mut());
        Ok(message)
    }

    /// Whether the signature is a number that the key can have made.
    pub(super) fn check(&self, signature: &[u8]) -> Result<(), SignatureError> {
        // RFC 8017 8.1.2 and 8.2.2 step 1.
        if signature.len() != self.modulus_len {
            return Err(SignatureError::Length { expected: self.modulus_len, found: signature.len() });
        }
        // RFC 8017 5.2.2 step 1, on the bytes: both have the same length, so their order is that of the numbers.
        if signature >= self.modulus() {
            return Err(SignatureError::OutOfRange);
        }
        Ok(())
    }

    /// The kind of arithmetic that the key was made for.
    #[cfg(test)]
    pub(super) fn engine(&self) -> Engine {
        self.modulus.engine()
    }

    /// The modulus, if its engine can do eight at once.
    #[cfg(target_arch = "x86_64")]
    pub(super) fn ifma_modulus(&self) -> Option<&ifma::Modulus> {
        match &self.modulus {
            Modulus::Ifma(modulus) => Some(modulus),
            _ => None,
        }
    }
}

fn checked_modulus_bits(modulus: &[u8]) -> Result<usize, RsaKeyError> {
    if modulus.first() == Some(&0) {
        return Err(RsaKeyError::ModulusLeadingZero);
    }
    let bits = bits(modulus);
    if bits < MIN_MODULUS_BITS {
        return Err(RsaKeyError::ModulusTooSmall { bits });
    }
    if bits > MAX_MODULUS_BITS {
        return Err(RsaKeyError::ModulusTooLarge { bits });
    }
    if is_even(modulus) {
        return Err(RsaKeyError::ModulusEven);
    }
    Ok(bits)
}

fn checked_exponent(exponent: &[u8]) -> Result<u64, RsaKeyError> {
    if exponent.first() == Some(&0) {
        return Err(RsaKeyError::ExponentLeadingZero);
    }
    let bits = bits(exponent);
    if bits > MAX_EXPONENT_BITS {
        return Err(RsaKeyError::ExponentTooLarge { bits });
    }
    let value = exponent.iter().fold(0_u64, |value, byte| (value << 8) | u64::from(*byte));
    if value < 3 {
        return Err(RsaKeyError::ExponentTooSmall { value });
    }
    if is_even(exponent) {
        return Err(RsaKeyError::ExponentEven);
    }
    Ok(value)
}

/// The number of bits of a number without leading zero bytes.
fn bits(number: &[u8]) -> usize {
    let unused = number.first().map_or(0, |byte| byte.leading_zeros());
    number.len().saturating_mul(8).saturating_sub(usize::try_from(unused).unwrap_or(0))
}

fn is_even(number: &[u8]) -> bool {
    number.last().is_none_or(|byte| byte & 1 == 0)
}

impl PartialEq for RsaPublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.modulus() == other.modulus() && self.exponent == other.exponent
    }
}

impl Eq for RsaPublicKey {}

impl fmt::Debug for RsaPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RsaPublicKey")
            .field("modulus_bits", &self.modulus_bits)
            .field("exponent", &self.exponent)
            .finish_non_exhaustive()
    }
}
