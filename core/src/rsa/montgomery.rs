//! Modular exponentiation by Montgomery multiplication, in 64-bit limbs, least significant first.
//!
//! P. Montgomery, "Modular multiplication without trial division" (1985); the loop is FIOS of Koç, Acar, Kaliski,
//! "Analyzing and comparing Montgomery multiplication algorithms" (1996). With R = 2^(64 L) for a modulus of L limbs:
//! `multiply` gives a b / R mod n.

use super::MAX_MODULUS_BITS;

/// As many limbs as the longest modulus has.
const MAX_LIMBS: usize = MAX_MODULUS_BITS.div_ceil(64);

type Limbs = [u64; MAX_LIMBS];

/// A modulus and what was computed from it once.
#[derive(Clone)]
pub(super) struct Modulus {
    n: Limbs,
    /// R^2 mod n: multiplying by it brings a number into Montgomery form.
    rr: Limbs,
    /// The number of limbs of the modulus.
    len: usize,
    /// -1 / n mod 2^64.
    n0: u64,
}

impl Modulus {
    /// Takes an odd number above 1, big-endian, of at most [`MAX_MODULUS_BITS`], without leading zeros.
    pub(super) fn new(modulus: &[u8]) -> Self {
        let mut n = [0; MAX_LIMBS];
        limbs_from_bytes(&mut n, modulus);
        let len = modulus.len().div_ceil(8).min(MAX_LIMBS);
        let n0 = negated_inverse(n.first().copied().unwrap_or(1));
        let mut this = Self { n, rr: [0; MAX_LIMBS], len, n0 };
        this.rr = this.r_squared();
        this
    }

    /// base^exponent mod n, for an odd exponent and a base below n, all big-endian.
    ///
    /// Variable time: nothing here is secret.
    pub(super) fn power(&self, base: &[u8], exponent: u64, result: &mut [u8]) {
        let mut plain = [0; MAX_LIMBS];
        limbs_from_bytes(&mut plain, base);
        // The base in Montgomery form: base R.
        let mut base = [0; MAX_LIMBS];
        self.multiply(&mut base, &plain, &self.rr);
        // Left to right over the bits between the highest and the lowest.
        let mut power = base;
        let mut product = [0; MAX_LIMBS];
        let highest = exponent.checked_ilog2().unwrap_or(0);
        for bit in (1..highest).rev() {
            self.multiply(&mut product, &power, &power);
            power = product;
            if exponent >> bit & 1 == 1 {
                self.multiply(&mut product, &power, &base);
                power = product;
            }
        }
        // The lowest bit is 1. Multiplying by the plain base leaves Montgomery form at the same time.
        self.multiply(&mut product, &power, &power);
        self.multiply(&mut power, &product, &plain);
        limbs_to_bytes(&power, result);
    }

    /// R^2 mod n: 2^(64 L) in Montgomery form, by squaring and doubling from 1 in Montgomery form.
    fn r_squared(&self) -> Limbs {
        let mut x = self.r();
        let mut product = [0; MAX_LIMBS];
        let exponent = self.len.saturating_mul(64);
        for bit in (0..=exponent.checked_ilog2().unwrap_or(0)).rev() {
            self.multiply(&mut product, &x, &x);
            x = product;
            if exponent >> bit & 1 == 1 {
                self.double(&mut x);
            }
        }
        x
    }

    /// R mod n: the highest power of two that is below n, doubled as often as is missing.
    fn r(&self) -> Limbs {
        let mut x = [0; MAX_LIMBS];
        let (n, x_used) = (self.n.get(..self.len).unwrap_or_default(), x.get_mut(..self.len).unwrap_or_default());
        if let (Some(top_n), Some(top_x)) = (n.last(), x_used.last_mut()) {
            *top_x = 1 << top_n.checked_ilog2().unwrap_or(0);
        }
        let missing = n.last().map_or(0, |top| top.leading_zeros()).saturating_add(1);
        for _ in 0..missing {
            self.double(&mut x);
        }
        x
    }

