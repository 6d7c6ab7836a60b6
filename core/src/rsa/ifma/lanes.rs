//! Eight digits at once: what the processor does for the arithmetic in radix 2^52.

/// Eight lanes of 64 bits, each a digit in radix `2^RADIX` with room above it for sums and carries.
///
/// The processor's radix is 52. Tests have lanes of a small radix, where every small modulus can be tried.
pub(in crate::rsa) trait Lanes: Copy {
    const RADIX: u32;

    fn zero() -> Self;

    /// The same number in all lanes.
    fn splat(number: u64) -> Self;

    fn load(lanes: &[u64; 8]) -> Self;

    fn store(self, lanes: &mut [u64; 8]);

    /// self + other, mod 2^64.
    fn add(self, other: Self) -> Self;

    fn or(self, other: Self) -> Self;

    /// self + the low digit of a b, where a and b are the lowest digits of their lanes.
    fn add_low(self, a: Self, b: Self) -> Self;

    /// self + the high digit of a b, where a and b are the lowest digits of their lanes.
    fn add_high(self, a: Self, b: Self) -> Self;

    /// What is above the lowest digit.
    fn carry(self) -> Self;

    /// The lowest digit.
    fn digit(self) -> Self;

    /// Whether a lane has more than a digit.
    fn exceeds_digit(self) -> bool;

    /// Lane 0, and zeros.
    fn first(self) -> Self;

    /// Lane 0 in all lanes.
    fn splat_first(self) -> Self;

    /// Lane i in lane i - 1; lane 7 is zero.
    fn down(self) -> Self;

    /// Lane i in lane i + 1; lane 0 is zero.
    fn up(self) -> Self;

    /// The same number. The compiler does not see that, and so does not put sums in another order.
    fn settle(self) -> Self;
}

/// The largest digit.
pub(in crate::rsa) const fn largest_digit(radix: u32) -> u64 {
    match 1_u64.checked_shl(radix) {
        Some(power) => power.wrapping_sub(1),
        None => u64::MAX,
    }
}
