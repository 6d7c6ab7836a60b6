//! Eight exponentiations at once: each lane is a signature of its own, with a modulus of its own.
//!
//! No digit ever meets another lane, so a number is simply a list of vectors, one a digit, and the arithmetic is that of
//! the schoolbook. Four digits are a block. A block of one number times all of another goes through the sum in one sweep,
//! with eight columns of the sum and the four digits in registers: 32 multiplications for four loads of digits, four
//! loads and four stores of the sum.
//!
//! Squaring adds up each pair of different digits once, doubles, and adds the squares: 3/4 of the multiplications with
//! the reduction.
//!
//! Bounds, for a, b < 2 n and R = 2^(52 L) >= 4 n with L digits: the result is (a b + q n) / R < (4 n^2 + R n) / R <= 2 n.
//! A column sums at most 4 L products of less than 2^52, and carries: less than 2^61 for 80 digits.

use super::lanes::{Lanes, largest_digit};

/// Four digits of eight numbers.
pub(in crate::rsa) type Block<Z> = [Z; 4];

/// The bases of eight exponentiations.
pub(in crate::rsa) trait Base<Z> {
    /// Digits 4 place to 4 place + 3.
    fn block(&self, place: usize) -> Block<Z>;
}

/// The numbers of eight exponentiations, in blocks: each as long as the moduli, `product` twice as long.
pub(in crate::rsa) struct Workspace<'w, Z> {
    pub(in crate::rsa) n: &'w [Block<Z>],
    /// R^2 mod n before, the result after.
    pub(in crate::rsa) x: &'w mut [Block<Z>],
    pub(in crate::rsa) product: &'w mut [Block<Z>],
}

/// x = base^(2^squarings + 1) mod n, or that + n, for bases below n. n0 is -1 / n mod 2^RADIX.
#[inline(always)]
pub(in crate::rsa) fn power<Z: Lanes>(work: Workspace<'_, Z>, n0: Z, squarings: u32, base: &impl Base<Z>) {
    let Workspace { n, x, product } = work;
    multiply(product, base, x);
    reduce(product, n, n0, x);
    for _ in 0..squarings {
        square(product, x);
        reduce(product, n, n0, x);
    }
    // The base as it came lacks the factor R, so the product leaves Montgomery form.
    multiply(product, base, x);
    reduce(product, n, n0, x);
}

/// product = a b.
#[inline(always)]
fn multiply<Z: Lanes>(product: &mut [Block<Z>], a: &impl Base<Z>, b: &[Block<Z>]) {
    // The upper half is written before it is read.
    clear(product.get_mut(..b.len()));
    for place in 0..b.len() {
        let Some(sum) = product.get_mut(place..) else { return };
        let lowest = sum.first().copied().unwrap_or([Z::zero(); 4]);
        sweep::<Z, true>(sum, lowest, &a.block(place), b);
    }
}

/// product = x^2.
#[inline(always)]
fn square<Z: Lanes>(product: &mut [Block<Z>], x: &[Block<Z>]) {
    // What is not cleared is written before it is read.
    clear(product.get_mut(..x.len()));
    clear(product.last_mut().map(core::slice::from_mut));
    let (mut sum, mut above) = (&mut *product, x);
    while let Some((block, others)) = above.split_first() {
        // The pairs inside the block, then the block with those above it, from the next block of the sum.
        let [Some(low), Some(high)] = [0, 1].map(|place| sum.get(place).copied()) else { return };
        let (low, high) = pairs(low, high, block);
        if let Some(first) = sum.first_mut() {
            *first = low;
        }
        sweep::<Z, true>(sum.get_mut(1..).unwrap_or_default(), high, block, others);
        sum = sum.get_mut(2..).unwrap_or_default();
        above = others;
    }
    let (columns, _) = product.as_flattened_mut().as_chunks_mut::<2>();
    for ([low, high], digit) in columns.iter_mut().zip(x.as_flattened()) {
        *low = low.add(*low).add_low(*digit, *digit);
        *high = high.add(*high).add_high(*digit, *digit);
    }
}

/// x = product / R mod n, or that + n.
#[inline(always)]
fn reduce<Z: Lanes>(product: &mut [Block<Z>], n: &[Block<Z>], n0: Z, x: &mut [Block<Z>]) {
    let Some((n_lowest, n_others)) = n.split_first() else { return };
    for place in 0..n.len() {
        let Some((lowest, sum)) = product.get_mut(place..).and_then(<[_]>::split_first_mut) else { return };
        let Some(next) = sum.first().copied() else { return };
        let (q, next) = quotients(*lowest, next, n_lowest, n0);
        sweep::<Z, false>(sum, next, &q, n_others);
    }
    normal(product.get(n.len()..).unwrap_or_default().as_flattened(), x.as_flattened_mut());
}

