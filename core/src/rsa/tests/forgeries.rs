//! What a verifier must refuse, one test a row of the list of known attacks on RSA verification.
//!
//! Each forged block is signed with the true private key (or needs none, as e = 3), and comes back from the public
//! operation as it was made, so the only thing that can refuse it is the check under test. Controls beside the forgeries
//! show that the same way of building a block gives one that is accepted.

use super::support::*;
use crate::{
    hash::Hash,
    rsa::{EncodedMessage, RsaKeyError, RsaPublicKey, SaltLength, SignatureError},
};
use num_bigint::BigUint;
use std::{vec, vec::Vec};

const NULL: &[u8] = &[0x05, 0x00];
const MESSAGE: &[u8] = b"sha256:0123456789abcdef";

/// No hash and no scheme takes the block for the message.
fn refused(message: &EncodedMessage) -> bool {
    HASHES.into_iter().all(|hash| {
        let value = hash.digest(&[MESSAGE]);
        !message.is_pkcs1_v15(hash, &value) && !message.is_pss(hash, &value, SaltLength::Recovered)
    })
}

fn digest_infos() -> impl Iterator<Item = (Hash, Vec<u8>)> {
    HASHES.into_iter().map(|hash| (hash, digest_info(hash, NULL, hash.digest(&[MESSAGE]).as_ref())))
}

#[test]
fn accepts_the_block_that_the_forgeries_start_from() {
    let signer = Signer::bits_2048();
    for (hash, info) in digest_infos() {
        let message = signer.round_trip(&pkcs1_block(&info, 256));
        assert!(message.is_pkcs1_v15(hash, &hash.digest(&[MESSAGE])), "{hash}");
        for other in HASHES.into_iter().filter(|other| *other != hash) {
            assert!(!message.is_pkcs1_v15(other, &other.digest(&[MESSAGE])), "{hash} as {other}");
            assert!(!message.is_pkcs1_v15(other, &hash.digest(&[MESSAGE])), "{hash} named {other}");
        }
    }
}

#[test]
fn refuses_b3_01_garbage_after_digest_info() {
    // Bleichenbacher 2006, without a private key: 00 01 ff*8 00 DigestInfo, garbage, and the cube root of it.
    for bits in [2048_usize, 3072, 4096, 8192] {
        let n = (BigUint::from(1_u32) << bits) - 1_u32;
        let key = Keys::new(&n.to_bytes_be(), &[3]).unwrap();
        for (hash, info) in digest_infos() {
            let prefix = [&[0, 1], &[0xff; 8][..], &[0], &info].concat();
            // The root has a third of the bits, and must choose all those of the prefix: not SHA-512 with 2048 bits.
            if prefix.len() * 8 * 3 > bits {
                assert_eq!((hash, bits), (Hash::Sha512, 2048));
                continue;
            }
            let (signature, block) = cube_root_forgery(&prefix, bits / 8);
            let message = key.recover(&signature).unwrap();
            assert_eq!(message.bytes(), block);
            assert!(refused(&message), "{hash} {bits}");
        }
    }
    // The same with padding of every length and a single byte of garbage.
    let signer = Signer::bits_2048();
    for (hash, info) in digest_infos() {
        for garbage in [1, 2, 100] {
            let block = pkcs1_block(&[&info[..], &vec![0; garbage]].concat(), 256);
            assert!(refused(&signer.round_trip(&block)), "{hash} {garbage}");
        }
    }
}

#[test]
fn refuses_b3_02_ber_lengths() {
    let signer = Signer::bits_2048();
    let value = Hash::Sha256.digest(&[MESSAGE]);
    let good = digest_info(Hash::Sha256, NULL, value.as_ref());
    // The place of each length byte of DigestInfo, and the length in each longer form.
    for place in [1, 3, 5, 16, 18] {
        let length = good[place];
        for long in [vec![0x81, length], vec![0x82, 0, length], vec![0x84, 0, 0, 0, length], vec![0x80]] {
            let info = [&good[..place], &long, &good[place + 1..]].concat();
            assert!(refused(&signer.round_trip(&pkcs1_block(&info, 256))), "{place} {long:x?}");
            // With the outer lengths put right as well.
            let mut info = info;
            for outer in [1, 3].into_iter().filter(|outer| *outer < place && place < 16 || *outer == 1 && place > 1) {
                info[outer] += long.len() as u8 - 1;
            }
            assert!(refused(&signer.round_trip(&pkcs1_block(&info, 256))), "{place} {long:x?}");
        }
    }
    // BERserk: a length of so many bytes that the parser's counter wraps.
    let overflow = [&[0x30, 0x88, 1, 0, 0, 0, 0, 0, 0, 0x31][..], &good[2..]].concat();
    assert!(refused(&signer.round_trip(&pkcs1_block(&overflow, 256))));
}

