//! Decides on one image by the policy and the evidence in `testdata`: by its digest, and by its tag.
//!
//! `cargo run -p dokimos --example quickstart`

// The README shows what follows.
use dokimos::{AdmissionContext, Attestations, Policy, UnixTime};
use std::{error::Error, fs, time::SystemTime};

fn main() -> Result<(), Box<dyn Error>> {
    let testdata = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata");
    let policy = Policy::from_json(&fs::read(format!("{testdata}/policies/shop.json"))?)?;
    let attestations = Attestations::parse(&fs::read(format!("{testdata}/evidence/release.json"))?)?;
    let place = AdmissionContext { cluster: Some("prod-1"), namespace: Some("default"), ..Default::default() };
    let seconds = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
    let now = UnixTime::from_secs(seconds.try_into()?);

    let web = "registry.example.com/shop/web";
    let digest = "sha256:15b1d59843d1c5e119660b6c6d5fcf9aae78fc9c6ad01dd6cf51c8428222fc94";
    for image in [format!("{web}@{digest}"), format!("{web}:1.4")] {
        let decision = policy.evaluate_text(&image, &attestations, &place, now);
        println!("{}: {}", decision.message(), decision.reason().code());
        println!("  allowed: {}, because: {}", decision.is_allowed(), decision.reason().detail());
    }
    Ok(())
}
