//! Radix 2^27, for targets that multiply 32 bits by 32 several times in one instruction: WebAssembly's SIMD.
//!
//! A product of two digits has 54 bits and its column 64, so no carry is asked for while rows of products are added up:
//! each is an addition in its lane. (Gueron and Krasnov, "Software implementation of modular exponentiation, using advanced
//! vector instructions architectures", 2012, for 64-bit lanes.) Four rows go through the sum in one [`Sweep`].
//!
//! Squaring adds each pair of different digits once, with one of the two doubled: 3/4 of the multiplications with the
//! reduction.
//!
//! Bounds, with L digits: R = 2^(27 L) >= 4 n. For a, b < 2 n the result of `reduce` is (a b + q n) / R < (4 n^2 + R n) / R
//! <= 2 n. A column sums at most 2 L products of less than 2^54, and a carry: less than 2^64 for L = 304.

use super::{
    MAX_MODULUS_BITS,
    limb::Limb,
    power_of_two::power_of_two,
    steps::{Step, steps},
};

/// The loop that takes the time.
pub(super) trait Sweep {
    /// The bits of a digit.
    const RADIX: u32 = RADIX;

    /// Adds to column c the products `rows[r] digits[c + 3 - r]`, r from 0 to 3. There are digits for every column: three
    /// more than there are columns.
    fn sweep(columns: &mut [Column], rows: &Block, digits: &[u32]);
}

/// The sweep of this target.
#[cfg(target_arch = "wasm32")]
pub(super) type Best = super::simd128::Simd128;
#[cfg(not(target_arch = "wasm32"))]
pub(super) type Best = Plain<RADIX>;

/// In plain Rust, for digits of any size: for tests.
#[cfg(not(target_arch = "wasm32"))]
pub(super) struct Plain<const RADIX: u32>;

#[cfg(not(target_arch = "wasm32"))]
impl<const RADIX: u32> Sweep for Plain<RADIX> {
    const RADIX: u32 = RADIX;

    fn sweep(columns: &mut [Column], rows: &Block, digits: &[u32]) {
        for (columns, window) in columns.iter_mut().zip(digits.windows(7).step_by(4)) {
            for (column, digits) in columns.as_flattened_mut().iter_mut().zip(window.windows(4)) {
                for (row, digit) in rows.iter().rev().zip(digits) {
                    // Checked: no sum of products ever leaves its column.
                    *column += u64::from(*row) * u64::from(*digit);
                }
            }
        }
    }
}

/// Four digits of a number.
pub(super) type Block = [u32; 4];
/// Four columns of a sum, in the pairs that a vector has.
pub(super) type Column = [[u64; 2]; 2];

const RADIX: u32 = 27;
/// The most blocks of a number.
const MAX_BLOCKS: usize = MAX_MODULUS_BITS.saturating_add(2).div_ceil(4 * 27);

/// The digits of a number, least significant first, with three zeros below and a block of zeros above: a row that begins
/// beside it meets zeros.
#[derive(Clone, Copy)]
pub(super) struct Digits([u32; 4 * MAX_BLOCKS + 8]);

impl Digits {
    pub(super) const ZERO: Self = Self([0; 4 * MAX_BLOCKS + 8]);

    /// The digits themselves.
    pub(super) fn blocks(&self) -> &[Block] {
        self.0.get(3..).unwrap_or_default().as_chunks().0
    }

    pub(super) fn blocks_mut(&mut self) -> &mut [Block] {
        self.0.get_mut(3..).unwrap_or_default().as_chunks_mut().0
    }

    /// For a sweep that begins with the block at this place.
    fn sweep_from(&self, place: usize) -> &[u32] {
        self.0.get(place.saturating_mul(4)..).unwrap_or_default()
    }

    fn from_limbs(limbs: &Limbs) -> Self {
        let mut digits = Self::ZERO;
        let mut limbs = limbs.iter();
        // Bits that were taken from limbs, and how many.
        let (mut bits, mut count) = (0_u64, 0_u32);
        for digit in digits.blocks_mut().as_flattened_mut() {
            if count < RADIX {
                bits |= limbs.next().copied().map_or(0, u64::from).wrapping_shl(count);
                count = count.wrapping_add(32);
            }
            *digit = low_digit(bits, RADIX);
            bits >>= RADIX;
            count = count.wrapping_sub(RADIX);
        }
        digits
    }