    /// x = 2 x mod n, for x below n.
    fn double(&self, x: &mut Limbs) {
        let mut carry = 0;
        for limb in x.iter_mut().take(self.len) {
            (*limb, carry) = (*limb << 1 | carry, *limb >> 63);
        }
        self.reduce(x, carry);
    }

    /// result = a b / R mod n, for a and b below n.
    ///
    /// The accumulator stays below 2 n: it is (a' b + m n) / R' with a' < R' and m < R', below b + n < 2 n. So it has
    /// L limbs and one bit, and one subtraction reduces it.
    fn multiply(&self, result: &mut Limbs, a: &Limbs, b: &Limbs) {
        *result = [0; MAX_LIMBS];
        let mut top = 0;
        for a in a.iter().take(self.len) {
            let mut rows = result.iter_mut().zip(b).zip(&self.n).take(self.len);
            let Some(((first, b), n)) = rows.next() else { return };
            let (low, mut carry_b) = multiply_add(*a, *b, *first, 0);
            let m = low.wrapping_mul(self.n0);
            // The lowest limb of the sum is zero by the choice of m: it is dropped, which divides by 2^64.
            let (_, mut carry_n) = multiply_add(m, *n, low, 0);
            let mut below = first;
            for ((limb, b), n) in rows {
                let low;
                (low, carry_b) = multiply_add(*a, *b, *limb, carry_b);
                (*below, carry_n) = multiply_add(m, *n, low, carry_n);
                below = limb;
            }
            let (sum, over_b) = carry_b.overflowing_add(top);
            let (sum, over_n) = sum.overflowing_add(carry_n);
            *below = sum;
            top = u64::from(over_b | over_n);
        }
        self.reduce(result, top);
    }

    /// Subtracts n once if the number, of which `top` is the limb above the others, is not below it.
    fn reduce(&self, x: &mut Limbs, top: u64) {
        let x = x.get_mut(..self.len).unwrap_or_default();
        let n = self.n.get(..self.len).unwrap_or_default();
        if top == 0 && x.iter().rev().lt(n.iter().rev()) {
            return;
        }
        let mut borrow = false;
        for (x, n) in x.iter_mut().zip(n) {
            let (difference, under) = x.overflowing_sub(*n);
            let (difference, under_again) = difference.overflowing_sub(u64::from(borrow));
            (*x, borrow) = (difference, under | under_again);
        }
    }
}

/// a b + c + d as low and high limb. At most (2^64 - 1)^2 + 2 (2^64 - 1) = 2^128 - 1, so it always fits.
fn multiply_add(a: u64, b: u64, c: u64, d: u64) -> (u64, u64) {
    let sum = u128::from(a).wrapping_mul(u128::from(b)).wrapping_add(u128::from(c)).wrapping_add(u128::from(d));
    #[expect(clippy::as_conversions, reason = "the low and the high half are what is wanted")]
    (sum as u64, (sum >> 64) as u64)
}

/// -1 / n mod 2^64 for odd n, by Newton's iteration: each step doubles the number of right bits.
fn negated_inverse(n: u64) -> u64 {
    // n n = 1 mod 8: three right bits to begin with; 3, 6, 12, 24, 48, 96.
    let mut inverse = n;
    for _ in 0..5 {
        inverse = inverse.wrapping_mul(2_u64.wrapping_sub(n.wrapping_mul(inverse)));
    }
    inverse.wrapping_neg()
}

fn limbs_from_bytes(limbs: &mut Limbs, bytes: &[u8]) {
    for (limb, chunk) in limbs.iter_mut().zip(bytes.rchunks(8)) {
        *limb = chunk.iter().fold(0, |limb, byte| limb << 8 | u64::from(*byte));
    }
}

fn limbs_to_bytes(limbs: &Limbs, bytes: &mut [u8]) {
    for (limb, chunk) in limbs.iter().zip(bytes.rchunks_mut(8)) {
        for (byte, value) in chunk.iter_mut().rev().zip(limb.to_le_bytes()) {
            *byte = value;
        }
    }
}
