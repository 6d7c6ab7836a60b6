//! Moduli in limbs, for the arithmetic of `montgomery`.

use super::{
    MAX_MODULUS_BITS,
    limb::Limb,
    montgomery::{self, Rows, Workspace},
    power_of_two::power_of_two,
};

/// As many limbs as the longest modulus has: a whole number of groups of rows.
const MAX_LIMBS: usize = MAX_MODULUS_BITS / WORD_BITS;

/// A modulus in limbs.
#[derive(Clone)]
pub(super) struct Limbs {
    n: [Word; MAX_LIMBS],
    /// R^2 mod n, with R = 2^(BITS limbs).
    rr: [Word; MAX_LIMBS],
    /// -1 / n mod 2^BITS.
    n0: Word,
    /// How many limbs count: those of the modulus, and zeros to a whole number of groups of rows.
    limbs: usize,
}

impl Limbs {
    pub(super) fn new<const K: usize>(modulus: &[u8], bits: usize) -> Self {
        let [mut n, mut rr, mut room] = [[0; MAX_LIMBS]; 3];
        limbs_from_bytes(&mut n, modulus);
        let used = bits.div_ceil(WORD_BITS);
        let limbs = used.next_multiple_of(K).min(MAX_LIMBS);
        if let (Some(n), Some(room), Some(rr)) = (n.get(..used), room.get_mut(..used), rr.get_mut(..used)) {
            let exponent = u32::try_from(limbs.saturating_mul(2).saturating_mul(WORD_BITS)).unwrap_or(0);
            power_of_two(n, exponent, room, rr);
        }
        let n0 = n.first().copied().map_or(0, Limb::negated_inverse);
        Self { n, rr, n0, limbs }
    }

    pub(super) fn power<R: Rows<Word, K>, const K: usize>(&self, base: &[u8], exponent: u64, result: &mut [u8]) {
        let mut plain = [0; MAX_LIMBS];
        limbs_from_bytes(&mut plain, base);
        let [n, rr, plain] = [&self.n, &self.rr, &plain].map(|number| self.groups(number));
        let [mut power, mut base] = [[0; MAX_LIMBS]; 2];
        let mut product = [[0; MAX_LIMBS]; 2];
        let work = Workspace {
            power: self.groups_mut(&mut power, 1),
            base: self.groups_mut(&mut base, 1),
            product: self.groups_mut(product.as_flattened_mut(), 2),
        };
        montgomery::Modulus { n, n0: self.n0 }.power::<R>(plain, rr, exponent, work);
        limbs_to_bytes(&power, result);
    }

    fn groups<'n, const K: usize>(&self, number: &'n [Word]) -> &'n [[Word; K]] {
        number.get(..self.limbs).unwrap_or_default().as_chunks().0
    }

    fn groups_mut<'n, const K: usize>(&self, number: &'n mut [Word], times: usize) -> &'n mut [[Word; K]] {
        number.get_mut(..self.limbs.saturating_mul(times)).unwrap_or_default().as_chunks_mut().0
    }
}

/// The limbs that the target multiplies best. x86-64 has 64 bits whatever its pointers have.
#[cfg(any(target_pointer_width = "64", target_arch = "x86_64"))]
pub(super) type Word = u64;
#[cfg(not(any(target_pointer_width = "64", target_arch = "x86_64")))]
pub(super) type Word = u32;

/// The bits of a [`Word`].
#[expect(clippy::as_conversions, reason = "32 or 64")]
pub(super) const WORD_BITS: usize = Word::BITS as usize;

/// A big-endian number as limbs. Bytes for which there is no limb are left out.
pub(super) fn limbs_from_bytes(limbs: &mut [Word], bytes: &[u8]) {
    let mut chunks = bytes.rchunks(size_of::<Word>());
    for limb in limbs {
        let chunk = chunks.next().unwrap_or_default();
        // Whole limbs, all but the last, are one load.
        *limb = match chunk.try_into() {
            Ok(whole) => Word::from_be_bytes(whole),
            Err(_) => chunk.iter().fold(0, |limb, byte| limb << 8 | Word::from(*byte)),
        };
    }
}

/// Limbs as a big-endian number of as many bytes as there are. The number must fit.
pub(super) fn limbs_to_bytes(limbs: &[Word], bytes: &mut [u8]) {
    for (limb, chunk) in limbs.iter().zip(bytes.rchunks_mut(size_of::<Word>())) {
        // Whole limbs, all but the last, are one store.
        if let Ok(whole) = <&mut [u8; size_of::<Word>()]>::try_from(&mut *chunk) {
            *whole = limb.to_be_bytes();
        } else {
            for (byte, value) in chunk.iter_mut().rev().zip(limb.to_le_bytes()) {
                *byte = value;
            }
        }
    }
}