#[test]
fn refuses_b3_03_garbage_in_the_algorithm() {
    let signer = Signer::bits_2048();
    for hash in HASHES {
        let value = hash.digest(&[MESSAGE]);
        for parameters in [
            &[0x05, 0x01, 0x00][..],
            &[0x05, 0x00, 0x05, 0x00],
            &[0x04, 0x02, 0xde, 0xad],
            &[0x05, 0x00, 0x04, 0x01, 0xff],
            &[0x30, 0x00],
            &[0x05, 0x81, 0x00],
        ] {
            let info = digest_info(hash, parameters, value.as_ref());
            assert!(refused(&signer.round_trip(&pkcs1_block(&info, 256))), "{hash} {parameters:x?}");
        }
        // Something more at the end of DigestInfo, inside its length.
        let inner = digest_info(hash, NULL, value.as_ref());
        let info = der(0x30, &[&inner[2..], &[0x05, 0x00]].concat());
        assert!(refused(&signer.round_trip(&pkcs1_block(&info, 256))), "{hash}");
    }
}

#[test]
fn refuses_b3_04_padding_not_compared() {
    let signer = Signer::bits_2048();
    for (hash, info) in digest_infos() {
        let good = pkcs1_block(&info, 256);
        // Every byte of the block matters: change each in turn. The first must stay for the block to be below n.
        for place in 0..good.len() {
            let mut block = good.clone();
            block[place] ^= 0x01;
            assert!(refused(&changed(signer.key.fastest(), &block)), "{hash} {place}");
        }
        // Block types 0 and 2, and padding of fewer than eight bytes.
        for kind in [0x00, 0x02] {
            let mut block = good.clone();
            block[1] = kind;
            assert!(refused(&signer.round_trip(&block)), "{hash} {kind}");
        }
        for padding in 0..8 {
            let mut block = [&[0, 1][..], &vec![0xff; padding], &[0], &info].concat();
            block.resize(256, 0);
            assert!(refused(&signer.round_trip(&block)), "{hash} {padding}");
        }
        // Only the tail is right (CVE-2026-22866).
        let mut block = vec![0x5a; 256 - info.len()];
        block.extend(&info);
        assert!(refused(&signer.round_trip(&block)), "{hash}");
    }
}

/// A block as the verifier sees it, without the time of signing it.
fn changed(key: &RsaPublicKey, block: &[u8]) -> EncodedMessage {
    let mut message = EncodedMessage::new(key.modulus_bits());
    message.bytes_mut().copy_from_slice(block);
    message
}

#[test]
fn refuses_b3_05_digest_info_not_checked() {
    let signer = Signer::bits_2048();
    for (hash, info) in digest_infos() {
        let value = hash.digest(&[MESSAGE]);
        for place in 0..info.len() - value.as_ref().len() {
            let mut info = info.clone();
            info[place] ^= 0x20;
            assert!(refused(&changed(signer.key.fastest(), &pkcs1_block(&info, 256))), "{hash} {place}");
        }
        // No DigestInfo at all.
        assert!(refused(&signer.round_trip(&pkcs1_block(value.as_ref(), 256))), "{hash}");
    }
}

#[test]
fn refuses_b3_06_missing_null() {
    let signer = Signer::bits_2048();
    for hash in HASHES {
        let info = digest_info(hash, &[], hash.digest(&[MESSAGE]).as_ref());
        assert!(refused(&signer.round_trip(&pkcs1_block(&info, 256))), "{hash}");
    }
}

