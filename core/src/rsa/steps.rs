//! The steps of an exponentiation, the same for every kind of arithmetic.

/// A step of base^exponent in Montgomery form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Square.
    Square,
    /// Multiply by the base in Montgomery form.
    Multiply,
    /// Multiply by the base as it came. As one factor lacks R, the product leaves Montgomery form: that saves a step.
    Leave,
}

/// The steps from the base in Montgomery form to base^exponent out of it, for an odd exponent above 1.
///
/// Left to right over the bits below the highest; the lowest is 1 and comes last. For 65537: sixteen squarings, and out.
/// Which steps there are depends on the exponent, and the time with it: it is public.
pub(super) fn steps(exponent: u64) -> impl Iterator<Item = Step> {
    let highest = exponent.checked_ilog2().unwrap_or(0);
    (0..highest).rev().flat_map(move |bit| {
        let then = match exponent >> bit & 1 {
            _ if bit == 0 => Some(Step::Leave),
            0 => None,
            _ => Some(Step::Multiply),
        };
        [Some(Step::Square), then].into_iter().flatten()
    })
}
