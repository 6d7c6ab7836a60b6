//! RSA signatures, against the crate `rsa`.

use dokimos::{Hash, Padding, PublicKey, SignatureAlgorithm, SignedMessage, verify_batch};
use rsa::{
    BoxedUint, PrivateKey, hazmat, pkcs1v15,
    pkcs8::{DecodePrivateKey, EncodePublicKey},
    pss, rand_core,
    signature::Verifier,
    traits::PublicKeyParts,
};
use sha2::{Digest, Sha256, Sha384, Sha512};
use std::sync::OnceLock;

const MESSAGE: &[u8] = b"what the signature is over";
const PADDINGS: [Padding; 2] = [Padding::Pkcs1V15, Padding::Pss];
const HASHES: [Hash; 3] = [Hash::Sha256, Hash::Sha384, Hash::Sha512];

/// The first byte chooses key, padding and hash, the second how the encoded message comes to be: from the next byte, as
/// a right one with a salt of that length, or from the rest as it is. Each three bytes after that change one byte in it.
/// It is then signed as it stands, and both must say the same of the signature. For some, a batch must say it too.
pub fn rsa(data: &[u8]) {
    let &[choice, start, salt, ref edits @ ..] = data else { return };
    let choice = usize::from(choice);
    let (private, der) = &keys()[choice % keys().len()];
    let (padding, hash) = (PADDINGS[choice / 4 % 2], HASHES[choice / 8 % 3]);
    let bits = private.n().as_ref().bit_width() as usize;
    let salt = usize::from(salt);
    let mut encoded = match start % 3 {
        0 => pkcs1_v15(hash, bits),
        1 => encoded_pss(hash, bits, salt),
        _ => vec![0; bits.div_ceil(8)],
    };
    for edit in edits.chunks_exact(3) {
        let position = usize::from(u16::from_be_bytes([edit[0], edit[1]])) % encoded.len();
        encoded[position] ^= edit[2];
    }
    let number = BoxedUint::from_be_slice(&encoded, private.n().bits_precision()).expect("as long as the modulus");
    // A number that is not below the modulus is no message.
    let Ok(signature) = hazmat::rsa_decrypt(None::<&mut dyn rand_core::CryptoRng>, private, &number) else { return };
    let signature = signature.to_be_bytes();

    let key = PublicKey::from_der(der, SignatureAlgorithm::new(padding, hash)).expect("a key");
    let ours = key.verify(MESSAGE, &signature);
    assert_eq!(ours.is_ok(), theirs(private, padding, hash, &signature, None), "{key:?} {encoded:02x?}");
    if padding == Padding::Pss
        && let Ok(fixed) = key.clone().with_salt_length(salt)
    {
        let theirs = theirs(private, padding, hash, &signature, Some(salt));
        assert_eq!(fixed.verify(MESSAGE, &signature).is_ok(), theirs, "salt {salt} {key:?} {encoded:02x?}");
    }
    if start / 3 % 4 > 0 {
        return;
    }
    let longest = [&[0][..], &signature].concat();
    let items: Vec<_> = [&signature[..], &encoded, &signature, &longest, &signature[1..], &signature]
        .map(|signature| SignedMessage { key: &key, message: MESSAGE, signature })
        .into();
    let single: Vec<_> = items.iter().map(|item| item.key.verify(item.message, item.signature)).collect();
    assert_eq!(verify_batch(&items), single);
    assert!(single[3].is_err() && single[4].is_err(), "a signature has the length of the modulus");
}

