//! Random numbers against the `rsa` crate, ten thousand for each engine, alone and in batches.

use super::support::{engines, padded};
use crate::rsa::{RsaPublicKey, SignatureError, batch::recover_batch};
use num_bigint::BigUint;
use rsa::{BoxedUint, hazmat::rsa_encrypt};
use std::{vec, vec::Vec};

/// xorshift64*: the cases must be the same everywhere, and their quality matters little.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next() as u8).collect()
    }

    /// An odd number of exactly this length.
    fn modulus(&mut self, bits: usize) -> BigUint {
        let number = BigUint::from_bytes_be(&self.bytes(bits.div_ceil(8)));
        let top = BigUint::from(1_u32) << (bits - 1);
        (number & (&top - 1_u32)) | top | BigUint::from(1_u32)
    }
}

/// A signature, its key, and what the `rsa` crate makes of them.
struct Case {
    n: Vec<u8>,
    e: u64,
    signature: Vec<u8>,
    expected: Result<Vec<u8>, SignatureError>,
}

impl Case {
    fn random(random: &mut Random, bits: usize) -> Self {
        let n = random.modulus(bits);
        let e = match random.below(8) {
            0 => 3,
            1 => 17,
            2 => random.next() & 0x1_ffff_ffff | 0x1_0000_0001,
            _ => 65537,
        };
        let length = bits.div_ceil(8);
        let signature = random.bytes(length);
        // Nearly all below n, some above.
        let number = BigUint::from_bytes_be(&signature);
        let number = if random.below(50) == 0 { number } else { number % &n };
        let signature = padded(&number, length);
        let expected = if number < n { Ok(oracle(&n, e, &signature)) } else { Err(SignatureError::OutOfRange) };
        Self { n: n.to_bytes_be(), e, signature, expected }
    }
}

fn oracle(n: &BigUint, e: u64, signature: &[u8]) -> Vec<u8> {
    let bytes = n.to_bytes_be();
    let boxed = |bytes: &[u8]| BoxedUint::from_be_slice(bytes, u32::try_from(bytes.len() * 8).unwrap()).unwrap();
    let key = rsa::PublicKey::new_unchecked(boxed(&bytes), BoxedUint::from(e));
    let result = rsa_encrypt(&key, &boxed(signature)).unwrap();
    padded(&BigUint::from_bytes_be(&result.to_be_bytes()), bytes.len())
}

/// Ten thousand, mostly of the sizes in use, as large ones take long.
#[test]
fn ten_thousand_numbers_agree_with_the_rsa_crate() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for (bits, count) in [(2048, 8_000), (2056, 400), (3072, 1_000), (4096, 500), (4160, 60), (8192, 40)] {
        let mut left = count;
        while left > 0 {
            // Batches of every length up to 20.
            let cases: Vec<_> = (0..=random.below(20).min(left - 1)).map(|_| Case::random(&mut random, bits)).collect();
            left -= cases.len() as u64;
            check(&cases);
        }
    }
}

#[test]
fn sizes_and_exponents_mix_in_a_batch() {
    let mut random = Random(7);
    for _ in 0..30 {
        let mut cases = Vec::new();
        for _ in 0..40 {
            let bits = [2048, 2048, 2048, 2055, 2304, 3072, 3072, 4096, 4200][random.below(9) as usize];
            let mut case = Case::random(&mut random, bits);
            if random.below(10) == 0 {
                case.signature.pop();
                let (expected, found) = (case.n.len(), case.signature.len());
                case.expected = Err(SignatureError::Length { expected, found });
            }
            cases.push(case);
        }
        check(&cases);
    }
}

fn check(cases: &[Case]) {
    for engine in engines() {
        let e = |case: &Case| BigUint::from(case.e).to_bytes_be();
        let keys: Vec<_> =
            cases.iter().map(|case| RsaPublicKey::with_engine(&case.n, &e(case), engine).unwrap()).collect();
        let jobs: Vec<_> = keys.iter().zip(cases).map(|(key, case)| (key, &case.signature[..])).collect();
        let mut results = vec![None; jobs.len()];
        recover_batch(&jobs, &mut |place, found| {
            let found = found.map(|message| message.bytes().to_vec());
            assert!(results[place].replace(found).is_none(), "{place} twice");
        });
        for (place, (case, (key, signature))) in cases.iter().zip(&jobs).enumerate() {
            let alone = key.recover(signature).map(|message| message.bytes().to_vec());
            assert_eq!(alone, case.expected, "{engine:?} {:x?} {} {signature:x?}", case.n, case.e);
            assert_eq!(results[place].as_ref(), Some(&case.expected), "{engine:?} {place} of {}", cases.len());
        }
    }
}
