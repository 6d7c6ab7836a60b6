//! The IFMA arithmetic with lanes in plain Rust, of any radix: so it is tested on every machine, and on numbers so small
//! that all can be tried.

use super::{hard, small::power_mod, support::padded};
use crate::rsa::ifma::{
    self, eight,
    lanes::{Lanes, largest_digit},
    single,
};
use num_bigint::BigUint;
use std::{array, vec, vec::Vec};

/// Eight lanes, with digits of this many bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Model<const RADIX: u32>([u64; 8]);

impl<const RADIX: u32> Model<RADIX> {
    const DIGIT: u64 = largest_digit(RADIX);

    fn map(self, with: impl Fn(u64) -> u64) -> Self {
        Self(self.0.map(with))
    }

    fn product(a: u64, b: u64) -> u128 {
        u128::from(a & Self::DIGIT) * u128::from(b & Self::DIGIT)
    }
}

impl<const RADIX: u32> From<[u64; 8]> for Model<RADIX> {
    fn from(lanes: [u64; 8]) -> Self {
        Self(lanes)
    }
}

impl<const RADIX: u32> From<Model<RADIX>> for [u64; 8] {
    fn from(model: Model<RADIX>) -> Self {
        model.0
    }
}

impl<const RADIX: u32> Lanes for Model<RADIX> {
    const RADIX: u32 = RADIX;

    fn zero() -> Self {
        Self([0; 8])
    }

    fn splat(number: u64) -> Self {
        Self([number; 8])
    }

    fn load(lanes: &[u64; 8]) -> Self {
        Self(*lanes)
    }

    fn store(self, lanes: &mut [u64; 8]) {
        *lanes = self.0;
    }

    fn add(self, other: Self) -> Self {
        Self(array::from_fn(|lane| self.0[lane].wrapping_add(other.0[lane])))
    }

    fn or(self, other: Self) -> Self {
        Self(array::from_fn(|lane| self.0[lane] | other.0[lane]))
    }

    fn add_low(self, a: Self, b: Self) -> Self {
        let low = |lane: usize| Self::product(a.0[lane], b.0[lane]) as u64 & Self::DIGIT;
        // A sum of products never leaves its lane.
        Self(array::from_fn(|lane| self.0[lane].checked_add(low(lane)).unwrap()))
    }

    fn add_high(self, a: Self, b: Self) -> Self {
        let high = |lane: usize| (Self::product(a.0[lane], b.0[lane]) >> RADIX) as u64;
        Self(array::from_fn(|lane| self.0[lane].checked_add(high(lane)).unwrap()))
    }

    fn carry(self) -> Self {
        self.map(|lane| lane >> RADIX)
    }

    fn digit(self) -> Self {
        self.map(|lane| lane & Self::DIGIT)
    }

    fn exceeds_digit(self) -> bool {
        self.0.iter().any(|lane| *lane > Self::DIGIT)
    }

    fn first(self) -> Self {
        Self([self.0[0], 0, 0, 0, 0, 0, 0, 0])
    }

    fn splat_first(self) -> Self {
        Self([self.0[0]; 8])
    }

    fn down(self) -> Self {
        Self(array::from_fn(|lane| self.0.get(lane + 1).copied().unwrap_or(0)))
    }

    fn up(self) -> Self {
        Self(array::from_fn(|lane| lane.checked_sub(1).map_or(0, |below| self.0[below])))
    }

    fn settle(self) -> Self {
        self
    }
}

/// The digits of a number as `single` has them.
fn spread<const RADIX: u32, const V: usize>(value: u64) -> single::Digits<V> {
    let mut digits = [[0; 8]; V];
    for place in 0..8 * V {
        let digit = value.checked_shr(RADIX * place as u32).unwrap_or(0) & ((1 << RADIX) - 1);
        digits[place % V][place / V] = digit;
    }
    digits
}

fn gather<const RADIX: u32, const V: usize>(digits: &single::Digits<V>) -> u64 {
    (0..8 * V).rev().fold(0, |value, place| {
        let digit = digits[place % V][place / V];
        assert!(digit < 1 << RADIX);
        value << RADIX | digit
    })
}

fn negated_inverse(n: u64, radix: u32) -> u64 {
    (1..1 << radix).find(|x| n * x % (1 << radix) == (1 << radix) - 1).unwrap()
}