    /// Into as many bytes as there are, big-endian. The number must fit.
    pub(super) fn write_bytes(&self, bytes: &mut [u8]) {
        let mut digits = self.blocks().as_flattened().iter();
        let (mut bits, mut count) = (0_u64, 0_u32);
        for chunk in bytes.rchunks_mut(4) {
            while count < 32 {
                bits |= digits.next().copied().map_or(0, u64::from).wrapping_shl(count);
                count = count.wrapping_add(RADIX);
            }
            for byte in chunk.iter_mut().rev() {
                (*byte, bits) = (low_byte(bits), bits >> 8);
            }
            count = count.wrapping_sub(32);
        }
    }
}

/// A number in limbs of 32 bits, as the longest modulus has.
type Limbs = [u32; MAX_MODULUS_BITS / 32];

/// A big-endian number as limbs.
fn limbs(number: &[u8]) -> Limbs {
    let mut limbs = [0; MAX_MODULUS_BITS / 32];
    for (limb, chunk) in limbs.iter_mut().zip(number.rchunks(4)) {
        *limb = chunk.iter().fold(0, |limb, byte| limb << 8 | u32::from(*byte));
    }
    limbs
}

/// A modulus, and what was computed from it once.
#[derive(Clone)]
pub(super) struct Modulus {
    pub(super) n: Digits,
    /// R^2 mod n.
    pub(super) rr: Digits,
    /// -1 / n mod 2^RADIX.
    pub(super) n0: u32,
    /// How many blocks count.
    pub(super) blocks: usize,
}

impl Modulus {
    /// Takes an odd number above 1, big-endian, of at most [`MAX_MODULUS_BITS`], without leading zeros.
    pub(super) fn new(modulus: &[u8], bits: usize) -> Self {
        // Two bits for 4 n <= R.
        let blocks = bits.saturating_add(2).div_ceil(4 * 27).min(MAX_BLOCKS);
        let n = limbs(modulus);
        let [mut rr, mut room] = [limbs(&[]); 2];
        let used = bits.div_ceil(32);
        if let (Some(n), Some(rr), Some(room)) = (n.get(..used), rr.get_mut(..used), room.get_mut(..used)) {
            let exponent = u32::try_from(blocks.saturating_mul(8 * 27)).unwrap_or(0);
            power_of_two(n, exponent, room, rr);
        }
        let n0 = n.first().map_or(0, |limb| low_digit(limb.negated_inverse().into(), RADIX));
        Self { n: Digits::from_limbs(&n), rr: Digits::from_limbs(&rr), n0, blocks }
    }

    /// base^exponent mod n, as long as the modulus, for an odd exponent above 1 and a base below n.
    pub(super) fn power<S: Sweep>(&self, base: &[u8], exponent: u64, result: &mut [u8]) {
        let mut power = self.power_of::<S>(&Digits::from_limbs(&limbs(base)), exponent);
        self.subtract_n(&mut power);
        power.write_bytes(result);
    }

    /// base^exponent mod n, or that + n.
    pub(super) fn power_of<S: Sweep>(&self, plain: &Digits, exponent: u64) -> Digits {
        let mut product = Product::new();
        let base = product.multiply::<S>(self, plain, &self.rr);
        let mut power = base;
        for step in steps(exponent) {
            power = match step {
                Step::Square => product.square::<S>(self, &power),
                Step::Multiply => product.multiply::<S>(self, &power, &base),
                Step::Leave => product.multiply::<S>(self, &power, plain),
            };
        }
        power
    }

    /// The number mod n, for a number below 2 n.
    pub(super) fn subtract_n(&self, x: &mut Digits) {
        let (x, n) = (x.blocks_mut().as_flattened_mut(), self.n.blocks().as_flattened());
        if x.iter().rev().lt(n.iter().rev()) {
            return;
        }
        let mut borrow = 0;
        for (x, n) in x.iter_mut().zip(n) {
            let difference = u64::from(*x).wrapping_sub(u64::from(*n)).wrapping_sub(borrow);
            (*x, borrow) = (low_digit(difference, RADIX), difference >> 63);
        }
    }
}

/// Twice as many columns as a number has digits.
pub(super) struct Product([Column; 2 * MAX_BLOCKS]);

impl Product {
    pub(super) fn new() -> Self {
        Self([[[0; 2]; 2]; 2 * MAX_BLOCKS])
    }

    /// a b / R mod n, or that + n.
    pub(super) fn multiply<S: Sweep>(&mut self, modulus: &Modulus, a: &Digits, b: &Digits) -> Digits {
        self.columns(0, modulus.blocks.saturating_mul(2)).fill([[0; 2]; 2]);
        for (place, rows) in a.blocks().iter().take(modulus.blocks).enumerate() {
            S::sweep(self.columns(place, modulus.blocks.saturating_add(1)), rows, b.sweep_from(0));
        }
        self.reduce::<S>(modulus)
    }

