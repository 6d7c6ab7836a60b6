//! Signing and forging with an independent whole-number library.

use crate::{
    hash::{Hash, HashValue},
    rsa::{EncodedMessage, Engine, MAX_MODULUS_BYTES, RsaKeyError, RsaPublicKey, SignatureError, batch::recover_batch},
};
use num_bigint::BigUint;
use std::{vec, vec::Vec};

#[allow(unreachable_pub, reason = "the integration tests include the same file")]
#[path = "../../../tests/support/mod.rs"]
mod vectors;
pub(super) use vectors::vector_text;

pub(super) const HASHES: [Hash; 3] = [Hash::Sha256, Hash::Sha384, Hash::Sha512];

/// The engines that this processor has.
pub(super) fn engines() -> impl Iterator<Item = Engine> {
    Engine::ALL.iter().copied().filter(|engine| engine.is_available())
}

/// One key in each engine. What one says all must say, alone and in a batch.
#[derive(Debug, PartialEq)]
pub(super) struct Keys(pub(super) Vec<RsaPublicKey>);

impl Keys {
    pub(super) fn new(modulus: &[u8], exponent: &[u8]) -> Result<Self, RsaKeyError> {
        let keys: Result<Vec<_>, _> =
            engines().map(|engine| RsaPublicKey::with_engine(modulus, exponent, engine)).collect();
        let chosen = RsaPublicKey::new(modulus, exponent);
        assert_eq!(chosen.as_ref().map(RsaPublicKey::engine), keys.as_ref().map(|keys| keys[0].engine()));
        for (key, engine) in keys.iter().flatten().zip(engines()) {
            assert_eq!(key.engine(), engine);
        }
        keys.map(Self)
    }

    /// The key in the fastest engine.
    pub(super) fn fastest(&self) -> &RsaPublicKey {
        &self.0[0]
    }

    pub(super) fn recover(&self, signature: &[u8]) -> Result<EncodedMessage, SignatureError> {
        let result = self.fastest().recover(signature);
        for key in &self.0 {
            assert_eq!(key.recover(signature), result, "{:?}: {signature:x?}", key.engine());
        }
        // Each once, and the fastest so often that they go together.
        let jobs: Vec<_> = self.0.iter().chain([self.fastest(); 7]).map(|key| (key, signature)).collect();
        let mut results = vec![None; jobs.len()];
        recover_batch(&jobs, &mut |place, found| {
            assert!(results[place].replace(found.cloned()).is_none(), "{place} twice");
        });
        for (found, (key, _)) in results.iter().zip(&jobs) {
            assert_eq!(found.as_ref(), Some(&result), "{:?} in a batch: {signature:x?}", key.engine());
        }
        result
    }
}

/// A key pair of which everything is known.
pub(super) struct Signer {
    pub(super) key: Keys,
    pub(super) n: BigUint,
    d: BigUint,
}

impl Signer {
    pub(super) fn new(n: &str, d: &str) -> Self {
        let key = Keys::new(&hex(n), &[1, 0, 1]).unwrap();
        Self { key, n: BigUint::from_bytes_be(&hex(n)), d: BigUint::from_bytes_be(&hex(d)) }
    }

    pub(super) fn bits_2048() -> Self {
        Self::new(super::keys::N_2048, super::keys::D_2048)
    }

    pub(super) fn bits_2049() -> Self {
        Self::new(super::keys::N_2049, super::keys::D_2049)
    }

    /// The signature of any block at all, right or wrong.
    pub(super) fn sign(&self, block: &[u8]) -> Vec<u8> {
        let block = BigUint::from_bytes_be(block);
        assert!(block < self.n, "a block that is not below the modulus cannot be signed");
        padded(&block.modpow(&self.d, &self.n), self.key.fastest().modulus_len())
    }

    /// Signs the block, makes sure that exactly the block comes back, and returns it as a verifier sees it.
    pub(super) fn round_trip(&self, block: &[u8]) -> EncodedMessage {
        let message = self.key.recover(&self.sign(block)).unwrap();
        assert_eq!(message.bytes(), block);
        message
    }
}

/// A big-endian number of this length.
pub(super) fn padded(number: &BigUint, length: usize) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    let mut padded = vec![0; length.checked_sub(bytes.len()).unwrap()];
    padded.extend(bytes);
    padded
}

