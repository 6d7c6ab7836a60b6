//! 2^k mod n by division, for the constant R^2 mod n of Montgomery multiplication.
//!
//! Knuth, TAOCP volume 2, 4.3.1, algorithm D, with the quotient limb from the two highest limbs of the divisor (Möller and
//! Granlund, "Improved division by invariant integers", 2011, algorithms 5 and 6). It takes less time than one modular
//! multiplication, where the usual way, doubling and squaring, takes that of ten.

use super::limb::Limb;
use core::cmp::Ordering;

/// 2^exponent mod n into `result`, which is as long as n; n is odd and above 1, and its highest limb is not zero.
///
/// `divisor` is room for as many limbs.
pub(super) fn power_of_two<L: Limb>(n: &[L], exponent: u32, divisor: &mut [L], result: &mut [L]) {
    let Some(top) = n.last() else { return };
    // 2^(k + s) mod (n 2^s) = 2^s (2^k mod n): work with the divisor shifted until its highest bit is set.
    let shift = top.leading_zeros();
    shift_left(divisor, n, shift);
    let divider = Divider::new(divisor);
    // The largest power of two of the length of the divisor from which whole limbs lead to the exponent. It has bit
    // `bit` of the highest limb, so it is below the divisor or, with the highest bit, at most equal; but the divisor is
    // no power of two, as n is odd and above 1.
    let exponent = exponent.saturating_add(shift);
    let bit = exponent.checked_rem(L::BITS).unwrap_or(0);
    let length = u32::try_from(n.len()).unwrap_or(u32::MAX);
    let limbs = exponent.checked_div(L::BITS).unwrap_or(0).saturating_add(1).saturating_sub(length);
    result.fill(L::ZERO);
    if let Some(limb) = result.last_mut() {
        *limb = L::ONE.shift_left(L::ZERO, bit);
    }
    for _ in 0..limbs {
        divider.append_zero(result);
    }
    shift_right(result, shift);
}

/// A divisor d whose highest bit is set, with the reciprocal of its two highest limbs.
struct Divider<'d, L> {
    /// B^length - d: adding that q times, and taking q from the limb above, subtracts q d with one carry.
    negated: &'d [L],
    d1: L,
    d0: L,
    /// floor((B^3 - 1) / (d1 B + d0)) - B.
    reciprocal: L,
}

impl<'d, L: Limb> Divider<'d, L> {
    fn new(divisor: &'d mut [L]) -> Self {
        let mut highest = divisor.iter().rev().copied();
        let [d1, d0] = [(); 2].map(|()| highest.next().unwrap_or(L::ZERO));
        let mut borrow = false;
        for limb in &mut *divisor {
            (*limb, borrow) = L::ZERO.subtract(*limb, borrow);
        }
        Self { negated: divisor, d1, d0, reciprocal: reciprocal(d1, d0) }
    }

    /// x = x B mod d, for x below d.
    fn append_zero(&self, x: &mut [L]) {
        let mut highest = x.iter().rev().copied();
        let [u2, u1, u0] = [(); 3].map(|()| highest.next().unwrap_or(L::ZERO));
        let quotient = self.quotient(u2, u1, u0);
        // x B - q d, from the lowest limb: each limb of x moves up by one.
        let (mut below, mut carry) = (L::ZERO, L::ZERO);
        for (limb, negated) in x.iter_mut().zip(self.negated) {
            let moved = below;
            below = *limb;
            (*limb, carry) = L::multiply_add(quotient, *negated, moved, carry);
        }
        // The limb that x now has too many: zero, or less if the quotient was too large, by one or, where the highest two
        // limbs were those of the divisor, by at most two. Adding d makes up for it.
        let mut above = below.add(carry, false).0.subtract(quotient, false).0;
        while above != L::ZERO {
            let mut borrow = false;
            for (limb, negated) in x.iter_mut().zip(self.negated) {
                (*limb, borrow) = limb.subtract(*negated, borrow);
            }
            (above, _) = above.add(L::ONE, false);
            (above, _) = above.subtract(L::ZERO, borrow);
        }
    }

    /// floor((u2 B^2 + u1 B + u0) / (d1 B + d0)), or B - 1 if that is more: the quotient limb, or one or two above it.
    fn quotient(&self, u2: L, u1: L, u0: L) -> L {
        // As x is below d, its two highest limbs are at most those of d.
        if (u2, u1).cmp(&(self.d1, self.d0)) != Ordering::Less {
            return L::MAX;
        }
        // Algorithm 5.
        let (q0, q1) = L::multiply_add(self.reciprocal, u2, u1, L::ZERO);
        let (q1, _) = q1.add(u2, false);
        let r1 = u1.subtract(q1.multiply_low(self.d1), false).0;
        let (t0, t1) = L::multiply_add(self.d0, q1, L::ZERO, L::ZERO);
        let (r1, r0) = subtract_two((r1, u0), (t1, t0));
        let (mut r1, mut r0) = subtract_two((r1, r0), (self.d1, self.d0));
        let (mut q1, _) = q1.add(L::ONE, false);
        if r1 >= q0 {
            (q1, _) = q1.subtract(L::ONE, false);
            (r1, r0) = add_two((r1, r0), (self.d1, self.d0));
        }
        if (r1, r0) >= (self.d1, self.d0) {
            (q1, _) = q1.add(L::ONE, false);
        }
        q1
    }
}

/// floor((B^3 - 1) / (d1 B + d0)) - B, algorithm 6.
fn reciprocal<L: Limb>(d1: L, d0: L) -> L {
    let one_less = |v: L| v.subtract(L::ONE, false).0;
    let mut v = d1.reciprocal();
    let (mut p, over) = d1.multiply_low(v).add(d0, false);
    if over {
        v = one_less(v);
        if p >= d1 {
            v = one_less(v);
            (p, _) = p.subtract(d1, false);
        }
        (p, _) = p.subtract(d1, false);
    }
    let (t0, t1) = L::multiply_add(v, d0, L::ZERO, L::ZERO);
    let (p, over) = p.add(t1, false);
    if over {
        v = one_less(v);
        if (p, t0) >= (d1, d0) {
            v = one_less(v);
        }
    }
    v
}

/// (high, low) - (high, low) mod B^2.
fn subtract_two<L: Limb>(a: (L, L), b: (L, L)) -> (L, L) {
    let (low, borrow) = a.1.subtract(b.1, false);
    (a.0.subtract(b.0, borrow).0, low)
}

/// (high, low) + (high, low) mod B^2.
fn add_two<L: Limb>(a: (L, L), b: (L, L)) -> (L, L) {
    let (low, carry) = a.1.add(b.1, false);
    (a.0.add(b.0, carry).0, low)
}

/// to = from 2^count; what leaves at the top is lost.
fn shift_left<L: Limb>(to: &mut [L], from: &[L], count: u32) {
    let mut below = L::ZERO;
    for (to, from) in to.iter_mut().zip(from) {
        *to = from.shift_left(below, count);
        below = *from;
    }
}

/// x = floor(x / 2^count).
fn shift_right<L: Limb>(x: &mut [L], count: u32) {
    let mut above = L::ZERO;
    for limb in x.iter_mut().rev() {
        (*limb, above) = (limb.shift_right(above, count), *limb);
    }
}