    /// x^2 / R mod n, or that + n.
    pub(super) fn square<S: Sweep>(&mut self, modulus: &Modulus, x: &Digits) -> Digits {
        self.columns(0, modulus.blocks.saturating_mul(2)).fill([[0; 2]; 2]);
        let mut above = *x;
        for (place, rows) in x.blocks().iter().take(modulus.blocks).enumerate() {
            // The block by itself, then doubled by those above it.
            let [a, b, c, d] = *rows;
            S::sweep(self.columns(place.saturating_mul(2), 2), rows, &[0, 0, 0, a, b, c, d, 0, 0, 0, 0]);
            if let Some(done) = above.blocks_mut().get_mut(place) {
                *done = [0; 4];
            }
            let others = modulus.blocks.saturating_sub(place);
            let columns = self.columns(place.saturating_mul(2).saturating_add(1), others);
            S::sweep(columns, &[a << 1, b << 1, c << 1, d << 1], above.sweep_from(place.saturating_add(1)));
        }
        self.reduce::<S>(modulus)
    }

    /// This / R mod n, or that + n.
    fn reduce<S: Sweep>(&mut self, modulus: &Modulus) -> Digits {
        for place in 0..modulus.blocks {
            let Some([lowest, next, ..]) = self.0.get_mut(place..) else { break };
            let (q, carry) = modulus.quotients::<S>(*lowest);
            next[0][0] = next[0][0].wrapping_add(carry);
            S::sweep(self.columns(place.saturating_add(1), modulus.blocks), &q, modulus.n.sweep_from(1));
        }
        let mut digits = Digits::ZERO;
        let mut carry = 0_u64;
        let columns = self.0.get(modulus.blocks..).unwrap_or_default().as_flattened().as_flattened();
        let places = digits.blocks_mut().get_mut(..modulus.blocks).unwrap_or_default().as_flattened_mut();
        for (digit, column) in places.iter_mut().zip(columns) {
            let sum = column.wrapping_add(carry);
            (*digit, carry) = (low_digit(sum, S::RADIX), sum >> S::RADIX);
        }
        digits
    }

    fn columns(&mut self, place: usize, count: usize) -> &mut [Column] {
        let columns = self.0.get_mut(place..).unwrap_or_default();
        let count = count.min(columns.len());
        columns.get_mut(..count).unwrap_or_default()
    }
}

impl Modulus {
    /// The four digits q for which the columns + q n is a multiple of 2^(4 RADIX), and what they then carry. The rest of q
    /// n, from the fifth column, is to be added by the caller.
    #[inline(always)]
    fn quotients<S: Sweep>(&self, [[c0, c1], [c2, c3]]: Column) -> (Block, u64) {
        let Some([n0, n1, n2, n3]) = self.n.blocks().first().copied() else { return ([0; 4], 0) };
        let next = |column: u64| {
            let q = low_digit(column.wrapping_mul(self.n0.into()), S::RADIX);
            (q, column.wrapping_add(times(q, n0)) >> S::RADIX)
        };
        let (q0, carry) = next(c0);
        let (q1, carry) = next(sum([c1, carry, times(q0, n1), 0, 0]));
        let (q2, carry) = next(sum([c2, carry, times(q0, n2), times(q1, n1), 0]));
        let (q3, carry) = next(sum([c3, carry, times(q0, n3), times(q1, n2), times(q2, n1)]));
        ([q0, q1, q2, q3], carry)
    }
}

/// The bounds above say that it fits.
#[inline(always)]
fn sum([a, b, c, d, e]: [u64; 5]) -> u64 {
    a.wrapping_add(b).wrapping_add(c).wrapping_add(d).wrapping_add(e)
}

#[inline(always)]
fn times(a: u32, b: u32) -> u64 {
    u64::from(a).wrapping_mul(u64::from(b))
}

#[inline(always)]
#[expect(clippy::as_conversions, reason = "the lowest digit is what is wanted")]
fn low_digit(number: u64, radix: u32) -> u32 {
    number as u32 & 1_u32.wrapping_shl(radix).wrapping_sub(1)
}

#[expect(clippy::as_conversions, reason = "the lowest byte is what is wanted")]
fn low_byte(number: u64) -> u8 {
    number as u8
}
