//! Random cases that a number brings back.

/// xorshift64*: the quality of the numbers matters little.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The same numbers for the same seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        // Zero would stay zero; neighbouring seeds are to be far apart.
        Self(seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15).max(1))
    }

    /// Any number.
    pub fn number(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below the limit.
    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.number() % limit as u64).expect("it is below a usize")
    }

    /// So many bytes.
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        // The high bits are the better ones.
        (0..count).map(|_| self.number().to_be_bytes()[0]).collect()
    }

    /// An odd number of exactly so many bits, big-endian.
    pub fn modulus(&mut self, bits: usize) -> Vec<u8> {
        let mut bytes = self.bytes(bits.div_ceil(8));
        let top = (bits - 1) % 8;
        bytes[0] = bytes[0] & (0xff >> (7 - top)) | 1 << top;
        *bytes.last_mut().expect("a modulus has bytes") |= 1;
        bytes
    }

    /// A number below another, as long as it.
    pub fn number_below(&mut self, limit: &[u8]) -> Vec<u8> {
        loop {
            let mut bytes = self.bytes(limit.len());
            bytes[0] &= 0xff >> limit[0].leading_zeros();
            if bytes[..] < *limit {
                return bytes;
            }
        }
    }
}