#[test]
fn refuses_b3_07_signature_not_below_modulus() {
    let signer = Signer::bits_2048();
    // A message whose signature is so small that the modulus can be added and the length stays.
    let (signature, value) = (0_u32..)
        .map(|counter| {
            let value = Hash::Sha256.digest(&[&counter.to_be_bytes()]);
            (signer.sign(&pkcs1_block(&digest_info(Hash::Sha256, NULL, value.as_ref()), 256)), value)
        })
        .find(|(signature, _)| (BigUint::from_bytes_be(signature) + &signer.n).bits() <= 2048)
        .unwrap();
    assert!(signer.key.recover(&signature).unwrap().is_pkcs1_v15(Hash::Sha256, &value));
    let moved = padded(&(BigUint::from_bytes_be(&signature) + &signer.n), 256);
    assert_eq!(signer.key.recover(&moved), Err(SignatureError::OutOfRange));
    // The modulus itself, the largest number of the length, and the numbers beside the limit.
    let n = &signer.n;
    for number in [n.clone(), n + 1_u32, (BigUint::from(1_u32) << 2048) - 1_u32] {
        assert_eq!(signer.key.recover(&padded(&number, 256)), Err(SignatureError::OutOfRange));
    }
    assert_eq!(signer.key.recover(&padded(&(n - 1_u32), 256)).unwrap().bytes(), padded(&(n - 1_u32), 256));
    // Longer by k n.
    let longer = padded(&(BigUint::from_bytes_be(&signature) + n * 256_u32), 257);
    assert_eq!(signer.key.recover(&longer), Err(SignatureError::Length { expected: 256, found: 257 }));
}

#[test]
fn refuses_b3_08_length_other_than_modulus() {
    let signer = Signer::bits_2048();
    // A signature that begins with a zero byte, with it stripped, and others with zeros added.
    let (signature, hash) = (0_u32..)
        .map(|counter| {
            let value = Hash::Sha256.digest(&[&counter.to_be_bytes()]);
            (signer.sign(&pkcs1_block(&digest_info(Hash::Sha256, NULL, value.as_ref()), 256)), value)
        })
        .find(|(signature, _)| signature[0] == 0)
        .unwrap();
    assert!(signer.key.recover(&signature).unwrap().is_pkcs1_v15(Hash::Sha256, &hash));
    for wrong in [
        signature[1..].to_vec(),
        signature[..255].to_vec(),
        [&[0][..], &signature].concat(),
        [&[0; 8][..], &signature].concat(),
        [&signature[..], &[0]].concat(),
        Vec::new(),
    ] {
        let expected = Err(SignatureError::Length { expected: 256, found: wrong.len() });
        assert_eq!(signer.key.recover(&wrong), expected);
    }
}

#[test]
fn refuses_b3_09_other_salt_length() {
    let signer = Signer::bits_2048();
    for hash in HASHES {
        let value = hash.digest(&[MESSAGE]);
        let most = 256 - hash.len() - 2;
        for length in [0, 1, 20, hash.len() - 1, hash.len(), hash.len() + 1, most - 1, most] {
            let block = PssBlock::new(hash, &value, &vec![0xa5; length], 2048).encode();
            let message = signer.round_trip(&block);
            assert!(message.is_pss(hash, &value, SaltLength::Recovered), "{hash} {length}");
            for asked in
                [0, 1, 20, hash.len() - 1, hash.len(), hash.len() + 1, most - 1, most, most + 1, 256, usize::MAX]
            {
                let found = message.is_pss(hash, &value, SaltLength::Exactly(asked));
                assert_eq!(found, asked == length, "{hash} {length} {asked}");
            }
        }
    }
}

#[test]
fn refuses_b3_10_other_mgf_hash() {
    let signer = Signer::bits_2048();
    for hash in HASHES {
        let value = hash.digest(&[MESSAGE]);
        for mgf in HASHES {
            let block = PssBlock { mgf, ..PssBlock::new(hash, &value, &[7; 32], 2048) }.encode();
            let message = signer.round_trip(&block);
            assert_eq!(message.is_pss(hash, &value, SaltLength::Recovered), mgf == hash, "{hash} {mgf}");
        }
    }
}

