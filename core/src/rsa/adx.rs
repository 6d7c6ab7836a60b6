//! Rows of products for x86-64 with MULX, ADCX and ADOX (Intel since Broadwell, AMD since Zen).
//!
//! MULX leaves the flags alone, and ADCX and ADOX each have a carry flag of their own. So a row of eight products adds its
//! low halves and its high halves in two chains that do not wait for each other, with the sum in registers. No compiler
//! makes that of Rust, so it is assembly: a block of eight by eight products, and the rest around it is safe code.
//! Measured: 0.98 of the time of `portable` for 2,048 bits, 0.95 for 3,072 and 0.93 for 4,096.
#![allow(unsafe_code, reason = "two blocks of assembly, on memory of their one argument")]

use super::{limb::Limb, montgomery::Rows};
use core::arch::asm;

/// How many rows go at once.
pub(super) const ROWS: usize = 8;

cpufeatures::new!(detected, "adx", "bmi2");

/// Whether the processor has the instructions.
pub(super) fn is_available() -> bool {
    detected::get()
}

/// [`Rows`] by blocks of eight by eight products. To be used only where [`is_available`] says so.
pub(super) struct Adx;

impl Rows<u64, ROWS> for Adx {
    fn add(t: &mut [[u64; ROWS]], b: &[[u64; ROWS]], m: &[u64; ROWS]) -> [u64; ROWS] {
        let mut block = Block { m: *m, low: [0; ROWS], high: [0; ROWS], n0: 0 };
        block.sweep(t, b)
    }

    fn reduce(t: &mut [[u64; ROWS]], n: &[[u64; ROWS]], n0: u64) -> [u64; ROWS] {
        let (Some((lowest, t)), Some((n_lowest, n))) = (t.split_first_mut(), n.split_first()) else { return [0; ROWS] };
        let mut block = Block { m: [0; ROWS], low: [0; ROWS], high: *lowest, n0 };
        block.reduce(n_lowest);
        block.sweep(t, n)
    }
}

/// What the assembly works on; it knows the places of the fields.
#[repr(C)]
struct Block {
    m: [u64; ROWS],
    low: [u64; ROWS],
    high: [u64; ROWS],
    n0: u64,
}

impl Block {
    /// t = t + high + b m, of which the group behind the end of t is returned.
    #[inline(always)]
    fn sweep(&mut self, t: &mut [[u64; ROWS]], b: &[[u64; ROWS]]) -> [u64; ROWS] {
        let mut carry = false;
        for (t, b) in t.iter_mut().zip(b) {
            self.multiply(b);
            for (t, low) in t.iter_mut().zip(&self.low) {
                (*t, carry) = Limb::add(*t, *low, carry);
            }
        }
        let mut end = self.high;
        for limb in &mut end {
            (*limb, carry) = Limb::add(*limb, 0, carry);
        }
        end
    }
}

