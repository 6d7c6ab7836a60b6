//! A whole decision: reference and JSON read, rule chosen, signature verified, payload read.

use crate::measure::{Contender, Measured, alternate};
use aws_lc_rs::{
    encoding::{AsDer, PublicKeyX509Der},
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{self as aws, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use dokimos::{AdmissionContext, Attestations, Policy, PublicKey, UnixTime};
use dokimos_benches::random::Random;
use std::thread;

const IMAGE: &str = "registry.example.com/shop/web\
    @sha256:15b1d59843d1c5e119660b6c6d5fcf9aae78fc9c6ad01dd6cf51c8428222fc94";
const NOW: UnixTime = UnixTime::from_secs(1_790_000_000);
const ATTESTORS: [usize; 3] = [1, 10, 1000];
const RULES: [usize; 4] = [1, 10, 100, 1000];
/// Decisions of each thread at once: starting threads is not measured.
const MANY: usize = 500;

pub(crate) struct Table(Vec<Measured>);

impl Table {
    pub(crate) fn measure() -> Self {
        let scene = Scene::new();
        let policies = ATTESTORS.map(|count| scene.policy(count, 1));
        let many_rules = RULES.map(|count| scene.policy(1, count));
        let mut all = vec![Contender::new("bare verification", 1, || {
            scene.key.verify(scene.payload.as_bytes(), &scene.signature).is_ok()
        })];
        for (count, policy) in ATTESTORS.iter().zip(&policies) {
            all.push(Contender::new(attestors(*count), 1, || scene.decide(policy)));
        }
        for (count, policy) in RULES.iter().zip(&many_rules).skip(1) {
            all.push(Contender::new(format!("{count} rules, the last matches"), 1, || scene.decide(policy)));
        }
        let mut measured = alternate(all);
        // Apart: what follows a turn of milliseconds finds the caches cold.
        let throughput = [1, 2].map(|threads| {
            let (scene, policy) = (&scene, &policies[0]);
            Contender::new(format!("throughput of {threads} threads"), threads * MANY, move || {
                thread::scope(|scope| {
                    let workers: Vec<_> =
                        (0..threads).map(|_| scope.spawn(|| (0..MANY).all(|_| scene.decide(policy)))).collect();
                    workers.into_iter().all(|worker| worker.join().unwrap_or(false))
                })
            })
        });
        measured.extend(alternate(throughput.into()));
        Self(measured)
    }

    fn of(&self, name: &str) -> f64 {
        self.0.iter().find(|measured| measured.name == name).map_or(f64::NAN, |measured| measured.median)
    }

    /// A decision as so many verifications.
    pub(crate) fn over_bare(&self) -> f64 {
        self.of(&attestors(1)) / self.of("bare verification")
    }

    /// A decision with most attestors as so many with one.
    pub(crate) fn growth(&self) -> f64 {
        self.of(&attestors(1000)) / self.of(&attestors(1))
    }

    pub(crate) fn markdown(&self) -> String {
        let mut text = String::from(
            "\n### Whole decisions, RSA-2048 PSS\nReference and JSON of 1 KiB read, rule chosen, signature verified, \
            payload read. One attestor is relevant.\n\n| each image | µs | quartiles | of the bare verification |\n\
            | --- | ---: | ---: | ---: |\n",
        );
        let bare = self.of("bare verification");
        for Measured { name, median, spread: [low, high] } in &self.0 {
            text += &format!("| {name} | {median:.1} | {low:.1} to {high:.1} | {:.2} |\n", median / bare);
        }
        text
    }
}

fn attestors(count: usize) -> String {
    format!("attestors in the policy: {count}")
}

struct Scene {
    key: PublicKey,
    payload: String,
    signature: Vec<u8>,
    document: String,
}

impl Scene {
    fn new() -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).expect("aws-lc-rs makes a key");
        let spki: PublicKeyX509Der<'_> = pair.public_key().as_der().expect("aws-lc-rs writes its key");
        let algorithm = "RSA_PSS_2048_SHA256".parse().expect("an algorithm");
        let key = PublicKey::from_der(spki.as_ref(), algorithm).expect("a key");
        let (name, digest) = IMAGE.split_once('@').expect("a digest");
        let payload = format!(
            r#"{{"critical":{{"identity":{{"docker-reference":"{name}"}},"image":{{"docker-manifest-digest":"{digest}"}},"type":"atomic container signature"}}}}"#
        );
        let mut signature = vec![0; 256];
        pair.sign(&aws::RSA_PSS_SHA256, &SystemRandom::new(), payload.as_bytes(), &mut signature).expect("it signs");
        let (id, encoded, signed) = (key.default_id(), STANDARD.encode(&payload), STANDARD.encode(&signature));
        let document = format!(
            r#"{{"name":"projects/shop/occurrences/o3","resourceUri":"https://{IMAGE}","noteName":"projects/shop/notes/release","kind":"ATTESTATION","attestation":{{"serializedPayload":"{encoded}","signatures":[{{"signature":"{signed}","publicKeyId":"{}"}}]}}}}"#,
            id.as_str()
        );
        Self { key, payload, signature, document }
    }

    /// So many attestors, of which the last is asked for, and so many rules, of which the last matches.
    fn policy(&self, attestors: usize, rules: usize) -> Policy {
        let mut random = Random::new(7);
        let attestor = |place: usize, pem: &str| {
            format!(r#"{{"name":"a{place}","publicKeys":[{{"algorithm":"RSA_PSS_2048_SHA256","pem":{pem:?}}}]}}"#)
        };
        let mut all: Vec<_> = (1..attestors).map(|place| attestor(place, &public_key(&random.modulus(2048)))).collect();
        all.push(attestor(0, &self.key.to_pem()));
        let rule = |place: usize, images: &str| {
            format!(
                r#"{{"name":"r{place}","images":["registry.example.com/{images}/**"],"evaluation":"REQUIRE_ATTESTATION","require":"a0"}}"#
            )
        };
        let mut list: Vec<_> = (1..rules).map(|place| rule(place, &format!("other{place}"))).collect();
        list.push(rule(0, "shop"));
        let text = format!(
            r#"{{"apiVersion":"dokimos.dev/v1","kind":"Policy","attestors":[{}],"rules":[{}],"default":{{"evaluation":"ALWAYS_DENY"}}}}"#,
            all.join(","),
            list.join(",")
        );
        Policy::from_json(text.as_bytes()).unwrap_or_else(|error| panic!("the policy is refused: {error}"))
    }

    fn decide(&self, policy: &Policy) -> bool {
        let place = AdmissionContext { namespace: Some("default"), ..AdmissionContext::default() };
        let (Ok(image), Ok(attestations)) = (IMAGE.parse(), Attestations::parse(self.document.as_bytes())) else {
            return false;
        };
        policy.evaluate(&image, &attestations, &place, NOW).is_allowed()
    }
}

/// A public key in PEM (PKCS#1), with the exponent 65537.
fn public_key(modulus: &[u8]) -> String {
    let integers = [&[0x02, 0x82, 0x01, 0x01, 0x00], modulus, &[0x02, 0x03, 0x01, 0x00, 0x01]].concat();
    let length = u16::try_from(integers.len()).expect("a short key").to_be_bytes();
    let encoded = STANDARD.encode([&[0x30, 0x82], &length[..], &integers].concat());
    let lines: Vec<_> = encoded.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    format!("-----BEGIN RSA PUBLIC KEY-----\n{}\n-----END RSA PUBLIC KEY-----\n", lines.join("\n"))
}
