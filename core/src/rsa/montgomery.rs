//! Montgomery multiplication in limbs (P. Montgomery, "Modular multiplication without trial division", 1985).
//!
//! Product and reduction are apart, so that squaring can save half the product. Both go K rows at a time: K limbs of one
//! number times all of another. How a group of rows is added up is left to [`Rows`]; this file is the same for plain Rust
//! and for assembly, and for limbs of every size.
//!
//! With B groups of K limbs, R = 2^(BITS K B) > n. Bounds, for `multiply` then `reduce` with a, b < R:
//!
//! - T = a b < R^2 has 2 B groups.
//! - Reduction adds q n with q < R, so that R divides T + q n < R^2 + R n, and gives (T + q n) / R < R + n < 2 R: B groups
//!   and at most one bit more. If that bit is set n is subtracted, and the result is below R again: numbers between
//!   steps are below R, not below n.
//! - The last step multiplies by the base as it came, which is below n: (T + q n) / R < (R n + R n) / R = 2 n. So one
//!   more conditional subtraction, in `reduce_below_n`, gives the one number below n.

use super::{
    limb::Limb,
    steps::{Step, steps},
};

/// The two loops that take the time. Slices of groups have one length.
pub(super) trait Rows<L, const K: usize> {
    /// t = t + b m, of which the groups behind the end of t are returned. As t, b and m are below their powers of two,
    /// t + b m is too: it has one group more.
    fn add(t: &mut [[L; K]], b: &[[L; K]], m: &[L; K]) -> [L; K];

    /// t = t + n q, where q is chosen so that the lowest group of the sum is zero: with n0 = -1 / n mod 2^BITS, each limb
    /// of q is the then lowest limb of t, times n0. The group behind the end of t is returned. The lowest is not written.
    fn reduce(t: &mut [[L; K]], n: &[[L; K]], n0: L) -> [L; K];
}

/// A modulus of B groups, with n0 = -1 / n mod 2^BITS.
pub(super) struct Modulus<'n, L, const K: usize> {
    pub(super) n: &'n [[L; K]],
    pub(super) n0: L,
}

/// The numbers of an exponentiation: each of as many groups as the modulus, and `product` of twice as many.
pub(super) struct Workspace<'w, L, const K: usize> {
    pub(super) power: &'w mut [[L; K]],
    pub(super) base: &'w mut [[L; K]],
    pub(super) product: &'w mut [[L; K]],
}

impl<L: Limb, const K: usize> Modulus<'_, L, K> {
    /// base^exponent mod n into `power`, for an odd exponent above 1 and a base below n. `rr` is R^2 mod n.
    #[inline(always)]
    pub(super) fn power<R: Rows<L, K>>(
        &self,
        plain: &[[L; K]],
        rr: &[[L; K]],
        exponent: u64,
        work: Workspace<'_, L, K>,
    ) {
        let Workspace { power, base, product } = work;
        multiply::<L, R, K>(product, plain, rr);
        self.reduce::<R>(product, base);
        power.copy_from_slice(base);
        for step in steps(exponent) {
            match step {
                Step::Square => square::<L, R, K>(product, power),
                Step::Multiply => multiply::<L, R, K>(product, power, base),
                Step::Leave => multiply::<L, R, K>(product, power, plain),
            }
            self.reduce::<R>(product, power);
        }
        self.reduce_below_n(power);
    }

    /// result = product / R mod n, below R.
    #[inline(always)]
    pub(super) fn reduce<R: Rows<L, K>>(&self, product: &mut [[L; K]], result: &mut [[L; K]]) {
        let mut rest = &mut *product;
        let mut carry = false;
        while rest.len() > self.n.len() {
            let Some((low, high)) = rest.split_at_mut_checked(self.n.len()) else { return };
            let above = R::reduce(low, self.n, self.n0);
            if let Some(group) = high.first_mut() {
                for (limb, above) in group.iter_mut().zip(above) {
                    (*limb, carry) = limb.add(above, carry);
                }
            }
            rest = rest.get_mut(1..).unwrap_or_default();
        }
        result.copy_from_slice(rest);
        if carry {
            self.subtract_n(result);
        }
    }

    /// The number mod n, for a number below 2 n.
    fn reduce_below_n(&self, x: &mut [[L; K]]) {
        if x.as_flattened().iter().rev().ge(self.n.as_flattened().iter().rev()) {
            self.subtract_n(x);
        }
    }

    fn subtract_n(&self, x: &mut [[L; K]]) {
        let mut borrow = false;
        for (x, n) in x.as_flattened_mut().iter_mut().zip(self.n.as_flattened()) {
            (*x, borrow) = x.subtract(*n, borrow);
        }
    }
}

/// product = a b.
#[inline(always)]
pub(super) fn multiply<L: Limb, R: Rows<L, K>, const K: usize>(product: &mut [[L; K]], a: &[[L; K]], b: &[[L; K]]) {
    product.fill([L::ZERO; K]);
    let mut rest = product;
    for a in a {
        let Some((low, high)) = rest.split_at_mut_checked(b.len()) else { return };
        let above = R::add(low, b, a);
        // Nothing was added there yet.
        if let Some(group) = high.first_mut() {
            *group = above;
        }
        rest = rest.get_mut(1..).unwrap_or_default();
    }
}

/// product = a^2: the products of different groups, doubled, and the squares of groups.
#[inline(always)]
pub(super) fn square<L: Limb, R: Rows<L, K>, const K: usize>(product: &mut [[L; K]], a: &[[L; K]]) {
    product.fill([L::ZERO; K]);
    let (mut rest, mut others) = (&mut *product, a);
    while let Some((group, above)) = others.split_first() {
        // Group i times the groups above it begins at group 2 i + 1.
        let Some((low, high)) = rest.get_mut(1..).and_then(|rest| rest.split_at_mut_checked(above.len())) else {
            return;
        };
        let end = R::add(low, above, group);
        if let Some(group) = high.first_mut() {
            *group = end;
        }
        others = above;
        rest = rest.get_mut(2..).unwrap_or_default();
    }
    // Doubling pushes out the highest bit of each limb, into the next.
    let (mut pushed, mut carry) = (L::ZERO, false);
    let (pairs, _) = product.as_chunks_mut::<2>();
    for (pair, group) in pairs.iter_mut().zip(a) {
        let mut squared = [[L::ZERO; K]; 2];
        let [low, high] = &mut squared;
        *high = R::add(core::slice::from_mut(low), core::slice::from_ref(group), group);
        for (limb, squared) in pair.as_flattened_mut().iter_mut().zip(squared.as_flattened()) {
            let doubled = limb.shift_left(pushed, 1);
            pushed = *limb;
            (*limb, carry) = doubled.add(*squared, carry);
        }
    }
}
