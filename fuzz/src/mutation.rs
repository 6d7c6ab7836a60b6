//! Good evidence, damaged.

use base64::{Engine, engine::general_purpose::STANDARD};
use dokimos::{AdmissionContext, Attestations, Budget, Policy, ReasonCode, UnixTime};
use serde_json::Value;
use std::{collections::BTreeSet, fs, path::PathBuf, sync::OnceLock};

/// The image that most cases are about.
pub(super) const IMAGE: &str =
    "registry.example.com/shop/web@sha256:15b1d59843d1c5e119660b6c6d5fcf9aae78fc9c6ad01dd6cf51c8428222fc94";

/// A shared case that is allowed because of its attestations.
struct Case {
    policy: Policy,
    documents: Vec<Vec<u8>>,
    image: String,
    cluster: Option<String>,
    namespace: Option<String>,
    service_account: Option<String>,
    at: UnixTime,
    genuine: BTreeSet<Signed>,
}

/// A payload, its type where one is signed with it, and a signature.
type Signed = (Vec<u8>, Option<String>, Vec<u8>);

/// The first byte chooses a case, each five bytes after it are an edit of a document or of the digest asked for.
///
/// The invariant. A pair is genuine if it is the payload, with its type, and a signature of one attestation of the
/// unchanged case, byte for byte. If the damaged case is allowed by its reason, then
/// 1. it is because of its attestations,
/// 2. it would be with its genuine pairs alone: nothing else has helped, so that without any it cannot be allowed,
/// 3. the digest asked for stands in the payload of one of them.
pub fn mutate(data: &[u8]) {
    let Some((choice, edits)) = data.split_first() else { return };
    let case = &cases()[usize::from(*choice) % cases().len()];
    let mut documents = case.documents.clone();
    let mut image = case.image.clone().into_bytes();
    edits.chunks_exact(5).for_each(|edit| apply(edit, &mut documents, &mut image));
    let Ok(image) = String::from_utf8(image) else { return };

    let attestations = read(&documents);
    let decision = case.decide(&image, &attestations);
    // Not `is_allowed`: one case is under DRY_RUN.
    if !decision.reason().code().allows() {
        return;
    }
    let mut genuine = Attestations::new();
    let mut named = false;
    let digest = image.rsplit_once(':').expect("a digest").1;
    for (pair, key_id) in pairs(&attestations) {
        if case.genuine.contains(&pair) {
            add(&mut genuine, &pair, key_id);
            named |= pair.0.windows(digest.len()).any(|window| window == digest.as_bytes());
        }
    }
    assert_eq!(decision.reason().code(), ReasonCode::Attested, "{}", decision.to_json());
    assert!(
        case.decide(&image, &genuine).reason().code().allows(),
        "allowed by what was changed: {}",
        decision.to_json()
    );
    assert!(named, "allowed for a digest that no signed payload names: {}", decision.to_json());
}

fn apply(edit: &[u8], documents: &mut [Vec<u8>], image: &mut [u8]) {
    let &[kind, high, low, one, two] = edit else { return };
    let which = usize::from(kind / 16) % documents.len();
    let document = &mut documents[which];
    if document.is_empty() {
        return;
    }
    let length = document.len();
    let position = usize::from(u16::from_be_bytes([high, low])) % length;
    let end = (position + usize::from(two) + 1).min(length);
    match kind % 8 {
        0 => document[position] = one,
        1 => document[position] ^= 1 << (one % 8),
        2 => document.insert(position, one),
        3 => drop(document.drain(position..end)),
        4 => drop(document.splice(position..position, vec![one; usize::from(two)])),
        5 => {
            let copied = document[position..end].to_vec();
            let target = usize::from(one) * 16 % length;
            document.splice(target..target, copied);
        }
        6 => document.swap(position, (position + usize::from(one)) % length),
        // Behind the at sign: the repository decides which rule holds, and that rule may ask for nothing.
        _ => {
            let start = image.iter().position(|byte| *byte == b'@').map_or(0, |at| at + 1);
            let place = start + position % (image.len() - start);
            image[place] = one;
        }
    }
}

impl Case {
    fn decide(&self, image: &str, attestations: &Attestations) -> dokimos::Decision {
        let context = AdmissionContext {
            cluster: self.cluster.as_deref(),
            namespace: self.namespace.as_deref(),
            service_account: self.service_account.as_deref(),
            annotations: &[],
        };
        self.policy.evaluate_text(image, attestations, &context, self.at)
    }
}

/// What can be read of the documents, as a caller would who passes over unreadable files.
fn read(documents: &[Vec<u8>]) -> Attestations {
    let mut attestations = Attestations::new();
    for document in documents {
        let _ = attestations.add("", document, &Budget::default());
    }
    attestations
}

fn add(attestations: &mut Attestations, (payload, payload_type, signature): &Signed, key_id: Option<&str>) {
    let budget = Budget::default();
    match payload_type {
        None => attestations.add_detached("", payload, signature, key_id, &budget).expect("a pair"),
        Some(payload_type) => {
            let envelope = serde_json::json!({
                "payload": STANDARD.encode(payload), "payloadType": payload_type,
                "signatures": [{"sig": STANDARD.encode(signature), "keyid": key_id}],
            });
            assert_eq!(attestations.add("", envelope.to_string().as_bytes(), &budget), Ok(1));
        }
    }
}

fn pairs(attestations: &Attestations) -> Vec<(Signed, Option<&str>)> {
    let mut pairs = Vec::new();
    for attestation in attestations {
        for signature in attestation.signatures() {
            if let (Some(payload), Ok(bytes)) = (attestation.untrusted_payload(), signature.bytes()) {
                let payload_type = attestation.untrusted_payload_type().map(String::from);
                pairs.push(((payload.to_vec(), payload_type, bytes.to_vec()), signature.key_id()));
            }
        }
    }
    pairs
}

fn cases() -> &'static [Case] {
    static CASES: OnceLock<Vec<Case>> = OnceLock::new();
    CASES.get_or_init(|| {
        let testdata = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../testdata");
        let text = fs::read_to_string(testdata.join("cases.json")).expect("cases.json");
        let all: Vec<Value> = serde_json::from_str(&text).expect("cases.json");
        let good = all.iter().filter(|case| case["decision"] == "ALLOW" && case["reason"] == "ATTESTED");
        let case = |case: &Value| {
            let text = |name: &str| case[name].as_str().map(String::from);
            let policy = match &case["policy"] {
                Value::String(file) => fs::read(testdata.join(file)).expect("a policy"),
                inline => inline.to_string().into_bytes(),
            };
            let files = case["attestations"].as_array().expect("a list").iter();
            let documents: Vec<_> =
                files.map(|file| fs::read(testdata.join(file.as_str().expect("a name"))).expect("a file")).collect();
            let attestations = read(&documents);
            let genuine = pairs(&attestations).into_iter().map(|(pair, _)| pair).collect();
            let case = Case {
                policy: Policy::from_json(&policy).expect("a policy"),
                documents,
                image: text("image").expect("an image"),
                cluster: text("cluster"),
                namespace: text("namespace"),
                service_account: text("serviceAccount"),
                at: text("at").expect("a time").parse().expect("a time"),
                genuine,
            };
            assert_eq!(case.decide(&case.image, &attestations).reason().code(), ReasonCode::Attested);
            case
        };
        good.map(case).collect()
    })
}