/// One exponentiation of digits in lanes: all numbers below 2 n as factors, and all bases.
fn single_is_right<const RADIX: u32, const V: usize>(n: u64) {
    let rows = (n.ilog2() + 3).div_ceil(RADIX) as usize;
    let r = 1_u64 << (RADIX * rows as u32);
    assert!(r >= 4 * n);
    let (digits, rr) = (spread::<RADIX, V>(n), spread::<RADIX, V>(r % n * r % n));
    let modulus = single::Modulus { n: &digits, rr: &rr, n0: negated_inverse(n, RADIX), rows };
    for a in 0..2 * n {
        for b in 0..2 * n {
            let product = single::multiply::<Model<RADIX>, V>(&modulus, &spread::<RADIX, V>(a), &spread::<RADIX, V>(b));
            let found = gather::<RADIX, V>(&product);
            assert!(found * r % n == a * b % n && found < 2 * n, "{n}: {a} {b} {found}");
        }
    }
    for exponent in [3, 35, 65537] {
        for base in 0..n {
            let found = single::power::<Model<RADIX>, V>(&modulus, &spread::<RADIX, V>(base), exponent);
            let found = gather::<RADIX, V>(&found);
            assert!(found == power_mod(base, exponent, n) || found == power_mod(base, exponent, n) + n);
        }
    }
}

#[test]
fn digits_in_lanes() {
    // Two vectors are the fewest; both ways of adding rows up.
    for n in (3..80).step_by(2).chain((81..256).step_by(22)).chain([255]) {
        single_is_right::<4, 2>(n);
    }
    for n in [3, 15, 17, 31, 33, 63] {
        single_is_right::<2, 3>(n);
        single_is_right::<4, 9>(n);
    }
}

#[test]
fn carries_ripple_through_lanes() {
    // Sums of digits that carry through all the rest: the value must stay, and only digits remain.
    for start in 0..16 {
        let mut vectors = [[15_u64; 8]; 2];
        vectors[start % 2][start / 2] = 15 * 16 + 15;
        vectors[1][7] = 0;
        let before = sum(&vectors);
        let after = single::normal(vectors.map(Model::<4>::from));
        let after = after.map(<[u64; 8]>::from);
        assert_eq!(sum(&after), before);
        assert!(after.as_flattened().iter().all(|digit| *digit < 16), "{start}");
    }
}

fn sum(vectors: &single::Digits<2>) -> u128 {
    (0..16).map(|place| u128::from(vectors[place % 2][place / 2]) << (4 * place)).sum()
}

/// Eight exponentiations at once, each with its own modulus: all bases below the smallest.
fn eight_are_right<const RADIX: u32>(moduli: [u64; 8]) {
    type Block<const RADIX: u32> = eight::Block<Model<RADIX>>;
    struct Bases(u64);
    impl<const RADIX: u32> eight::Base<Model<RADIX>> for Bases {
        fn block(&self, place: usize) -> Block<RADIX> {
            blocks::<RADIX>([0, 1, 2, 3, 4, 5, 6, 7].map(|lane| self.0 + lane % 2), place)
        }
    }
    fn blocks<const RADIX: u32>(numbers: [u64; 8], place: usize) -> Block<RADIX> {
        [0, 1, 2, 3].map(|digit| {
            let shift = RADIX * (4 * place + digit) as u32;
            Model::from(numbers.map(|number| number.checked_shr(shift).unwrap_or(0) & ((1 << RADIX) - 1)))
        })
    }
    let largest = moduli.into_iter().max().unwrap();
    let count = (largest.ilog2() + 3).div_ceil(RADIX * 4) as usize;
    let r = 1_u128 << (RADIX * 4 * count as u32);
    let rr = moduli.map(|n| (r % u128::from(n) * (r % u128::from(n)) % u128::from(n)) as u64);
    let n: Vec<_> = (0..count).map(|place| blocks::<RADIX>(moduli, place)).collect();
    let n0 = Model::from(moduli.map(|n| negated_inverse(n, RADIX)));
    for base in 0..moduli.into_iter().min().unwrap() - 1 {
        for squarings in [1, 2, 4] {
            let mut x: Vec<_> = (0..count).map(|place| blocks::<RADIX>(rr, place)).collect();
            // What stands in memory before does not matter.
            let mut product = vec![[Model::from([u64::MAX >> 1; 8]); 4]; 2 * count];
            let work = eight::Workspace { n: &n, x: &mut x, product: &mut product };
            eight::power(work, n0, squarings, &Bases(base));
            for (lane, n) in moduli.into_iter().enumerate() {
                let digits = x.as_flattened().iter().map(|vector| <[u64; 8]>::from(*vector)[lane]);
                let found = digits.rev().fold(0, |value, digit| {
                    assert!(digit < 1 << RADIX);
                    value << RADIX | digit
                });
                let right = power_mod(base + lane as u64 % 2, (1 << squarings) + 1, n);
                assert!(found == right || found == right + n, "{base} mod {n}: {found}");
            }
        }
    }
}

