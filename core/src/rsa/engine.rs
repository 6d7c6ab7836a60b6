//! The kinds of arithmetic, and the choice between them.
//!
//! All give the same number for the same input; they differ in time only. The choice is made when a key is made, by what
//! the processor has, and the key keeps its modulus in the form that its arithmetic wants.

#[cfg(any(test, all(target_arch = "wasm32", target_feature = "simd128")))]
use super::columns;
#[cfg(target_arch = "x86_64")]
use super::{adx, ifma};
#[cfg(any(test, not(all(target_arch = "wasm32", target_feature = "simd128"))))]
use super::{
    limbs::Limbs,
    portable::{self, Portable},
};

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
    /// Plain Rust, where nothing else is sure to be there.
    #[cfg(any(test, not(all(target_arch = "wasm32", target_feature = "simd128"))))]
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
        #[cfg(any(test, not(all(target_arch = "wasm32", target_feature = "simd128"))))]
        Self::Portable,
        // In plain Rust, for tests.
        #[cfg(all(test, not(target_arch = "wasm32")))]
        Self::Columns,
    ];

    /// The one that every processor of the target has.
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    const ANYWHERE: Self = Self::Columns;
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    const ANYWHERE: Self = Self::Portable;

    /// The fastest that this processor has.
    pub(crate) fn best() -> Self {
        Self::ALL.iter().copied().find(|engine| engine.is_available()).unwrap_or(Self::ANYWHERE)
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
            #[cfg(any(test, not(all(target_arch = "wasm32", target_feature = "simd128"))))]
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
    #[cfg(any(test, not(all(target_arch = "wasm32", target_feature = "simd128"))))]
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
            #[cfg(any(test, not(all(target_arch = "wasm32", target_feature = "simd128"))))]
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
            #[cfg(any(test, not(all(target_arch = "wasm32", target_feature = "simd128"))))]
            Self::Portable(modulus) => modulus.power::<Portable, { portable::ROWS }>(base, exponent, result),
        }
    }
}