fn theirs(key: &PrivateKey, padding: Padding, hash: Hash, signature: &[u8], salt: Option<usize>) -> bool {
    let key = key.to_public_key();
    macro_rules! verify {
        ($hash:ty) => {
            match (padding, salt) {
                (Padding::Pkcs1V15, _) => pkcs1v15::Signature::try_from(signature)
                    .is_ok_and(|read| pkcs1v15::VerifyingKey::<$hash>::new(key).verify(MESSAGE, &read).is_ok()),
                (Padding::Pss, salt) => pss::Signature::try_from(signature).is_ok_and(|read| {
                    let key = match salt {
                        Some(salt) => pss::VerifyingKey::<$hash>::new_with_salt_len(key, salt),
                        None => pss::VerifyingKey::<$hash>::new_with_auto_salt_len(key),
                    };
                    key.verify(MESSAGE, &read).is_ok()
                }),
            }
        };
    }
    match hash {
        Hash::Sha384 => verify!(Sha384),
        Hash::Sha512 => verify!(Sha512),
        _ => verify!(Sha256),
    }
}

fn hashed(hash: Hash, parts: &[&[u8]]) -> Vec<u8> {
    let bytes = parts.concat();
    match hash {
        Hash::Sha384 => Sha384::digest(bytes).to_vec(),
        Hash::Sha512 => Sha512::digest(bytes).to_vec(),
        _ => Sha256::digest(bytes).to_vec(),
    }
}

/// EMSA-PKCS1-v1_5 (RFC 8017 9.2): 00 01 FF … FF 00 and the hash in its DigestInfo.
fn pkcs1_v15(hash: Hash, bits: usize) -> Vec<u8> {
    let value = hashed(hash, &[MESSAGE]);
    let (name, whole) = match hash {
        Hash::Sha384 => (2, 65),
        Hash::Sha512 => (3, 81),
        _ => (1, 49),
    };
    let info = [0x30, whole, 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, name, 5, 0, 4, value.len() as u8];
    let mut encoded = vec![0xff; bits.div_ceil(8)];
    let info_at = encoded.len() - value.len() - info.len();
    encoded[..2].copy_from_slice(&[0, 1]);
    encoded[info_at - 1] = 0;
    encoded[info_at..info_at + info.len()].copy_from_slice(&info);
    encoded[info_at + info.len()..].copy_from_slice(&value);
    encoded
}

/// EMSA-PSS (RFC 8017 9.1.1), the salt all ones; as long as the modulus.
fn encoded_pss(hash: Hash, bits: usize, salt: usize) -> Vec<u8> {
    let value = hashed(hash, &[MESSAGE]);
    let length = (bits - 1).div_ceil(8);
    let salt = vec![0xff; salt.min(length - value.len() - 2)];
    let binder = hashed(hash, &[&[0; 8], &value, &salt]);
    let mut masked = vec![0; length - value.len() - 1];
    let one_at = masked.len() - salt.len() - 1;
    masked[one_at] = 1;
    masked[one_at + 1..].copy_from_slice(&salt);
    for (counter, chunk) in masked.chunks_mut(value.len()).enumerate() {
        let mask = hashed(hash, &[&binder, &(counter as u32).to_be_bytes()]);
        chunk.iter_mut().zip(mask).for_each(|(byte, mask)| *byte ^= mask);
    }
    masked[0] &= 0xff >> (8 * length - (bits - 1));
    [vec![0; bits.div_ceil(8) - length], masked, binder, vec![0xbc]].concat()
}

/// The published test keys of 2048, 3072 and 4096 bits, each with its public half in DER.
fn keys() -> &'static [(PrivateKey, Vec<u8>)] {
    static KEYS: OnceLock<Vec<(PrivateKey, Vec<u8>)>> = OnceLock::new();
    KEYS.get_or_init(|| {
        let pems = [
            include_str!("../../testdata/evidence/keys/release.test-key.pem"),
            include_str!("../../testdata/evidence/keys/security.test-key.pem"),
            include_str!("../../testdata/evidence/keys/old.test-key.pem"),
        ];
        let key = |pem| {
            let key = PrivateKey::from_pkcs8_pem(pem).expect("a key");
            let der = key.to_public_key().to_public_key_der().expect("a key").into_vec();
            (key, der)
        };
        pems.map(key).into()
    })
}