/// A number in the form in which keys take it: big-endian without leading zeros.
pub(super) fn minimal(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    &bytes[zeros..]
}

pub(super) fn hex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2), "an odd number of hexadecimal digits: {text}");
    let digits: Vec<u32> = text.chars().map(|digit| digit.to_digit(16).unwrap()).collect();
    digits.chunks(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect()
}

/// DigestInfo with the SHA-2 object identifier and these bytes in the place of the parameters.
pub(super) fn digest_info(hash: Hash, parameters: &[u8], value: &[u8]) -> Vec<u8> {
    let oid = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, hash as u8 + 1];
    let algorithm = der(0x30, &[der(0x06, &oid), parameters.to_vec()].concat());
    der(0x30, &[algorithm, der(0x04, value)].concat())
}

pub(super) fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len()).unwrap();
    let head = if length < 0x80 { vec![tag, length] } else { vec![tag, 0x81, length] };
    [head, content.to_vec()].concat()
}

/// 00 01 ff…ff 00 and these bytes, as long as the modulus.
pub(super) fn pkcs1_block(t: &[u8], length: usize) -> Vec<u8> {
    let mut block = vec![0xff; length - t.len()];
    (block[0], block[1]) = (0x00, 0x01);
    *block.last_mut().unwrap() = 0x00;
    block.extend(t);
    block
}

/// EMSA-PSS-ENCODE (RFC 8017 9.1.1) with all that can go wrong left open.
pub(super) struct PssBlock<'a> {
    pub(super) hash: Hash,
    pub(super) mgf: Hash,
    pub(super) value: &'a [u8],
    pub(super) salt: &'a [u8],
    pub(super) bits: usize,
    pub(super) separator: u8,
    pub(super) trailer: u8,
    /// A byte of PS to spoil.
    pub(super) padding: Option<usize>,
}

impl<'a> PssBlock<'a> {
    pub(super) fn new(hash: Hash, value: &'a HashValue, salt: &'a [u8], bits: usize) -> Self {
        let value = value.as_ref();
        Self { hash, mgf: hash, value, salt, bits, separator: 0x01, trailer: 0xbc, padding: None }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let em_bits = self.bits - 1;
        let em_length = em_bits.div_ceil(8);
        let h = self.hash.digest(&[&[0; 8], self.value, self.salt]);
        let ps_length = em_length - self.salt.len() - h.as_ref().len() - 2;
        let mut db = vec![0; ps_length];
        if let Some(place) = self.padding {
            db[place] = 0x01;
        }
        db.push(self.separator);
        db.extend(self.salt);
        for (counter, block) in (0_u32..).zip(db.chunks_mut(self.mgf.len())) {
            let mask = self.mgf.digest(&[h.as_ref(), &counter.to_be_bytes()]);
            block.iter_mut().zip(mask.as_ref()).for_each(|(byte, mask)| *byte ^= mask);
        }
        db[0] &= 0xff >> (8 * em_length - em_bits);
        let surplus = vec![0; self.bits.div_ceil(8) - em_length];
        [&surplus[..], &db, h.as_ref(), &[self.trailer]].concat()
    }
}

/// The smallest number whose cube begins with these bytes in a block of this length, and the cube.
///
/// With e = 3 that number is a signature of a block with garbage behind the bytes, for every modulus.
pub(super) fn cube_root_forgery(prefix: &[u8], length: usize) -> (Vec<u8>, Vec<u8>) {
    let mut block = prefix.to_vec();
    block.resize(length, 0);
    let root = BigUint::from_bytes_be(&block).cbrt() + 1_u32;
    let cube = padded(&root.pow(3), length);
    assert_eq!(cube[..prefix.len()], *prefix, "the cube does not begin with the block");
    (padded(&root, length), cube)
}

/// The verdict by the rules of PKCS #1 v1.5, from key and message to yes or no.
pub(super) fn verify_pkcs1(key: &Keys, hash: Hash, message: &[u8], signature: &[u8]) -> bool {
    let value = hash.digest(&[message]);
    key.recover(signature).is_ok_and(|message| message.is_pkcs1_v15(hash, &value))
}

#[test]
fn the_largest_signature_has_room() {
    assert_eq!(MAX_MODULUS_BYTES, 1024);
}
