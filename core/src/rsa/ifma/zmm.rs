//! The lanes of AVX-512 IFMA, and the two kinds of arithmetic compiled for them.
#![allow(unsafe_code, reason = "the processor's instructions, one a function, and calls of what was compiled for them")]

use super::{Job, Modulus, lanes::Lanes, power_of_eight};
use core::arch::x86_64::*;

cpufeatures::new!(detected, "avx512f", "avx512ifma");

/// Whether the processor and the system have AVX-512 IFMA.
pub(in crate::rsa) fn is_available() -> bool {
    detected::get()
}

/// A register of 512 bits. Made only in functions that are called where [`is_available`] says so.
#[derive(Clone, Copy)]
struct Zmm(__m512i);

/// Instructions of AVX-512 F and IFMA.
///
/// Each block is one instruction on values. What they need of the processor was asked before the key chose this
/// arithmetic; `load` and `store` have references to the 64 bytes that they touch, of any alignment.
macro_rules! instruction {
    ($instruction:expr) => {{
        // SAFETY: The processor has the instruction, as said above; memory is only touched through the references.
        unsafe { $instruction }
    }};
}

impl Lanes for Zmm {
    const RADIX: u32 = 52;

    #[inline(always)]
    fn zero() -> Self {
        Self(instruction!(_mm512_setzero_si512()))
    }

    #[inline(always)]
    fn splat(number: u64) -> Self {
        Self(instruction!(_mm512_set1_epi64(number.cast_signed())))
    }

    #[inline(always)]
    fn load(lanes: &[u64; 8]) -> Self {
        Self(instruction!(_mm512_loadu_si512(lanes.as_ptr().cast())))
    }

    #[inline(always)]
    fn store(self, lanes: &mut [u64; 8]) {
        instruction!(_mm512_storeu_si512(lanes.as_mut_ptr().cast(), self.0));
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(instruction!(_mm512_add_epi64(self.0, other.0)))
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        Self(instruction!(_mm512_or_si512(self.0, other.0)))
    }

    #[inline(always)]
    fn add_low(self, a: Self, b: Self) -> Self {
        Self(instruction!(_mm512_madd52lo_epu64(self.0, a.0, b.0)))
    }

    #[inline(always)]
    fn add_high(self, a: Self, b: Self) -> Self {
        Self(instruction!(_mm512_madd52hi_epu64(self.0, a.0, b.0)))
    }

    #[inline(always)]
    fn carry(self) -> Self {
        Self(instruction!(_mm512_srli_epi64::<52>(self.0)))
    }

    #[inline(always)]
    fn digit(self) -> Self {
        Self(instruction!(_mm512_and_si512(self.0, _mm512_set1_epi64((1 << 52) - 1))))
    }

    #[inline(always)]
    fn exceeds_digit(self) -> bool {
        instruction!(_mm512_cmpgt_epu64_mask(self.0, _mm512_set1_epi64((1 << 52) - 1))) != 0
    }

    #[inline(always)]
    fn first(self) -> Self {
        Self(instruction!(_mm512_maskz_mov_epi64(1, self.0)))
    }

    #[inline(always)]
    fn splat_first(self) -> Self {
        Self(instruction!(_mm512_broadcastq_epi64(_mm512_castsi512_si128(self.0))))
    }

    #[inline(always)]
    fn down(self) -> Self {
        Self(instruction!(_mm512_alignr_epi64::<1>(_mm512_setzero_si512(), self.0)))
    }

    #[inline(always)]
    fn up(self) -> Self {
        Self(instruction!(_mm512_alignr_epi64::<7>(self.0, _mm512_setzero_si512())))
    }

    #[inline(always)]
    fn settle(self) -> Self {
        Self(instruction!(settle(self.0)))
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn settle(mut register: __m512i) -> __m512i {
    // SAFETY: No instruction at all.
    unsafe {
        core::arch::asm!("/* {0} */", inout(zmm_reg) register, options(pure, nomem, nostack, preserves_flags));
    }
    register
}

/// base^exponent mod n, as long as the modulus, for a base below it.
pub(in crate::rsa) fn power(modulus: &Modulus, base: &[u8], exponent: u64, result: &mut [u8]) {
    // Each number of vectors has a function of its own: as parts of one they would share a frame on the stack, as large as
    // all of theirs together.
    #[inline(never)]
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn compiled<const V: usize>(modulus: &Modulus, base: &[u8], exponent: u64, result: &mut [u8]) {
        modulus.power::<Zmm, V>(base, exponent, result);
    }
    // SAFETY: The processor has the features: `is_available` was asked before the first modulus was made.
    unsafe {
        match modulus.vectors() {
            5 => compiled::<5>(modulus, base, exponent, result),
            8 => compiled::<8>(modulus, base, exponent, result),
            10 => compiled::<10>(modulus, base, exponent, result),
            16 => compiled::<16>(modulus, base, exponent, result),
            _ => compiled::<20>(modulus, base, exponent, result),
        }
    }
}

/// [`power_of_eight`] with the result of each as bytes.
pub(in crate::rsa) fn power_eight(
    jobs: &[Job<'_>; 8],
    squarings: u32,
    result: impl FnMut(usize, &Modulus, &mut [u64]),
) {
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn compiled(jobs: &[Job<'_>; 8], squarings: u32, result: impl FnMut(usize, &Modulus, &mut [u64])) {
        power_of_eight::<Zmm>(jobs, squarings, result);
    }
    // SAFETY: The processor has the features: `is_available` was asked before the first modulus was made.
    unsafe { compiled(jobs, squarings, result) }
}
