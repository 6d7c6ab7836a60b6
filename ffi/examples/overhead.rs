//! What a call costs without the C interface: the same questions as in `tests/overhead.c`, asked of the crate itself.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "a measurement, on its own data"
)]
#![allow(clippy::arithmetic_side_effects, clippy::cast_precision_loss, reason = "a measurement, on its own data")]

use dokimos_core::{AdmissionContext, Attestations, Budget, Policy, UnixTime};
use std::{fs, hint::black_box, path::Path, time::Instant};

const IMAGE: &str =
    "registry.example.com/shop/web@sha256:15b1d59843d1c5e119660b6c6d5fcf9aae78fc9c6ad01dd6cf51c8428222fc94";
const ALLOWS_ALL: &[u8] = br#"{"apiVersion":"dokimos.dev/v1","kind":"Policy","default":{"evaluation":"ALWAYS_ALLOW"}}"#;

fn main() {
    let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata");
    let shop = Policy::from_json(&fs::read(testdata.join("policies/shop.json")).unwrap()).unwrap();
    let mut attestations = Attestations::new();
    let evidence = fs::read(testdata.join("evidence/release.json")).unwrap();
    attestations.add("release.json", &evidence, &Budget::default()).unwrap();

    measure("allowed", 100_000, &Policy::from_json(ALLOWS_ALL).unwrap(), &attestations);
    measure("verified", 2_000, &shop, &attestations);
}

/// The best of many rounds, as other work on the machine only adds.
fn measure(name: &str, calls: u32, policy: &Policy, attestations: &Attestations) {
    let context = AdmissionContext { cluster: Some("prod-1"), namespace: Some("default"), ..Default::default() };
    let now = UnixTime::from_secs(1_780_272_000);
    let round = || {
        let started = Instant::now();
        for _ in 0..calls {
            let decision = black_box(policy).evaluate_text(black_box(IMAGE), attestations, &context, now);
            assert!(decision.is_allowed());
            black_box(decision.to_json());
        }
        started.elapsed().as_nanos() as f64 / f64::from(calls)
    };
    let best = (0..30).map(|_| round()).fold(f64::INFINITY, f64::min);
    println!("Rust {name} {best:.0} ns");
}
