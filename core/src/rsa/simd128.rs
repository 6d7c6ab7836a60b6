//! The sweep of `columns` in WebAssembly's SIMD. A module has it or does not load: what is compiled with it asks for nothing
//! when it runs.
#![allow(unsafe_code, reason = "loads and stores of vectors, through references to all that they touch")]

use super::columns::{Block, Column, Sweep};
use core::arch::wasm32::{
    i64x2_add, u32x4_splat, u64x2_extmul_high_u32x4, u64x2_extmul_low_u32x4, v128, v128_load, v128_store,
};

/// Two products an instruction.
pub(super) struct Simd128;

impl Sweep for Simd128 {
    #[inline(never)]
    fn sweep(columns: &mut [Column], rows: &Block, digits: &[u32]) {
        let [r0, r1, r2, r3] = *rows;
        let [r0, r1, r2, r3] = &[u32x4_splat(r0), u32x4_splat(r1), u32x4_splat(r2), u32x4_splat(r3)];
        for (column, window) in columns.iter_mut().zip(digits.windows(7).step_by(4)) {
            let Ok(window) = <&[u32; 7]>::try_from(window) else { return };
            let [d3 @ .., _, _, _] = window;
            let [_, d2 @ .., _, _] = window;
            let [_, _, d1 @ .., _] = window;
            let [_, _, _, d0 @ ..] = window;
            let sum = add_products(load(column), load_digits(d0), again(r0));
            let sum = add_products(sum, load_digits(d1), again(r1));
            let sum = add_products(sum, load_digits(d2), again(r2));
            store(column, add_products(sum, load_digits(d3), again(r3)));
        }
    }
}

/// The same, read anew each time: the compiler would take an invariant of the loop apart before it, and then multiply 64
/// bits by 64, which takes three times as long.
#[inline(always)]
fn again(row: &v128) -> v128 {
    // SAFETY: a reference.
    unsafe { core::ptr::from_ref(row).read_volatile() }
}

/// Four columns.
type Sum = [v128; 2];

#[inline(always)]
fn add_products([low, high]: Sum, digits: v128, row: v128) -> Sum {
    [i64x2_add(low, u64x2_extmul_low_u32x4(digits, row)), i64x2_add(high, u64x2_extmul_high_u32x4(digits, row))]
}

#[inline(always)]
fn load_digits(digits: &Block) -> v128 {
    // SAFETY: these are 16 bytes; the instruction takes any alignment.
    unsafe { v128_load(digits.as_ptr().cast()) }
}

#[inline(always)]
fn load([low, high]: &Column) -> Sum {
    // SAFETY: as above.
    unsafe { [v128_load(low.as_ptr().cast()), v128_load(high.as_ptr().cast())] }
}

#[inline(always)]
fn store([to_low, to_high]: &mut Column, [low, high]: Sum) {
    // SAFETY: as above.
    unsafe {
        v128_store(to_low.as_mut_ptr().cast(), low);
        v128_store(to_high.as_mut_ptr().cast(), high);
    }
}
