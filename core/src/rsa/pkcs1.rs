//! RSASSA-PKCS1-v1_5 by encode and compare (RFC 8017 8.2.2 and 9.2).
//!
//! The received block is never parsed. Every forgery of this scheme since 2006 lived in a parser that skipped
//! something: bytes behind the hash, padding, lengths, parameters. There is exactly one right block; it is built and
//! compared from end to end.

use super::{EncodedMessage, MAX_MODULUS_BYTES};
use crate::hash::{Hash, HashValue};

impl EncodedMessage {
    /// Whether this is the EMSA-PKCS1-v1_5 encoding of the hash value.
    ///
    /// The algorithm identifier must have its NULL parameters. RFC 8017 9.2 note 1 lets a verifier accept it without;
    /// two encodings of one signature help nobody who signs today.
    pub(crate) fn is_pkcs1_v15(&self, hash: Hash, value: &HashValue) -> bool {
        let mut buffer = [0xff; MAX_MODULUS_BYTES];
        // RFC 8017 8.2.2 step 3: the second encoded message, of the length of the modulus, or "RSA modulus too short".
        let Some(expected) = encode(hash, value, &mut buffer, self.bytes().len()) else {
            return false;
        };
        // Step 4: compare whole. Both sides are public, so it may stop at the first difference.
        self.bytes() == expected
    }
}

/// EMSA-PKCS1-v1_5-ENCODE (RFC 8017 9.2) into a buffer full of 0xff: 00 01 ff…ff 00 T.
fn encode<'b>(hash: Hash, value: &HashValue, buffer: &'b mut [u8], length: usize) -> Option<&'b [u8]> {
    // Step 1: the hash value is the argument. It must be of this hash, or T would name another one than was used.
    let (prefix, value) = (digest_info_prefix(hash), value.as_ref());
    if value.len() != hash.len() {
        return None;
    }
    // Steps 3 and 4: emLen >= tLen + 11, so that PS has at least eight bytes.
    let t_length = prefix.len().checked_add(value.len())?;
    let padding = length.checked_sub(t_length)?.checked_sub(3).filter(|padding| *padding >= 8)?;
    let message = buffer.get_mut(..length)?;
    let (head, rest) = message.split_at_mut_checked(2)?;
    head.copy_from_slice(&[0x00, 0x01]);
    let (zero, t) = rest.get_mut(padding..)?.split_first_mut()?;
    *zero = 0x00;
    // Step 2: T = DigestInfo.
    let (t_prefix, t_value) = t.split_at_mut_checked(prefix.len())?;
    t_prefix.copy_from_slice(prefix);
    (t_value.len() == value.len()).then(|| t_value.copy_from_slice(value))?;
    Some(message)
}

/// The DER of DigestInfo up to the hash value (RFC 8017 9.2 note 1).
const fn digest_info_prefix(hash: Hash) -> &'static [u8; 19] {
    match hash {
        Hash::Sha256 => b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20",
        Hash::Sha384 => b"\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30",
        Hash::Sha512 => b"\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40",
    }
}
