//! Every modulus of one and two limbs of a small radix, with every pair of numbers below it.

use super::model::Model;
use crate::rsa::{
    ifma::{eight, single},
    limb::Limb,
    montgomery::{Modulus, Workspace, multiply, square},
    portable::{Portable, ROWS},
    power_of_two::power_of_two,
};
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

fn power_mod(base: u64, exponent: u64, n: u64) -> u64 {
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
