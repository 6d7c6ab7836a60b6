//! Every modulus of one and two limbs of a small radix, with every pair of numbers below it.

use super::{hard, support::padded};
use crate::rsa::{
    limb::Limb,
    montgomery::{Modulus, Rows, Workspace, multiply, square},
    portable::{Portable, ROWS},
    power_of_two::power_of_two,
};
use num_bigint::BigUint;
use std::{vec, vec::Vec};

/// Half a byte: the smallest limb with which a number of two limbs has more values than a test can miss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Nibble(u8);

impl Limb for Nibble {
    const BITS: u32 = 4;
    const ZERO: Self = Self(0);
    const ONE: Self = Self(1);
    const MAX: Self = Self(15);

    fn multiply_add(a: Self, b: Self, c: Self, d: Self) -> (Self, Self) {
        // Checked: 15 15 + 15 + 15 = 255.
        let sum = a.0 * b.0 + c.0 + d.0;
        (Self(sum & 15), Self(sum >> 4))
    }

    fn multiply_low(self, other: Self) -> Self {
        Self((self.0 * other.0) & 15)
    }

    fn add(self, other: Self, carry: bool) -> (Self, bool) {
        let sum = self.0 + other.0 + u8::from(carry);
        (Self(sum & 15), sum > 15)
    }

    fn subtract(self, other: Self, borrow: bool) -> (Self, bool) {
        let difference = self.0.wrapping_sub(other.0).wrapping_sub(u8::from(borrow));
        (Self(difference & 15), difference > 15)
    }

    fn shift_left(self, below: Self, count: u32) -> Self {
        Self((self.0 << count | below.0 >> (4 - count)) & 15)
    }

    fn shift_right(self, above: Self, count: u32) -> Self {
        Self((self.0 >> count | above.0 << (4 - count)) & 15)
    }

    fn leading_zeros(self) -> u32 {
        self.0.leading_zeros() - 4
    }

    fn reciprocal(self) -> Self {
        Self(255 / self.0 - 16)
    }
}

/// A limb for tests: to and from small numbers.
trait Small: Limb {
    fn new(value: u64) -> Self;
    fn value(self) -> u64;
}

impl Small for Nibble {
    fn new(value: u64) -> Self {
        Self(value as u8 & 15)
    }

    fn value(self) -> u64 {
        self.0.into()
    }
}

impl Small for u8 {
    fn new(value: u64) -> Self {
        value as Self
    }

    fn value(self) -> u64 {
        self.into()
    }
}

impl Small for u32 {
    fn new(value: u64) -> Self {
        value as Self
    }

    fn value(self) -> u64 {
        self.into()
    }
}

fn limbs<L: Small>(value: u64, count: usize) -> Vec<L> {
    (0..count).map(|limb| L::new(value.checked_shr(L::BITS * limb as u32).unwrap_or(0))).collect()
}

fn value<L: Small>(limbs: &[L]) -> u64 {
    limbs.iter().rev().fold(0, |value, limb| value << L::BITS | limb.value())
}

fn group<L: Small>(value: u64) -> [L; ROWS] {
    limbs(value, ROWS).try_into().unwrap()
}

pub(super) fn power_mod(base: u64, exponent: u64, n: u64) -> u64 {
    let (mut result, mut square, mut left) = (1 % n, base % n, exponent);
    while left > 0 {
        if left & 1 == 1 {
            result = result * square % n;
        }
        square = square * square % n;
        left >>= 1;
    }
    result
}

/// a b / R and a^2 / R for all a, b below the limit, R = 2^(4 BITS), and their bound.
fn montgomery_is_right<L: Small>(n: u64, limit: u64) {
    let r = 1_u64 << (L::BITS * ROWS as u32);
    let modulus = [group::<L>(n)];
    let modulus = Modulus { n: &modulus, n0: L::new(n).negated_inverse() };
    for a in 0..limit {
        for b in 0..limit {
            let mut product = [[L::ZERO; ROWS]; 2];
            multiply::<L, Portable, ROWS>(&mut product, &[group(a)], &[group(b)]);
            assert_eq!(value(product.as_flattened()), a * b);
            let mut result = [[L::ZERO; ROWS]];
            modulus.reduce::<Portable>(&mut product, &mut result);
            let found = value(&result[0]);
            // The bound of the file's head: (T + q n) / R < a b / R + n.
            assert!(found * r % n == a * b % n && found <= a * b / r + n, "{n}: {a} {b} {found}");
            if a == b {
                square::<L, Portable, ROWS>(&mut product, &[group(a)]);
                assert_eq!(value(product.as_flattened()), a * a);
            }
        }
    }
}

