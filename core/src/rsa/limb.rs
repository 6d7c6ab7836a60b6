//! The limbs that numbers are made of. The arithmetic is written over [`Limb`], so that tests can run it on limbs of a
//! few bits, where every number of one and two limbs can be tried.

use core::fmt::Debug;

/// A digit of a number, in radix `2^BITS`. Numbers are slices of limbs, least significant first.
pub(super) trait Limb: Copy + Ord + Debug {
    const BITS: u32;
    const ZERO: Self;
    const ONE: Self;
    const MAX: Self;

    /// a b + c + d as low and high limb. At most (B - 1)^2 + 2 (B - 1) = B^2 - 1, so it always fits.
    fn multiply_add(a: Self, b: Self, c: Self, d: Self) -> (Self, Self);

    /// The low limb of a b.
    fn multiply_low(self, other: Self) -> Self;

    /// self + other + carry, and the carry out.
    fn add(self, other: Self, carry: bool) -> (Self, bool);

    /// self - other - borrow, and the borrow out.
    fn subtract(self, other: Self, borrow: bool) -> (Self, bool);

    /// self 2^count + the highest `count` bits of `below`, without what leaves the limb at the top; count < BITS.
    fn shift_left(self, below: Self, count: u32) -> Self;

    /// self / 2^count + the lowest `count` bits of `above`, moved to the top; count < BITS.
    fn shift_right(self, above: Self, count: u32) -> Self;

    fn leading_zeros(self) -> u32;

    /// floor((B^2 - 1) / self) - B, for a limb whose highest bit is set.
    fn reciprocal(self) -> Self;

    /// -1 / self mod B, for an odd limb.
    fn negated_inverse(self) -> Self {
        // Newton: x (2 - n x) has twice as many right bits as x. x = n begins with three, as n n = 1 mod 8 for odd n;
        // five steps give 96, which is enough for limbs of 64 bits.
        let mut inverse = self;
        for _ in 0..5 {
            let error = Self::ZERO.subtract(self.multiply_low(inverse), false).0;
            inverse = inverse.multiply_low(error.add(Self::ONE, false).0.add(Self::ONE, false).0);
        }
        Self::ZERO.subtract(inverse, false).0
    }
}

/// A machine word as limb, with its double as the type of products.
macro_rules! limb {
    ($limb:ty, $double:ty) => {
        impl Limb for $limb {
            const BITS: u32 = <$limb>::BITS;
            const ZERO: Self = 0;
            const ONE: Self = 1;
            const MAX: Self = <$limb>::MAX;

            #[inline(always)]
            fn multiply_add(a: Self, b: Self, c: Self, d: Self) -> (Self, Self) {
                let product = <$double>::from(a).wrapping_mul(<$double>::from(b));
                let sum = product.wrapping_add(<$double>::from(c)).wrapping_add(<$double>::from(d));
                (sum as $limb, (sum >> <$limb>::BITS) as $limb)
            }

            #[inline(always)]
            fn multiply_low(self, other: Self) -> Self {
                self.wrapping_mul(other)
            }

            #[inline(always)]
            fn add(self, other: Self, carry: bool) -> (Self, bool) {
                let (sum, over) = self.overflowing_add(other);
                let (sum, over_again) = sum.overflowing_add(<$limb>::from(carry));
                (sum, over | over_again)
            }

            #[inline(always)]
            fn subtract(self, other: Self, borrow: bool) -> (Self, bool) {
                let (difference, under) = self.overflowing_sub(other);
                let (difference, under_again) = difference.overflowing_sub(<$limb>::from(borrow));
                (difference, under | under_again)
            }

            #[inline(always)]
            fn shift_left(self, below: Self, count: u32) -> Self {
                let from_below = below.checked_shr(<$limb>::BITS.wrapping_sub(count)).unwrap_or(0);
                self.wrapping_shl(count) | from_below
            }

            #[inline(always)]
            fn shift_right(self, above: Self, count: u32) -> Self {
                let from_above = above.checked_shl(<$limb>::BITS.wrapping_sub(count)).unwrap_or(0);
                self.wrapping_shr(count) | from_above
            }

            #[inline(always)]
            fn leading_zeros(self) -> u32 {
                self.leading_zeros()
            }

            fn reciprocal(self) -> Self {
                // The quotient is B + the result, as B/2 <= self < B: its low half is the result.
                let quotient = <$double>::MAX.checked_div(<$double>::from(self)).unwrap_or(0);
                (quotient as $limb)
            }
        }
    };
}

limb!(u64, u128);
limb!(u32, u64);
#[cfg(test)]
limb!(u8, u16);