/// The rows of a block: row r adds the low halves of m[r] b[0..8] to limbs 0..8 of the sum and the high halves to 1..9.
/// Then the lowest limb of the sum is done (`$done`), and its register becomes the one above the sum for the next row.
/// The sum has eight limbs and stays below 2^512: it is (sum + m[r] b) / 2^64 with b < 2^512.
macro_rules! rows {
    ($begin:tt, $done:tt) => {
        concat!(
            rows!(@row $begin, $done, "0", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"),
            rows!(@row $begin, $done, "8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "r8"),
            rows!(@row $begin, $done, "16", "r10", "r11", "r12", "r13", "r14", "r15", "r8", "r9"),
            rows!(@row $begin, $done, "24", "r11", "r12", "r13", "r14", "r15", "r8", "r9", "r10"),
            rows!(@row $begin, $done, "32", "r12", "r13", "r14", "r15", "r8", "r9", "r10", "r11"),
            rows!(@row $begin, $done, "40", "r13", "r14", "r15", "r8", "r9", "r10", "r11", "r12"),
            rows!(@row $begin, $done, "48", "r14", "r15", "r8", "r9", "r10", "r11", "r12", "r13"),
            rows!(@row $begin, $done, "56", "r15", "r8", "r9", "r10", "r11", "r12", "r13", "r14"),
        )
    };
    (@row "m", $done:tt, $at:tt, $s0:tt $(, $s:tt)*) => {
        concat!("mov rdx, [rdi+", $at, "]\n", rows!(@products $done, $at, $s0 $(, $s)*))
    };
    // m[r] = the lowest limb times n0, so that the row makes that limb zero.
    (@row "quotient", $done:tt, $at:tt, $s0:tt $(, $s:tt)*) => {
        concat!("mov rdx, ", $s0, "\nimul rdx, [rdi+192]\nmov [rdi+", $at, "], rdx\n",
            rows!(@products $done, $at, $s0 $(, $s)*))
    };
    (@products $done:tt, $at:tt, $s0:tt, $s1:tt, $s2:tt, $s3:tt, $s4:tt, $s5:tt,
        $s6:tt, $s7:tt) => {
        concat!(
            // Clears both carry flags.
            "xor eax, eax\n",
            "mulx rcx, rax, [rsi]\n", "adcx ", $s0, ", rax\n", "adox ", $s1, ", rcx\n",
            rows!(@done $done, $at, $s0),
            "mulx rcx, rax, [rsi+8]\n", "adcx ", $s1, ", rax\n", "adox ", $s2, ", rcx\n",
            "mulx rcx, rax, [rsi+16]\n", "adcx ", $s2, ", rax\n", "adox ", $s3, ", rcx\n",
            "mulx rcx, rax, [rsi+24]\n", "adcx ", $s3, ", rax\n", "adox ", $s4, ", rcx\n",
            "mulx rcx, rax, [rsi+32]\n", "adcx ", $s4, ", rax\n", "adox ", $s5, ", rcx\n",
            "mulx rcx, rax, [rsi+40]\n", "adcx ", $s5, ", rax\n", "adox ", $s6, ", rcx\n",
            "mulx rcx, rax, [rsi+48]\n", "adcx ", $s6, ", rax\n", "adox ", $s7, ", rcx\n",
            "mulx rcx, rax, [rsi+56]\n", "adcx ", $s7, ", rax\n",
            // The limb above: the last high half and both carries. MOV leaves the flags alone.
            "mov ", $s0, ", 0\n", "adcx rcx, ", $s0, "\n", "adox ", $s0, ", rcx\n",
        )
    };
    (@done "store", $at:tt, $s0:tt) => { concat!("mov [rdi+64+", $at, "], ", $s0, "\n") };
    (@done "zero", $at:tt, $s0:tt) => { "" };
}

/// The assembly around the rows: `high` is the sum before and after.
macro_rules! block {
    ($block:expr, $b:expr, $begin:tt, $done:tt) => {
        asm!(
            "mov r8, [rdi+128]", "mov r9, [rdi+136]", "mov r10, [rdi+144]", "mov r11, [rdi+152]",
            "mov r12, [rdi+160]", "mov r13, [rdi+168]", "mov r14, [rdi+176]", "mov r15, [rdi+184]",
            rows!($begin, $done),
            "mov [rdi+128], r8", "mov [rdi+136], r9", "mov [rdi+144], r10", "mov [rdi+152], r11",
            "mov [rdi+160], r12", "mov [rdi+168], r13", "mov [rdi+176], r14", "mov [rdi+184], r15",
            in("rdi") $block, in("rsi") $b, out("rax") _, out("rcx") _, out("rdx") _,
            out("r8") _, out("r9") _, out("r10") _, out("r11") _, out("r12") _, out("r13") _, out("r14") _, out("r15") _,
            options(nostack),
        )
    };
}

impl Block {
    /// low + 2^512 high = high + m b.
    #[inline(always)]
    fn multiply(&mut self, b: &[u64; ROWS]) {
        let block: *mut Self = self;
        // SAFETY: The assembly reads 64 bytes of `b`, and reads and writes the first 192 bytes of the block, the fields
        // `m`, `low` and `high`. It uses no stack and writes no register but those named. That the processor has the
        // instructions was asked before `Adx` was chosen.
        unsafe { block!(block, b.as_ptr(), "m", "store") }
    }

    /// 2^512 high = high + m b, for the m that makes the sum a multiple of 2^512; n0 is -1 / b[0] mod 2^64.
    #[inline(always)]
    fn reduce(&mut self, b: &[u64; ROWS]) {
        let block: *mut Self = self;
        // SAFETY: As in `multiply`; `n0` is read too, the 200 bytes of the block are all that is touched.
        unsafe { block!(block, b.as_ptr(), "quotient", "zero") }
    }
}