fn clear<Z: Lanes>(blocks: Option<&mut [Block<Z>]>) {
    blocks.unwrap_or_default().fill([Z::zero(); 4]);
}

/// sum = sum + a b, where `lowest` stands for the lowest block of the sum. The block of the sum behind b counts as zero
/// if it is new.
#[inline(always)]
fn sweep<Z: Lanes, const NEW: bool>(sum: &mut [Block<Z>], lowest: Block<Z>, a: &Block<Z>, b: &[Block<Z>]) {
    let Some((sum, [end, ..])) = sum.split_at_mut_checked(b.len()) else { return };
    let last = if NEW { [Z::zero(); 4] } else { *end };
    let mut low = lowest;
    for (place, b) in b.iter().enumerate() {
        let high = sum.get(place.saturating_add(1)).copied().unwrap_or(last);
        let done;
        (done, low) = products(low, high, a, b);
        if let Some(block) = sum.get_mut(place) {
            *block = done;
        }
    }
    *end = low;
}

/// low + high 2^(4 RADIX) + a b, in columns of any size.
#[inline(always)]
#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "columns 0 to 7, of a digit of four by one"
)]
fn products<Z: Lanes>(low: Block<Z>, high: Block<Z>, a: &Block<Z>, b: &Block<Z>) -> (Block<Z>, Block<Z>) {
    let mut columns = join(low, high);
    for j in 0..4 {
        for i in 0..4 {
            columns[i + j] = columns[i + j].add_low(a[i], b[j]);
        }
        for i in 0..4 {
            columns[i + j + 1] = columns[i + j + 1].add_high(a[i], b[j]);
        }
    }
    split(columns)
}

/// low + high 2^(4 RADIX) + each product of two different digits of a.
#[inline(always)]
#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "columns 1 to 6, of a digit of four by one"
)]
fn pairs<Z: Lanes>(low: Block<Z>, high: Block<Z>, a: &Block<Z>) -> (Block<Z>, Block<Z>) {
    let mut columns = join(low, high);
    for j in 0..4 {
        for i in 0..j {
            columns[i + j] = columns[i + j].add_low(a[i], a[j]);
            columns[i + j + 1] = columns[i + j + 1].add_high(a[i], a[j]);
        }
    }
    split(columns)
}

/// The four digits q for which low + high 2^(4 RADIX) + q n is a multiple of 2^(4 RADIX), and that multiple's part from
/// there. The other blocks of n are to be added by the caller.
#[inline(always)]
#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "columns 0 to 7, of a digit of four by one"
)]
fn quotients<Z: Lanes>(low: Block<Z>, high: Block<Z>, n: &Block<Z>, n0: Z) -> (Block<Z>, Block<Z>) {
    let almost_carry = Z::splat(largest_digit(Z::RADIX));
    let mut columns = join(low, high);
    let mut q = [Z::zero(); 4];
    for i in 0..4 {
        q[i] = Z::zero().add_low(columns[i], n0);
        // The low half of q n[0] makes the digit of the column 0 if it was 0, and 2^RADIX if not: only a carry is left.
        let carry = columns[i].add(almost_carry).carry();
        columns[i + 1] = columns[i + 1].add(carry).add_high(q[i], n[0]);
        for j in 1..4 {
            columns[i + j] = columns[i + j].add_low(q[i], n[j]);
            columns[i + j + 1] = columns[i + j + 1].add_high(q[i], n[j]);
        }
    }
    (q, split(columns).1)
}

fn join<Z: Lanes>([a, b, c, d]: Block<Z>, [e, f, g, h]: Block<Z>) -> [Z; 8] {
    [a, b, c, d, e, f, g, h]
}

fn split<Z: Lanes>([a, b, c, d, e, f, g, h]: [Z; 8]) -> (Block<Z>, Block<Z>) {
    ([a, b, c, d], [e, f, g, h])
}

/// The same numbers with digits only.
#[inline(always)]
fn normal<Z: Lanes>(columns: &[Z], digits: &mut [Z]) {
    // All carries at once: that leaves at most a digit and 2^12. A second carry is as rare as that digit is large, and
    // going through them one after the other takes longer than asking afterwards.
    let (mut carry, mut all) = (Z::zero(), Z::zero());
    for (digit, column) in digits.iter_mut().zip(columns) {
        *digit = column.digit().add(carry);
        carry = column.carry();
        all = all.or(*digit);
    }
    if all.exceeds_digit() {
        let mut carry = Z::zero();
        for digit in digits {
            let sum = digit.add(carry);
            (*digit, carry) = (sum.digit(), sum.carry());
        }
    }
}