#[test]
fn products_of_two_limbs_and_less() {
    for n in (3..256).step_by(2) {
        montgomery_is_right::<Nibble>(n, n);
    }
}

#[test]
fn products_of_one_limb() {
    for n in (3..256).step_by(16).chain([255]) {
        montgomery_is_right::<u8>(n, n);
    }
}

#[test]
fn products_up_to_the_bound() {
    // Numbers between steps are below R, not below n: with n of four limbs, the sum comes to more than R and one n is
    // taken off. The largest of each kind.
    for n in [0x8001_u64, 0x8fff, 0xfffd, 0xffff, 0xabcd] {
        let modulus = [group::<Nibble>(n)];
        let modulus = Modulus { n: &modulus, n0: Nibble::new(n).negated_inverse() };
        let mut carried = false;
        for a in (0xff00..=0xffff_u64).chain(0..4) {
            for b in (0xff00..=0xffff_u64).chain([0, 1, n - 1, n]) {
                let mut product = [[Nibble::ZERO; ROWS]; 2];
                multiply::<Nibble, Portable, ROWS>(&mut product, &[group(a)], &[group(b)]);
                let mut result = [[Nibble::ZERO; ROWS]];
                modulus.reduce::<Portable>(&mut product, &mut result);
                let found = value(&result[0]);
                assert_eq!(found * 0x10000 % n, a * b % n, "{n}: {a} {b}");
                // Without the subtraction the number would be (a b + q n) / R, above or below R.
                let q = (a * b).wrapping_mul(inverse_negated(n)) & 0xffff;
                carried |= (a * b + q * n) >> 16 > 0xffff;
            }
        }
        assert!(carried, "{n:x}: no number was so large that n was taken off");
    }
}

#[test]
fn rows_up_to_the_bound() {
    // With all limbs full each sum of `Portable` comes to its bound: t + b m = B^8 - 1 + (B^8 - 1) (B^4 - 1) = B^12 - B^4.
    // Limbs that are empty, one and full, in every place of a number and each against each.
    let limbs = [0, 1, 15].map(Nibble);
    let all: Vec<[Nibble; ROWS]> = (0..81).map(|n| [1, 3, 9, 27].map(|place| limbs[n / place % 3])).collect();
    let full = [Nibble::MAX; ROWS];
    for m in &all {
        for low in &all {
            for (t, b) in [([*low, full], [full; 2]), ([full; 2], [*low, full]), ([full, *low], [full, *low])] {
                let [before, factor, m_value] = [t.as_flattened(), b.as_flattened(), m].map(value);
                let mut sum = [t[0], t[1], full];
                sum[2] = Portable::add(&mut sum[..2], &b, m);
                assert_eq!(value(sum.as_flattened()), before + factor * m_value, "{before:x} {factor:x} {m_value:x}");
            }
        }
    }
}

/// -1 / n mod 2^16.
fn inverse_negated(n: u64) -> u64 {
    (1..0x10000).step_by(2).find(|x| (n * x) & 0xffff == 0xffff).unwrap()
}

#[test]
fn powers_of_two_limbs_and_less() {
    for n in (3..256_u64).step_by(2) {
        let modulus = [group::<Nibble>(n)];
        let rr = [group(power_mod(2, 32, n))];
        for exponent in [3, 5, 17, 35, 65537, (1 << 32) + 1] {
            for base in 0..n {
                let [mut power, mut room] = [[[Nibble::ZERO; ROWS]]; 2];
                let work = Workspace { power: &mut power, base: &mut room, product: &mut [[Nibble::ZERO; ROWS]; 2] };
                Modulus { n: &modulus, n0: Nibble::new(n).negated_inverse() }.power::<Portable>(
                    &[group(base)],
                    &rr,
                    exponent,
                    work,
                );
                assert_eq!(value(&power[0]), power_mod(base, exponent, n), "{base}^{exponent} mod {n}");
            }
        }
    }
}

