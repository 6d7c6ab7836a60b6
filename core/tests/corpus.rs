//! The corpora of the fuzz targets, replayed: each input that once showed something new is tried in every test run.
#![cfg(all(feature = "alloc", feature = "yaml"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../../fuzz/src/lib.rs"]
mod targets;

use std::{collections::BTreeSet, fs, path::PathBuf};

macro_rules! replayed {
    ($($target:ident)+) => {
        const TARGETS: &[&str] = &[$(stringify!($target),)+];
        $(
            #[test]
            fn $target() {
                replay(stringify!($target), targets::$target);
            }
        )+
    };
}

replayed!(admission attestation digest key_der key_pem mutate payload policy_json policy_yaml reference rsa);

fn fuzz() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fuzz")
}

fn replay(target: &str, body: fn(&[u8])) {
    body(b"");
    let mut files: Vec<_> =
        fs::read_dir(fuzz().join("corpus").join(target)).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 10, "{target} has {} inputs", files.len());
    for file in files {
        // A failing test shows what was printed last.
        println!("{}", file.display());
        body(&fs::read(file).unwrap());
    }
}

#[test]
fn every_target_is_replayed() {
    let targets: BTreeSet<_> = fs::read_dir(fuzz().join("fuzz_targets"))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap().replace(".rs", ""))
        .collect();
    assert_eq!(targets, TARGETS.iter().map(ToString::to_string).collect());
}