#[test]
fn refuses_b3_11_pss_defects() {
    for signer in [Signer::bits_2048(), Signer::bits_2049()] {
        let bits = signer.key.fastest().modulus_bits();
        for hash in HASHES {
            let value = hash.digest(&[MESSAGE]);
            let salt = vec![0x3c; hash.len()];
            let block = || PssBlock::new(hash, &value, &salt, bits);
            let good = block().encode();
            assert!(signer.round_trip(&good).is_pss(hash, &value, SaltLength::Exactly(hash.len())), "{hash}");

            let spoiled = [
                PssBlock { trailer: 0xcc, ..block() },
                PssBlock { trailer: 0x00, ..block() },
                PssBlock { separator: 0x02, ..block() },
                PssBlock { separator: 0x00, ..block() },
                PssBlock { separator: 0x81, ..block() },
                PssBlock { padding: Some(1), ..block() },
                PssBlock { padding: Some(100), ..block() },
            ];
            for (which, spoiled) in spoiled.iter().enumerate() {
                let message = signer.round_trip(&spoiled.encode());
                assert!(!message.is_pss(hash, &value, SaltLength::Exactly(hash.len())), "{hash} {which}");
            }
            // Every bit of the block matters, the unused ones included.
            for bit in 0..good.len() * 8 {
                let mut block = good.clone();
                block[bit / 8] ^= 0x80 >> (bit % 8);
                let message = changed(signer.key.fastest(), &block);
                assert!(!message.is_pss(hash, &value, SaltLength::Recovered), "{hash} {bit}");
            }
        }
    }
    // 8N + 1 bits: the byte too many is 01, all else is right (mbed TLS; RustCrypto 0.8.2).
    let signer = Signer::bits_2049();
    let value = Hash::Sha256.digest(&[MESSAGE]);
    let mut block = PssBlock::new(Hash::Sha256, &value, &[1; 32], 2049).encode();
    assert_eq!(block[0], 0);
    block[0] = 1;
    if BigUint::from_bytes_be(&block) < signer.n {
        assert!(refused(&signer.round_trip(&block)));
    }
    assert!(refused(&changed(signer.key.fastest(), &block)));
}

#[test]
fn refuses_b3_12_one_scheme_for_the_other() {
    let signer = Signer::bits_2048();
    for (hash, info) in digest_infos() {
        let value = hash.digest(&[MESSAGE]);
        let pkcs1 = signer.round_trip(&pkcs1_block(&info, 256));
        assert!(pkcs1.is_pkcs1_v15(hash, &value) && !pkcs1.is_pss(hash, &value, SaltLength::Recovered), "{hash}");
        let pss = signer.round_trip(&PssBlock::new(hash, &value, &[9; 32], 2048).encode());
        assert!(pss.is_pss(hash, &value, SaltLength::Recovered) && !pss.is_pkcs1_v15(hash, &value), "{hash}");
    }
}

#[test]
fn refuses_b3_13_hash_confusion() {
    let signer = Signer::bits_2048();
    for used in HASHES {
        let value = used.digest(&[MESSAGE]);
        for named in HASHES.into_iter().filter(|named| *named != used) {
            // DigestInfo names one hash and holds a value of another.
            let info = digest_info(named, NULL, value.as_ref());
            let message = signer.round_trip(&pkcs1_block(&info, 256));
            assert!(!message.is_pkcs1_v15(named, &value) && !message.is_pkcs1_v15(used, &value), "{used} {named}");
            let message = signer.round_trip(&PssBlock::new(used, &value, &[9; 32], 2048).encode());
            assert!(!message.is_pss(named, &value, SaltLength::Recovered), "{used} {named}");
            assert!(!message.is_pss(named, &named.digest(&[MESSAGE]), SaltLength::Recovered), "{used} {named}");
        }
    }
}

