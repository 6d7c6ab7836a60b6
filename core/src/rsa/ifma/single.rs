//! One exponentiation: Montgomery multiplication with eight digits of one number in the lanes.
//!
//! A number of 8 V digits stands in V vectors: digit j in vector j mod V, lane j / V. So the digit above another is in the
//! next vector, same lane, and moving a number down by one digit renames vectors: only what was vector 0 moves down one
//! lane, to become vector V - 1.
//!
//! Row after row, digit a[i] times all of b and a quotient digit q times all of n are added, low halves to the vectors of
//! the same name and, after the move, high halves too. The quotient makes column 0, lane 0 of vector 0, a multiple of
//! 2^52, of which only the carry remains.
//!
//! Time is the longest chain from one quotient to the next, and the number of multiplications where numbers are long:
//!
//! - Column 0 is kept as `high + low - 2^52 + 1`, where `high` takes in the high half of q n[0] and `low` the low half of
//!   q n[1]. The next quotient is (high + low) (-1/n) mod 2^52; the part of `low` is q (n[1] (-1/n)), from a constant.
//!   So it waits for two multiplications and a broadcast, and not for the sum.
//! - The carry of column 0 is known without its low half: adding the quotient's row makes that 0 if it was 0, and 2^52
//!   if not, so the carry is floor((column + 2^52 - 1) / 2^52). The 2^52 - 1 is there from the start.
//!
//! Bounds, for a, b < 2 n and R = 2^(52 rows) >= 4 n: the result is (a b + q n) / R < (4 n^2 + R n) / R <= 2 n. A column
//! sums at most 4 rows products of less than 2^52, and carries: less than 2^62 for 160 rows. 2 n has at most `rows` digits,
//! so the last row adds nothing of a digit of a beyond it, and nothing is carried out of the top.

use super::lanes::{Lanes, largest_digit};
use crate::rsa::steps::{Step, steps};
use core::iter;

/// The digits of a number: digit j in vector j mod V, lane j / V.
pub(in crate::rsa) type Digits<const V: usize> = [[u64; 8]; V];

/// A modulus n of at least two digits.
pub(in crate::rsa) struct Modulus<'n, const V: usize> {
    pub(in crate::rsa) n: &'n Digits<V>,
    /// R^2 mod n.
    pub(in crate::rsa) rr: &'n Digits<V>,
    /// -1 / n mod 2^RADIX.
    pub(in crate::rsa) n0: u64,
    /// How many digits count: R = 2^(RADIX rows) >= 4 n, rows <= 8 V.
    pub(in crate::rsa) rows: usize,
}

/// Numbers in memory begin where a register's worth of it does.
#[repr(align(64))]
struct Aligned<const V: usize>(Digits<V>);

/// base^exponent mod n, or that + n, for an odd exponent above 1 and a base below n.
#[inline(always)]
pub(in crate::rsa) fn power<Z: Lanes, const V: usize>(
    modulus: &Modulus<'_, V>,
    plain: &Digits<V>,
    exponent: u64,
) -> Digits<V> {
    let plain = Aligned(*plain);
    let mut base = Aligned([[0; 8]; V]);
    let mut power = Aligned([[0; 8]; V]);
    // One loop with one multiplication in it, as that is a great deal of code.
    for step in iter::once(None).chain(steps(exponent).map(Some)) {
        let (a, b) = match step {
            None => (&plain.0, modulus.rr),
            Some(Step::Square) => (&power.0, &power.0),
            Some(Step::Multiply) => (&power.0, &base.0),
            Some(Step::Leave) => (&power.0, &plain.0),
        };
        power.0 = multiply::<Z, V>(modulus, a, b);
        if step.is_none() {
            base.0 = power.0;
        }
    }
    power.0
}

/// a b / R mod n, or that + n, for a and b below 2 n.
#[inline(always)]
pub(in crate::rsa) fn multiply<Z: Lanes, const V: usize>(
    modulus: &Modulus<'_, V>,
    a: &Digits<V>,
    b: &Digits<V>,
) -> Digits<V> {
    let n1 = modulus.n.get(1).and_then(|vector| vector.first()).copied().unwrap_or(0);
    let rows = Rows::<Z, V> {
        b: b.map(|lanes| Z::load(&lanes)),
        n: modulus.n.map(|lanes| Z::load(&lanes)),
        n0: Z::splat(modulus.n0),
        n1_n0: Z::splat(n1.wrapping_mul(modulus.n0)),
        almost_carry: Z::splat(largest_digit(Z::RADIX)).first(),
    };
    let digits = InOrder { number: a, vector: 0, lane: 0 }.take(modulus.rows).map(Z::splat);
    // The registers have room for two sums of up to eight vectors each.
    let product = if V <= 8 { rows.add_apart(digits) } else { rows.add_together(digits) };
    normal(product).map(|vector| {
        let mut lanes = [0; 8];
        vector.store(&mut lanes);
        lanes
    })
}

/// The digits of a number in their order.
struct InOrder<'a, const V: usize> {
    number: &'a Digits<V>,
    vector: usize,
    lane: usize,
}

impl<const V: usize> Iterator for InOrder<'_, V> {
    type Item = u64;

    #[inline(always)]
    fn next(&mut self) -> Option<u64> {
        let digit = self.number.get(self.vector)?.get(self.lane).copied()?;
        self.vector = self.vector.wrapping_add(1);
        if self.vector == V {
            (self.vector, self.lane) = (0, self.lane.wrapping_add(1));
        }
        Some(digit)
    }
}