#[test]
fn inverses() {
    for n in (1..16).step_by(2) {
        assert_eq!(Nibble(n).multiply_low(Nibble(n).negated_inverse()), Nibble::MAX);
    }
    for n in (1..=255_u8).step_by(2) {
        assert_eq!(n.multiply_low(n.negated_inverse()), u8::MAX);
    }
    for n in [1, 3, u32::MAX, u32::MAX - 2, 0x8000_0001, 0x1234_5677] {
        assert_eq!(n.multiply_low(n.negated_inverse()), u32::MAX);
    }
    for n in [1, 3, u64::MAX, u64::MAX - 2, 0x8000_0000_0000_0001, 0x1234_5678_9abc_def1] {
        assert_eq!(n.multiply_low(n.negated_inverse()), u64::MAX);
    }
}

#[test]
fn reciprocals() {
    for d in 0x80..=0xff_u8 {
        assert_eq!(u16::from(d.reciprocal()), 0xffff / u16::from(d) - 0x100);
    }
    assert_eq!(0x8000_0000_u32.reciprocal(), u32::MAX);
    assert_eq!(u32::MAX.reciprocal(), 1);
    assert_eq!((1_u64 << 63).reciprocal(), u64::MAX);
    assert_eq!(u64::MAX.reciprocal(), 1);
}

fn powers_of_two_are_right<L: Small>(n: u64, length: usize, exponents: impl Iterator<Item = u32>) {
    for exponent in exponents {
        let (mut room, mut result) = (vec![L::ZERO; length], vec![L::MAX; length]);
        power_of_two(&limbs::<L>(n, length), exponent, &mut room, &mut result);
        assert_eq!(value(&result), power_mod(2, exponent.into(), n), "2^{exponent} mod {n}");
    }
}

#[test]
fn powers_of_two() {
    // Nibbles: one, two and three limbs, all moduli, from the length of the modulus on.
    for n in (3..16).step_by(2) {
        powers_of_two_are_right::<Nibble>(n, 1, 4..40);
    }
    for n in (17..256).step_by(2) {
        powers_of_two_are_right::<Nibble>(n, 2, 8..60);
    }
    for n in (257..4096).step_by(2) {
        powers_of_two_are_right::<Nibble>(n, 3, [12, 13, 14, 15, 16, 20, 24, 48, 49, 96].into_iter());
    }
    // Bytes: two limbs, all moduli; three limbs, those at which estimates of quotients err.
    for n in (257..65536).step_by(2) {
        powers_of_two_are_right::<u8>(n, 2, [16, 17, 23, 32, 64, 65].into_iter());
    }
    for high in [0x8000_u64, 0x8001, 0x80ff, 0xff00, 0xff7f, 0xffff, 0x0100, 0x01ff, 0x7fff] {
        for low in (1..256).step_by(2) {
            powers_of_two_are_right::<u8>(high << 8 | low, 3, [24, 25, 48, 49, 71, 96].into_iter());
        }
    }
}

/// A number of 32-bit limbs in groups.
fn groups(number: &BigUint, limbs: usize) -> Vec<[u32; ROWS]> {
    let mut digits = number.to_u32_digits();
    digits.resize(limbs, 0);
    digits.as_chunks().0.to_vec()
}

#[test]
fn limbs_of_32_bits_on_every_machine() {
    for bits in [2048, 2049, 2080, 3072] {
        let limbs = bits_to_limbs(bits);
        for n in hard::moduli(bits) {
            let modulus = groups(&n, limbs);
            let rr = (BigUint::from(1_u32) << (64 * limbs)) % &n;
            let (mut room, mut found) = (vec![0; bits.div_ceil(32)], vec![0; bits.div_ceil(32)]);
            power_of_two(&n.to_u32_digits(), 64 * limbs as u32, &mut room, &mut found);
            assert_eq!(BigUint::new(found), rr, "{n:x}");
            for base in hard::bases(&n, bits) {
                let [mut power, mut room] = [groups(&n, limbs), groups(&n, limbs)];
                let mut product = [groups(&n, limbs), groups(&n, limbs)].concat();
                let work = Workspace { power: &mut power, base: &mut room, product: &mut product };
                let n0 = modulus[0][0].negated_inverse();
                let modulus = Modulus { n: &modulus, n0 };
                modulus.power::<Portable>(&groups(&base, limbs), &groups(&rr, limbs), 17, work);
                let found = BigUint::new(power.as_flattened().to_vec());
                let expected = base.modpow(&BigUint::from(17_u32), &n);
                assert_eq!(padded(&found, 1024), padded(&expected, 1024), "{base:x} mod {n:x}");
            }
        }
    }
}

fn bits_to_limbs(bits: usize) -> usize {
    bits.div_ceil(32).next_multiple_of(ROWS)
}
