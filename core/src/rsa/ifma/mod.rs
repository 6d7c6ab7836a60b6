//! RSA in radix 2^52, for processors with AVX-512 IFMA: Intel since Ice Lake (servers), AMD since Zen 4.
//!
//! | file | what it is |
//! | --- | --- |
//! | `mod` | [`Modulus`]: a modulus in this radix, and numbers into it and out of it |
//! | `single` | one exponentiation, digits of one number in the lanes |
//! | `eight` | eight exponentiations, one in each lane |
//! | `lanes` | [`lanes::Lanes`]: what both ask of the processor |
//! | `zmm` | the processor's instructions, and all the unsafe code |
//!
//! VPMADD52LUQ and VPMADD52HUQ multiply eight pairs of 52-bit numbers and add the low or the high 52 bits of the products
//! to lanes of 64 bits: sums of up to 4096 products need no carry in between. (Gueron and Krasnov, "Accelerating big
//! integer arithmetic using Intel IFMA extensions", 2016.)

pub(super) mod eight;
pub(super) mod lanes;
pub(super) mod single;
#[cfg(target_arch = "x86_64")]
mod zmm;

use super::{
    MAX_MODULUS_BITS,
    limb::Limb,
    limbs::{limbs_from_bytes, limbs_to_bytes},
    power_of_two::power_of_two,
};
use eight::Block;
use lanes::Lanes;

#[cfg(target_arch = "x86_64")]
pub(super) use zmm::{is_available, power, power_eight};

const RADIX: u32 = 52;
const DIGIT: u64 = lanes::largest_digit(RADIX);
/// As many digits as the single exponentiation of the longest modulus takes.
const MAX_DIGITS: usize = 160;
/// The most blocks of four digits of numbers that go eight at once: 4158 bits. More would take more stack than a
/// verification may.
const MAX_BLOCKS_OF_EIGHT: usize = 20;
/// As many limbs of 64 bits as the longest modulus has.
const MAX_LIMBS: usize = MAX_MODULUS_BITS.div_ceil(64);

/// A modulus in radix 2^52, and what was computed from it once.
#[derive(Clone)]
pub(super) struct Modulus {
    /// Least significant first.
    n: [u64; MAX_DIGITS],
    /// R^2 mod n, with R = 2^(52 digits).
    rr: [u64; MAX_DIGITS],
    /// -1 / n mod 2^52.
    n0: u64,
    /// How many digits count: R >= 4 n, and a multiple of four.
    digits: usize,
}

/// A signature, below its modulus and as long as it.
pub(super) type Job<'a> = (&'a Modulus, &'a [u8]);

impl Modulus {
    /// Takes an odd number above 1, big-endian, of at most [`MAX_MODULUS_BITS`], without leading zeros.
    pub(super) fn new(modulus: &[u8], bits: usize) -> Self {
        // Blocks of four digits for n, and two bits for 4 n <= R.
        let digits = bits.saturating_add(2).div_ceil(208).saturating_mul(4).min(MAX_DIGITS);
        let limbs = bits.div_ceil(64).min(MAX_LIMBS);
        let [mut n, mut rr, mut room] = [[0; MAX_LIMBS]; 3];
        limbs_from_bytes(&mut n, modulus);
        if let (Some(n), Some(rr), Some(room)) = (n.get(..limbs), rr.get_mut(..limbs), room.get_mut(..limbs)) {
            let exponent = u32::try_from(digits.saturating_mul(2)).unwrap_or(0).saturating_mul(RADIX);
            power_of_two(n, exponent, room, rr);
        }
        let n0 = n.first().map_or(0, |limb| limb.negated_inverse() & DIGIT);
        Self { n: digits_from_limbs(&n), rr: digits_from_limbs(&rr), n0, digits }
    }

    /// Whether eight of these can go at once.
    pub(super) fn fits_eight(&self) -> bool {
        self.digits <= MAX_BLOCKS_OF_EIGHT * 4
    }

    /// Moduli with the same number of digits can go at once.
    pub(super) fn digits(&self) -> usize {
        self.digits
    }

    /// How many vectors a number takes when its digits are in the lanes of one: common sizes, 2048, 3072 and 4096 bits,
    /// have their own.
    pub(super) fn vectors(&self) -> usize {
        match self.digits {
            0..=40 => 5,
            41..=64 => 8,
            65..=80 => 10,
            81..=128 => 16,
            _ => 20,
        }
    }

