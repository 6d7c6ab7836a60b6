//! The arithmetic of columns with digits of few bits, on numbers so small that all can be tried. With its own digits it is an
//! engine of every test of engines; here is only what those cannot reach.

use super::{hard, small::power_mod, support::padded};
use crate::rsa::columns::{Digits, Modulus, Plain, Product};
use num_bigint::BigUint;
use std::vec;

fn digits<const RADIX: u32>(value: u64) -> Digits {
    let mut digits = Digits::ZERO;
    for (place, digit) in (0..).zip(digits.blocks_mut().as_flattened_mut()) {
        *digit = value.checked_shr(RADIX * place).unwrap_or(0) as u32 & ((1 << RADIX) - 1);
    }
    digits
}

fn value<const RADIX: u32>(digits: &Digits) -> u64 {
    digits.blocks().as_flattened().iter().rev().fold(0, |value, digit| {
        assert!(*digit < 1 << RADIX);
        value << RADIX | u64::from(*digit)
    })
}

/// A modulus of as many blocks as it needs, and R.
fn modulus<const RADIX: u32>(n: u64) -> (Modulus, u64) {
    let blocks = (n.ilog2() + 3).div_ceil(4 * RADIX);
    let r = 1_u64 << (4 * RADIX * blocks);
    assert!(r >= 4 * n);
    let n0 = (1..1 << RADIX).find(|x| n * x % (1 << RADIX) == (1 << RADIX) - 1).unwrap();
    let (digits_n, rr) = (digits::<RADIX>(n), digits::<RADIX>(r % n * r % n));
    (Modulus { n: digits_n, rr, n0: n0 as u32, blocks: blocks as usize }, r)
}

/// All numbers below 2 n as factors, and all bases.
fn all_are_right<const RADIX: u32>(n: u64) {
    let (modulus, r) = modulus::<RADIX>(n);
    let mut product = Product::new();
    for a in 0..2 * n {
        let in_digits = digits::<RADIX>(a);
        let squared = value::<RADIX>(&product.square::<Plain<RADIX>>(&modulus, &in_digits));
        assert!(squared * r % n == a * a % n && squared < 2 * n, "{n}: {a} squared: {squared}");
        for b in 0..2 * n {
            let found = product.multiply::<Plain<RADIX>>(&modulus, &in_digits, &digits::<RADIX>(b));
            let found = value::<RADIX>(&found);
            assert!(found * r % n == a * b % n && found < 2 * n, "{n}: {a} {b} {found}");
        }
    }
    for exponent in [3, 35, 65537] {
        for base in 0..n {
            let found = modulus.power_of::<Plain<RADIX>>(&digits::<RADIX>(base), exponent);
            let (found, right) = (value::<RADIX>(&found), power_mod(base, exponent, n));
            assert!(found == right || found == right + n, "{n}: {base} {exponent} {found}");
        }
    }
}

#[test]
fn small_digits() {
    // One block and two.
    for n in (3..64).step_by(2).chain([65, 85, 127, 129, 255]) {
        all_are_right::<2>(n);
        all_are_right::<4>(n);
    }
    for n in [3, 5, 7, 9, 15, 17, 31, 33, 63] {
        // Digits of one bit: up to two blocks.
        all_are_right::<1>(n);
    }
}

#[test]
fn the_last_step_takes_off_one_modulus() {
    // No signature leads to these: see the test of the same name in `lanes`.
    for bits in [2048, 2049, 8192] {
        for n in hard::moduli(bits) {
            let modulus = Modulus::new(&n.to_bytes_be(), bits);
            for (x, expected) in [
                (n.clone(), BigUint::from(0_u32)),
                (&n - 1_u32, &n - 1_u32),
                (&n + 1_u32, BigUint::from(1_u32)),
                (&n * 2_u32 - 1_u32, &n - 1_u32),
            ] {
                let mut digits = Digits::ZERO;
                for (place, digit) in digits.blocks_mut().as_flattened_mut().iter_mut().enumerate() {
                    *digit = ((&x >> (27 * place)) & BigUint::from((1_u32 << 27) - 1)).try_into().unwrap();
                }
                modulus.subtract_n(&mut digits);
                let mut found = vec![0; bits.div_ceil(8)];
                digits.write_bytes(&mut found);
                assert_eq!(found, padded(&expected, bits.div_ceil(8)), "{n:x} {x:x}");
            }
        }
    }
}