#[test]
fn refuses_b3_16_modulus_even_or_tiny() {
    let odd = Signer::bits_2048().n;
    let key = |modulus: &BigUint| RsaPublicKey::new(&modulus.to_bytes_be(), &[1, 0, 1]).unwrap_err();
    assert_eq!(key(&(&odd - 1_u32)), RsaKeyError::ModulusEven);
    assert_eq!(key(&BigUint::from(1_u32)), RsaKeyError::ModulusTooSmall { bits: 1 });
    assert_eq!(RsaPublicKey::new(&[], &[3]).unwrap_err(), RsaKeyError::ModulusTooSmall { bits: 0 });
    assert_eq!(RsaPublicKey::new(&[0], &[3]).unwrap_err(), RsaKeyError::ModulusLeadingZero);
    let zero_in_front = [&[0][..], &odd.to_bytes_be()].concat();
    assert_eq!(RsaPublicKey::new(&zero_in_front, &[3]).unwrap_err(), RsaKeyError::ModulusLeadingZero);
}

#[test]
fn refuses_b3_17_exponent_one_even_or_zero() {
    let key = |exponent: &[u8]| RsaPublicKey::new(&hex(super::keys::N_2048), exponent).map(|key| key.exponent());
    assert_eq!(key(&[]), Err(RsaKeyError::ExponentTooSmall { value: 0 }));
    assert_eq!(key(&[0]), Err(RsaKeyError::ExponentLeadingZero));
    assert_eq!(key(&[0, 3]), Err(RsaKeyError::ExponentLeadingZero));
    assert_eq!(key(&[1]), Err(RsaKeyError::ExponentTooSmall { value: 1 }));
    assert_eq!(key(&[2]), Err(RsaKeyError::ExponentTooSmall { value: 2 }));
    assert_eq!(key(&[4]), Err(RsaKeyError::ExponentEven));
    assert_eq!(key(&[1, 0, 0]), Err(RsaKeyError::ExponentEven));
    assert_eq!(key(&[3]), Ok(3));
    assert_eq!(key(&[1, 0, 1]), Ok(65537));
}

#[test]
fn refuses_b3_18_exponent_of_more_than_33_bits() {
    let key = |exponent: &[u8]| RsaPublicKey::new(&hex(super::keys::N_2048), exponent).map(|key| key.exponent());
    assert_eq!(key(&[1, 0, 0, 0, 1]), Ok((1 << 32) + 1));
    assert_eq!(key(&[1, 0xff, 0xff, 0xff, 0xff]), Ok((1 << 33) - 1));
    assert_eq!(key(&[2, 0, 0, 0, 1]), Err(RsaKeyError::ExponentTooLarge { bits: 34 }));
    assert_eq!(key(&[0xff; 256]), Err(RsaKeyError::ExponentTooLarge { bits: 2048 }));
    assert_eq!(key(&[0xff; 9]), Err(RsaKeyError::ExponentTooLarge { bits: 72 }));
}

#[test]
fn refuses_b3_19_modulus_of_more_than_8192_bits() {
    let key = |bits: u32| RsaPublicKey::new(&((BigUint::from(1_u32) << bits) - 1_u32).to_bytes_be(), &[3]);
    assert_eq!(key(8192).map(|key| (key.modulus_bits(), key.modulus_len())), Ok((8192, 1024)));
    assert_eq!(key(8193), Err(RsaKeyError::ModulusTooLarge { bits: 8193 }));
    assert_eq!(key(100_000), Err(RsaKeyError::ModulusTooLarge { bits: 100_000 }));
}

#[test]
fn refuses_b3_20_modulus_of_fewer_than_2048_bits() {
    let key = |bits: u32| RsaPublicKey::new(&((BigUint::from(1_u32) << bits) - 1_u32).to_bytes_be(), &[3]);
    assert_eq!(key(2048).map(|key| (key.modulus_bits(), key.modulus_len())), Ok((2048, 256)));
    assert_eq!(key(2047), Err(RsaKeyError::ModulusTooSmall { bits: 2047 }));
    assert_eq!(key(1024), Err(RsaKeyError::ModulusTooSmall { bits: 1024 }));
}

#[test]
fn refuses_b3_21_tiny_keys_without_panic() {
    for bits in 2..600_u32 {
        let modulus = ((BigUint::from(1_u32) << bits) - 1_u32).to_bytes_be();
        let expected = Err(RsaKeyError::ModulusTooSmall { bits: bits as usize });
        assert_eq!(RsaPublicKey::new(&modulus, &[3]), expected);
    }
}