    /// base^exponent mod n, as long as the modulus, for an odd exponent above 1. V is how many [vectors](Self::vectors) it
    /// takes, or more.
    #[inline(always)]
    #[expect(clippy::indexing_slicing, reason = "8 V digits, at most as many as there are")]
    pub(super) fn power<Z: Lanes, const V: usize>(&self, base: &[u8], exponent: u64, result: &mut [u8]) {
        let mut limbs = [0; MAX_LIMBS];
        limbs_from_bytes(&mut limbs, base);
        let n = spread::<V>(|place| self.n[place]);
        let rr = spread::<V>(|place| self.rr[place]);
        let plain = spread::<V>(|place| digit_from_limbs(&limbs, place));
        let modulus = single::Modulus { n: &n, rr: &rr, n0: self.n0, rows: self.digits };
        let power = single::power::<Z, V>(&modulus, &plain, exponent);
        // Digit j from vector j mod V, lane j / V.
        let mut digits = [[0; V]; 8];
        for (v, vector) in power.iter().enumerate() {
            for (lane, digit) in vector.iter().enumerate() {
                digits[lane][v] = *digit;
            }
        }
        self.finish(digits.as_flattened_mut(), result);
    }

    /// The number mod n into as many bytes as the modulus has, for digits of a number below 2 n.
    pub(super) fn finish(&self, x: &mut [u64], result: &mut [u8]) {
        let n = self.n.get(..x.len()).unwrap_or_default();
        // Nearly always the highest digits differ.
        if x.iter().rev().ge(n.iter().rev()) {
            let mut borrow = 0;
            for (x, n) in x.iter_mut().zip(n) {
                let difference = x.wrapping_sub(*n).wrapping_sub(borrow);
                (*x, borrow) = (difference & DIGIT, difference >> 63);
            }
        }
        let mut limbs = [0; MAX_LIMBS];
        let used = result.len().div_ceil(8);
        for (place, limb) in limbs.iter_mut().enumerate().take(used) {
            *limb = limb_from_digits(x, place);
        }
        limbs_to_bytes(&limbs, result);
    }
}

/// base^(2^squarings + 1) mod n for eight at once, each into the bytes that `result` has for its place. All moduli have
/// the same number of digits, and [fit](Modulus::fits_eight).
#[inline(always)]
pub(super) fn power_of_eight<Z: Lanes>(
    jobs: &[Job<'_>; 8],
    squarings: u32,
    mut result: impl FnMut(usize, &Modulus, &mut [u64]),
) {
    let blocks = jobs.first().map_or(0, |(modulus, _)| modulus.digits.div_ceil(4)).min(MAX_BLOCKS_OF_EIGHT);
    let zero = [Z::zero(); 4];
    let (mut n, mut x) = ([zero; MAX_BLOCKS_OF_EIGHT], [zero; MAX_BLOCKS_OF_EIGHT]);
    let mut product = [[zero; 2]; MAX_BLOCKS_OF_EIGHT];
    let [n, x] = [&mut n, &mut x].map(|number| number.get_mut(..blocks).unwrap_or_default());
    let product = product.get_mut(..blocks).unwrap_or_default().as_flattened_mut();
    for (place, (n, rr)) in n.iter_mut().zip(&mut *x).enumerate() {
        *n = block(jobs, |(modulus, _)| four(&modulus.n, place));
        *rr = block(jobs, |(modulus, _)| four(&modulus.rr, place));
    }
    let n0 = Z::load(&jobs.map(|(modulus, _)| modulus.n0));
    eight::power(eight::Workspace { n, x: &mut *x, product }, n0, squarings, &Bases(jobs));

    let mut digits = [0; MAX_BLOCKS_OF_EIGHT * 4];
    let digits = digits.get_mut(..x.len().saturating_mul(4)).unwrap_or_default();
    for (place, (modulus, _)) in jobs.iter().enumerate() {
        for (digit, vector) in digits.iter_mut().zip(x.as_flattened()) {
            let mut lanes = [0; 8];
            vector.store(&mut lanes);
            *digit = lanes.get(place).copied().unwrap_or(0);
        }
        result(place, modulus, digits);
    }
}

/// The bases of the jobs, which are turned into digits when they are wanted: twice.
struct Bases<'b, 'a>(&'b [Job<'a>; 8]);

