//! Ten thousand cases of each size in use, and some of others. `scripts/soak` runs as many as one likes.

use dokimos_benches::soak::{Figures, IN_USE, SIZES, Soak};

#[test]
fn ten_thousand_cases_a_size_agree() {
    for (place, bits) in SIZES.into_iter().enumerate() {
        let in_use = place < IN_USE;
        let (mut soak, mut figures) = (Soak::new(bits, 1), Figures::default());
        while figures.cases < if in_use { 10_000 } else { 500 } {
            figures += soak.round();
        }
        println!("{bits} bits: {figures:?}");
        // There were keys, and good and bad signatures.
        assert_eq!(figures.verdicts > 3_000, in_use);
        assert_eq!(figures.accepted > 500, in_use);
        assert!(figures.accepted < figures.verdicts || !in_use);
    }
}
