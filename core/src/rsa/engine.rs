//! The kinds of arithmetic, and the choice between them.
//!
//! All give the same number for the same input; they differ in time only. The choice is made when a key is made, by what
//! the processor has, and the key keeps its modulus in the form that its arithmetic wants.

#[cfg(any(test, all(target_arch = "wasm32", target_feature = "simd128")))]
use super::columns;
use super::{
    MAX_MODULUS_BITS,
    limb::{Limb, WORD_BITS, Word, limbs_from_bytes, limbs_to_bytes},
    montgomery::{self, Rows, Workspace},
    portable::{self, Portable},
    power_of_two::power_of_two,
};
#[cfg(target_arch = "x86_64")]
use super::{adx, ifma};

/// A kind of arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    /// AVX-512 IFMA, eight products an instruction; several signatures at once where there are.
    #[cfg(target_arch = "x86_64")]
    Ifma,
    /// MULX, ADCX and ADOX.
    #[cfg(target_arch = "x86_64")]
    Adx,
    /// Products summed without carries, several an instruction: WebAssembly's SIMD.
    #[cfg(any(test, all(target_arch = "wasm32", target_feature = "simd128")))]
    Columns,
    /// Plain Rust.
    Portable,
}

impl Engine {
    /// All that were compiled, the fastest first.
    pub(crate) const ALL: &[Self] = &[
        #[cfg(target_arch = "x86_64")]
        Self::Ifma,
        #[cfg(target_arch = "x86_64")]
        Self::Adx,
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        Self::Columns,
        Self::Portable,
        // In plain Rust, for tests.
        #[cfg(all(test, not(target_arch = "wasm32")))]
        Self::Columns,
    ];

    /// The fastest that this processor has.
    pub(crate) fn best() -> Self {
        Self::ALL.iter().copied().find(|engine| engine.is_available()).unwrap_or(Self::Portable)
    }

    /// Whether this processor has it.
    pub(crate) fn is_available(self) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Ifma => ifma::is_available(),
            #[cfg(target_arch = "x86_64")]
            Self::Adx => adx::is_available(),
            #[cfg(any(test, all(target_arch = "wasm32", target_feature = "simd128")))]
            Self::Columns => true,
            Self::Portable => true,
        }
    }
}

/// A modulus in the form of its engine, with what was computed from it once.
#[derive(Clone)]
#[cfg_attr(
    any(target_arch = "x86_64", all(target_arch = "wasm32", target_feature = "simd128")),
    allow(clippy::large_enum_variant, reason = "a key is made once, and there is no heap to put it on")
)]
pub(super) enum Modulus {
    #[cfg(target_arch = "x86_64")]
    Ifma(ifma::Modulus),
    #[cfg(target_arch = "x86_64")]
    Adx(Limbs),
    #[cfg(any(test, all(target_arch = "wasm32", target_feature = "simd128")))]
    Columns(columns::Modulus),
    Portable(Limbs),
}

impl Modulus {
    /// Takes an odd number above 1, big-endian without leading zeros, of at most [`MAX_MODULUS_BITS`]. Where the
    /// processor lacks the engine, it is the portable one.
    pub(super) fn new(modulus: &[u8], bits: usize, engine: Engine) -> Self {
        match engine {
            #[cfg(target_arch = "x86_64")]
            Engine::Ifma if engine.is_available() => Self::Ifma(ifma::Modulus::new(modulus, bits)),
            #[cfg(target_arch = "x86_64")]
            Engine::Adx if engine.is_available() => Self::Adx(Limbs::new::<{ adx::ROWS }>(modulus, bits)),
            #[cfg(any(test, all(target_arch = "wasm32", target_feature = "simd128")))]
            Engine::Columns => Self::Columns(columns::Modulus::new(modulus, bits)),
            _ => Self::Portable(Limbs::new::<{ portable::ROWS }>(modulus, bits)),
        }
    }

    #[cfg(test)]
    pub(super) fn engine(&self) -> Engine {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Ifma(_) => Engine::Ifma,
            #[cfg(target_arch = "x86_64")]
            Self::Adx(_) => Engine::Adx,
            #[cfg(any(test, all(target_arch = "wasm32", target_feature = "simd128")))]
            Self::Columns(_) => Engine::Columns,
            Self::Portable(_) => Engine::Portable,
        }
    }

    /// base^exponent mod n, for an odd exponent above 1 and a base below n; all big-endian, as long as the modulus.
    pub(super) fn power(&self, base: &[u8], exponent: u64, result: &mut [u8]) {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Ifma(modulus) => ifma::power(modulus, base, exponent, result),
            #[cfg(target_arch = "x86_64")]
            Self::Adx(modulus) => modulus.power::<adx::Adx, { adx::ROWS }>(base, exponent, result),
            #[cfg(any(test, all(target_arch = "wasm32", target_feature = "simd128")))]
            Self::Columns(modulus) => modulus.power::<columns::Best>(base, exponent, result),
            Self::Portable(modulus) => modulus.power::<Portable, { portable::ROWS }>(base, exponent, result),
        }
    }
}

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
    fn new<const K: usize>(modulus: &[u8], bits: usize) -> Self {
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

    fn power<R: Rows<Word, K>, const K: usize>(&self, base: &[u8], exponent: u64, result: &mut [u8]) {
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