#[test]
fn eight_at_once() {
    let mut odd = (3..4096_u64).step_by(2);
    while let Some(first) = odd.next() {
        let mut moduli = [first; 8];
        for n in &mut moduli[1..] {
            *n = odd.next().unwrap_or(first);
        }
        // Digits of four bits: one block, and two. Digits of two bits: up to two blocks. Few bases are enough for many.
        if first < 300 || first % 512 < 16 {
            eight_are_right::<4>(moduli);
            eight_are_right::<2>(moduli);
        }
    }
    eight_are_right::<2>([3, 255, 257, 4095, 16385, 32767, 65533, 65535]);
    eight_are_right::<4>([4095, 4097, 16383, 16385, 65533, 65535, 65537, 131_071]);
}

#[test]
fn lanes_in_plain_rust_agree() {
    // The whole way of the IFMA engine, on every machine: from bytes to digits, through lanes, and back.
    for bits in [2048, 2078, 2079, 3072, 3327, 4096, 4158, 4159, 8192] {
        let moduli: Vec<_> = hard::moduli(bits).into_iter().take(8).collect();
        let prepared: Vec<_> = moduli.iter().map(|n| ifma::Modulus::new(&n.to_bytes_be(), bits)).collect();
        let base = hard::bases(&moduli[0], bits)[8].clone();
        let signature = padded(&base, bits.div_ceil(8));
        let expected = moduli.iter().map(|n| padded(&base.modpow(&BigUint::from(17_u32), n), bits.div_ceil(8)));
        let expected: Vec<_> = expected.collect();
        for (modulus, expected) in prepared.iter().zip(&expected).take(2) {
            let mut found = vec![0; bits.div_ceil(8)];
            match modulus.vectors() {
                5 => modulus.power::<Model<52>, 5>(&signature, 17, &mut found),
                8 => modulus.power::<Model<52>, 8>(&signature, 17, &mut found),
                10 => modulus.power::<Model<52>, 10>(&signature, 17, &mut found),
                16 => modulus.power::<Model<52>, 16>(&signature, 17, &mut found),
                vectors => {
                    assert_eq!(vectors, 20);
                    modulus.power::<Model<52>, 20>(&signature, 17, &mut found);
                }
            }
            assert_eq!(found, *expected, "{bits}");
        }
        let eight: [ifma::Job<'_>; 8] = std::array::from_fn(|lane| (&prepared[lane], &signature[..]));
        if prepared[0].fits_eight() {
            let mut lanes = 0;
            ifma::power_of_eight::<Model<52>>(&eight, 4, |lane, modulus, digits| {
                let mut found = vec![0; bits.div_ceil(8)];
                modulus.finish(digits, &mut found);
                assert_eq!(found, expected[lane], "{bits} {lane}");
                lanes += 1;
            });
            assert_eq!(lanes, 8);
        } else {
            assert!(bits > 4158);
        }
    }
}

#[test]
fn the_last_step_takes_off_one_modulus() {
    // The result of the steps is below 2 n, and n and 2 n - 1 must come down to 0 and n - 1. Signatures that get there
    // are not to be had, so the digits are given.
    for bits in [2048, 2049, 8192] {
        for n in hard::moduli(bits) {
            let modulus = ifma::Modulus::new(&n.to_bytes_be(), bits);
            for (x, expected) in [
                (n.clone(), BigUint::from(0_u32)),
                (&n - 1_u32, &n - 1_u32),
                (&n + 1_u32, BigUint::from(1_u32)),
                (&n * 2_u32 - 1_u32, &n - 1_u32),
            ] {
                let mut digits: Vec<u64> = (0..modulus.digits())
                    .map(|place| ((&x >> (52 * place)) & BigUint::from((1_u64 << 52) - 1)).try_into().unwrap())
                    .collect();
                let mut found = vec![0; bits.div_ceil(8)];
                modulus.finish(&mut digits, &mut found);
                assert_eq!(found, padded(&expected, bits.div_ceil(8)), "{n:x} {x:x}");
            }
        }
    }
}
