//! The lanes of the IFMA arithmetic in plain Rust, of any radix: so it is tested on every machine, and on numbers so small
//! that all can be tried.

use crate::rsa::ifma::lanes::{Lanes, largest_digit};
use std::array;

/// Eight lanes, with digits of this many bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Model<const RADIX: u32>([u64; 8]);

impl<const RADIX: u32> Model<RADIX> {
    const DIGIT: u64 = largest_digit(RADIX);

    fn map(self, with: impl Fn(u64) -> u64) -> Self {
        Self(self.0.map(with))
    }

    fn product(a: u64, b: u64) -> u128 {
        u128::from(a & Self::DIGIT) * u128::from(b & Self::DIGIT)
    }
}

impl<const RADIX: u32> From<[u64; 8]> for Model<RADIX> {
    fn from(lanes: [u64; 8]) -> Self {
        Self(lanes)
    }
}

impl<const RADIX: u32> From<Model<RADIX>> for [u64; 8] {
    fn from(model: Model<RADIX>) -> Self {
        model.0
    }
}

impl<const RADIX: u32> Lanes for Model<RADIX> {
    const RADIX: u32 = RADIX;

    fn zero() -> Self {
        Self([0; 8])
    }

    fn splat(number: u64) -> Self {
        Self([number; 8])
    }

    fn load(lanes: &[u64; 8]) -> Self {
        Self(*lanes)
    }

    fn store(self, lanes: &mut [u64; 8]) {
        *lanes = self.0;
    }

    fn add(self, other: Self) -> Self {
        Self(array::from_fn(|lane| self.0[lane].wrapping_add(other.0[lane])))
    }

    fn or(self, other: Self) -> Self {
        Self(array::from_fn(|lane| self.0[lane] | other.0[lane]))
    }

    fn add_low(self, a: Self, b: Self) -> Self {
        let low = |lane: usize| Self::product(a.0[lane], b.0[lane]) as u64 & Self::DIGIT;
        // A sum of products never leaves its lane.
        Self(array::from_fn(|lane| self.0[lane].checked_add(low(lane)).unwrap()))
    }

    fn add_high(self, a: Self, b: Self) -> Self {
        let high = |lane: usize| (Self::product(a.0[lane], b.0[lane]) >> RADIX) as u64;
        Self(array::from_fn(|lane| self.0[lane].checked_add(high(lane)).unwrap()))
    }

    fn carry(self) -> Self {
        self.map(|lane| lane >> RADIX)
    }

    fn digit(self) -> Self {
        self.map(|lane| lane & Self::DIGIT)
    }

    fn exceeds_digit(self) -> bool {
        self.0.iter().any(|lane| *lane > Self::DIGIT)
    }

    fn first(self) -> Self {
        Self([self.0[0], 0, 0, 0, 0, 0, 0, 0])
    }

    fn splat_first(self) -> Self {
        Self([self.0[0]; 8])
    }

    fn down(self) -> Self {
        Self(array::from_fn(|lane| self.0.get(lane + 1).copied().unwrap_or(0)))
    }

    fn up(self) -> Self {
        Self(array::from_fn(|lane| lane.checked_sub(1).map_or(0, |below| self.0[below])))
    }

    fn settle(self) -> Self {
        self
    }
}