/// What stays the same from row to row.
struct Rows<Z, const V: usize> {
    b: [Z; V],
    n: [Z; V],
    /// -1 / n mod 2^RADIX.
    n0: Z,
    /// The same times n[1]: what `low` gives to the next quotient is this, times the quotient.
    n1_n0: Z,
    /// 2^RADIX - 1 in lane 0.
    almost_carry: Z,
}

/// Column 0: `high + low - almost_carry`, and the part of `low` in the next quotient.
#[derive(Clone, Copy)]
struct Column<Z> {
    high: Z,
    low: Z,
    low_n0: Z,
}

#[expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "vectors of arrays of V, by 0..V")]
impl<Z: Lanes, const V: usize> Rows<Z, V> {
    /// a b / R, by two sums: of the products of b, which wait for nothing, and of those of n.
    #[inline(always)]
    fn add_apart(&self, mut digits: impl Iterator<Item = Z>) -> [Z; V] {
        let Self { b, n, .. } = self;
        let (mut own, mut other) = ([Z::zero(); V], [Z::zero(); V]);
        let mut next = digits.next();
        let mut column = self.first_column(next);
        while let Some(digit) = next {
            next = digits.next();
            let (q, carry, moved) = self.quotient(column);
            for v in 1..V {
                own[v] = own[v].add_low(digit, b[v]);
            }
            for v in 0..V - 1 {
                own[v] = own[v + 1].add_high(digit, b[v]);
            }
            own[V - 1] = Z::zero().add_high(digit, b[V - 1]);
            // The next digit's product for the column that is now the lowest, so that its quotient need not wait.
            own[0] = own[0].add_low(next.unwrap_or(Z::zero()), b[0]);
            column = self.next_column(other[1].add(own[0]), carry, q);
            for v in 2..V {
                other[v] = other[v].add_low(q, n[v]);
            }
            for v in 1..V - 1 {
                other[v] = other[v + 1].add_high(q, n[v]);
            }
            other[V - 1] = moved.add_high(q, n[V - 1]);
        }
        for v in 1..V {
            own[v] = own[v].add(other[v]);
        }
        own[0] = self.lowest(column);
        own
    }

    /// a b / R, by one sum: for many vectors, so that there is enough to do while one addition waits for another.
    #[inline(always)]
    fn add_together(&self, mut digits: impl Iterator<Item = Z>) -> [Z; V] {
        let Self { b, n, .. } = self;
        let mut sum = [Z::zero(); V];
        let mut next = digits.next();
        let mut column = self.first_column(next);
        while let Some(digit) = next {
            next = digits.next();
            let (q, carry, moved) = self.quotient(column);
            let own = Z::zero().add_low(digit, b[1]).add_high(digit, b[0]);
            let own = own.add_low(next.unwrap_or(Z::zero()), b[0]);
            column = self.next_column(sum[1].add(own), carry, q);
            for v in 1..V - 1 {
                let own = sum[v + 1].add_low(digit, b[v + 1]).add_high(digit, b[v]);
                sum[v] = own.add_low(q, n[v + 1]).add_high(q, n[v]);
            }
            sum[V - 1] = moved.add_high(digit, b[V - 1]).add_high(q, n[V - 1]);
        }
        sum[0] = self.lowest(column);
        sum
    }

    #[inline(always)]
    fn first_column(&self, digit: Option<Z>) -> Column<Z> {
        let high = Z::zero().add_low(digit.unwrap_or(Z::zero()), self.b[0]);
        Column { high, low: self.almost_carry, low_n0: Z::zero() }
    }

    /// The quotient in all lanes, the carry of column 0 in lane 0, and its other lanes as the new vector V - 1.
    #[inline(always)]
    fn quotient(&self, Column { high, low, low_n0 }: Column<Z>) -> (Z, Z, Z) {
        let q = low_n0.add_low(high, self.n0).splat_first();
        let column = high.add(low);
        (q, column.first().carry(), column.add_low(q, self.n[0]).down())
    }

    /// The next column 0, of which `column` lacks the carry and the products of q.
    #[inline(always)]
    fn next_column(&self, column: Z, carry: Z, q: Z) -> Column<Z> {
        Column {
            high: column.settle().add(carry).add_high(q, self.n[0]),
            low: self.almost_carry.add_low(q, self.n[1]),
            low_n0: Z::zero().add_low(q, self.n1_n0),
        }
    }

    /// The column without what `low` began with.
    #[inline(always)]
    fn lowest(&self, Column { high, low, .. }: Column<Z>) -> Z {
        high.add(low).add(Z::splat(largest_digit(Z::RADIX).wrapping_neg()).first())
    }
}

/// The same number with digits only.
#[inline(always)]
#[expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "vectors of arrays of V, by 0..V")]
pub(in crate::rsa) fn normal<Z: Lanes, const V: usize>(x: [Z; V]) -> [Z; V] {
    // All carries at once: that leaves at most a digit and 2^12. A second carry is as rare as that digit is large, and
    // waiting for whether there is one takes longer than asking afterwards.
    let mut digits = [Z::zero(); V];
    let mut all = Z::zero();
    for v in 0..V {
        let below = if v == 0 { x[V - 1].carry().up() } else { x[v - 1].carry() };
        digits[v] = x[v].digit().add(below);
        all = all.or(digits[v]);
    }
    // Carries ripple from lane to lane at most eight times, and mostly not at all.
    while all.exceeds_digit() {
        let mut carry = Z::zero();
        for digit in &mut digits {
            let sum = digit.add(carry);
            (*digit, carry) = (sum.digit(), sum.carry());
        }
        digits[0] = digits[0].add(carry.up());
        all = digits[0];
    }
    digits
}
