//! RSASSA-PSS: EMSA-PSS-VERIFY (RFC 8017 9.1.2) with MGF1 (B.2.1) on the hash of the message.

use super::{EncodedMessage, MAX_MODULUS_BYTES};
use crate::hash::{Hash, HashValue};

/// How long the salt of an RSASSA-PSS signature must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SaltLength {
    /// As long as the signature says, from none to what the modulus has room for.
    Recovered,
    /// This many bytes.
    Exactly(usize),
}

impl EncodedMessage {
    /// Whether this is an EMSA-PSS encoding of the hash value, with MGF1 on the same hash.
    pub(crate) fn is_pss(&self, hash: Hash, value: &HashValue, salt: SaltLength) -> bool {
        verify(self, hash, value, salt).is_some()
    }
}

/// RFC 8017 9.1.2 step by step; `None` is "inconsistent".
fn verify(message: &EncodedMessage, hash: Hash, m_hash: &HashValue, salt: SaltLength) -> Option<()> {
    // RFC 8017 8.1.2 step 2c: emLen = ceil((modBits - 1) / 8). For a modulus of 8N + 1 bits that is one byte less than
    // the modulus, and the byte too many must be zero ("integer too large" in the RFC's I2OSP).
    let em_bits = message.modulus_bits().checked_sub(1)?;
    let em_length = em_bits.div_ceil(8);
    let (surplus, em) = message.bytes().split_at_checked(message.bytes().len().checked_sub(em_length)?)?;
    ensure(surplus.iter().all(|byte| *byte == 0))?;

    // Step 1, the limit of the input of the hash, cannot be passed. Step 2: mHash is the argument.
    ensure(m_hash.as_ref().len() == hash.len())?;
    // Step 3: emLen >= hLen + sLen + 2.
    let room = em_length.checked_sub(hash.len())?.checked_sub(2)?;
    if let SaltLength::Exactly(length) = salt {
        ensure(length <= room)?;
    }
    // Step 4: the last byte is 0xbc.
    let (trailer, em) = em.split_last()?;
    ensure(*trailer == 0xbc)?;
    // Step 5: maskedDB, then H.
    let (masked_db, h) = em.split_at_checked(em.len().checked_sub(hash.len())?)?;
    // Step 6: the leftmost 8 emLen - emBits bits are zero; `top` keeps the others. There are 0 to 7.
    let unused = em_length.checked_mul(8)?.checked_sub(em_bits)?;
    let top = 0xff_u8.checked_shr(u32::try_from(unused).ok()?)?;
    ensure(masked_db.first()? & !top == 0)?;
    // Steps 7 and 8: DB = maskedDB xor MGF(H).
    let mut buffer = [0; MAX_MODULUS_BYTES];
    let db = buffer.get_mut(..masked_db.len())?;
    db.copy_from_slice(masked_db);
    unmask(hash, h, db);
    // Step 9: clear the same bits of DB.
    *db.first_mut()? &= top;
    // Step 10: DB = zeros, 01, salt, with the salt of the length that is asked for.
    let zeros = db.iter().take_while(|byte| **byte == 0).count();
    let (one, found_salt) = db.get(zeros..)?.split_first()?;
    ensure(*one == 0x01)?;
    if let SaltLength::Exactly(length) = salt {
        ensure(found_salt.len() == length)?;
    }
    // Steps 11 to 13: H' = Hash(eight zeros, mHash, salt). Step 14: H = H'.
    let h_again = hash.digest(&[&[0; 8], m_hash.as_ref(), found_salt]);
    ensure(h == h_again.as_ref())
}

/// Applies the mask MGF1(seed) (RFC 8017 B.2.1): Hash(seed, counter) for counter = 0, 1, ….
fn unmask(hash: Hash, seed: &[u8], masked: &mut [u8]) {
    for (counter, block) in (0_u32..).zip(masked.chunks_mut(hash.len())) {
        let mask = hash.digest(&[seed, &counter.to_be_bytes()]);
        for (byte, mask) in block.iter_mut().zip(mask.as_ref()) {
            *byte ^= mask;
        }
    }
}

fn ensure(holds: bool) -> Option<()> {
    holds.then_some(())
}