impl<Z: Lanes> eight::Base<Z> for Bases<'_, '_> {
    #[inline(always)]
    fn block(&self, place: usize) -> Block<Z> {
        block(self.0, |(_, base)| four_from_bytes(base, place))
    }
}

/// Four digits of each job, one job a lane.
#[inline(always)]
fn block<Z: Lanes>(jobs: &[Job<'_>; 8], digits: impl Fn(&Job<'_>) -> [u64; 4]) -> Block<Z> {
    let mut lanes = [[0; 8]; 4];
    for (lane, job) in jobs.iter().enumerate() {
        for (lanes, digit) in lanes.iter_mut().zip(digits(job)) {
            if let Some(to) = lanes.get_mut(lane) {
                *to = digit;
            }
        }
    }
    let [a, b, c, d] = &lanes;
    [Z::load(a), Z::load(b), Z::load(c), Z::load(d)]
}

/// Digits 4 place to 4 place + 3.
#[inline(always)]
fn four(digits: &[u64; MAX_DIGITS], place: usize) -> [u64; 4] {
    digits.as_chunks().0.get(place).copied().unwrap_or([0; 4])
}

/// Digits 4 place to 4 place + 3 of a big-endian number: 26 bytes.
#[inline(always)]
fn four_from_bytes(number: &[u8], place: usize) -> [u64; 4] {
    let chunk = number.rchunks(26).nth(place).unwrap_or_default();
    let mut padded = [0; 26];
    let bytes = chunk.first_chunk().unwrap_or_else(|| {
        // The first chunk of the number, the last here, may be shorter.
        for (to, from) in padded.iter_mut().rev().zip(chunk.iter().rev()) {
            *to = *from;
        }
        &padded
    });
    // Two digits are 13 bytes: the last 13 of 16, and the first 13 of 16.
    let [high, low] =
        [bytes.first_chunk(), bytes.last_chunk()].map(|half| half.copied().map_or(0, u128::from_be_bytes));
    [low, low >> RADIX, high >> 24, high >> 76].map(low_digit)
}

/// A number of 64-bit limbs in digits.
fn digits_from_limbs(limbs: &[u64; MAX_LIMBS]) -> [u64; MAX_DIGITS] {
    let mut digits = [0; MAX_DIGITS];
    for (place, digit) in digits.iter_mut().enumerate() {
        *digit = digit_from_limbs(limbs, place);
    }
    digits
}

/// Digit `place` of a number of 64-bit limbs.
#[inline(always)]
fn digit_from_limbs(limbs: &[u64; MAX_LIMBS], place: usize) -> u64 {
    let bit = place.saturating_mul(52);
    let (limb, shift) = (bit / 64, bit % 64);
    let [low, high] = [limb, limb.saturating_add(1)].map(|limb| u128::from(limbs.get(limb).copied().unwrap_or(0)));
    low_digit((high << 64 | low) >> shift)
}

/// Limb `place`, of 64 bits, of a number in digits.
#[inline(always)]
fn limb_from_digits(digits: &[u64], place: usize) -> u64 {
    let bit = place.saturating_mul(64);
    let (first, shift) = (bit / 52, bit % 52);
    // 64 bits that begin inside a digit are in at most three: 51 + 64 bits of 128.
    let [a, b, c] = [0, 1, 2].map(|next| digits.get(first.saturating_add(next)).copied().map_or(0, u128::from));
    low_limb((c << 104 | b << 52 | a) >> shift)
}

/// Digit j to vector j mod V, lane j / V.
#[inline(always)]
#[expect(clippy::arithmetic_side_effects, reason = "less than 8 V")]
fn spread<const V: usize>(digit: impl Fn(usize) -> u64) -> single::Digits<V> {
    let mut vectors = [[0; 8]; V];
    for (v, vector) in vectors.iter_mut().enumerate() {
        for (lane, to) in vector.iter_mut().enumerate() {
            *to = digit(lane * V + v);
        }
    }
    vectors
}

#[expect(clippy::as_conversions, reason = "the lowest digit is what is wanted")]
fn low_digit(number: u128) -> u64 {
    number as u64 & DIGIT
}

#[expect(clippy::as_conversions, reason = "the lowest limb is what is wanted")]
fn low_limb(number: u128) -> u64 {
    number as u64
}
