//! What holds for any input.

use super::{bundle, cosign, dsse, parse, v1, v1beta1};
use dokimos::{Attestations, Budget};
use proptest::prelude::*;
use serde_json::{Value, json};

fn item() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![v1(), v1beta1(), cosign(), dsse(), bundle()])
}

/// The same JSON with the members of every object in another order and white space between all tokens.
fn disordered(value: &Value, seed: u64) -> String {
    let space = [" ", "\n", "\t", "\r\n", ""][usize::try_from(seed % 5).unwrap()];
    let seed = seed.rotate_right(7).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    match value {
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| disordered(item, seed)).collect();
            format!("[{space}{}{space}]", items.join(&format!("{space},")))
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members
                .iter()
                .map(|(name, member)| format!("{}{space}:{space}{}", json!(name), disordered(member, seed)))
                .collect();
            let length = members.len().max(1);
            members.rotate_left(usize::try_from(seed % 64).unwrap() % length);
            if seed & 64 == 0 {
                members.reverse();
            }
            format!("{{{space}{}{space}}}", members.join(&format!(",{space}")))
        }
        other => other.to_string(),
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes: Vec<u8>) {
        let _ = Attestations::parse(&bytes);
    }

    #[test]
    fn a_changed_document_never_panics(
        items in prop::collection::vec(item(), 1..3),
        lines: bool,
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4u8), 1..4),
    ) {
        let mut bytes = if lines {
            items.iter().map(|item| format!("{item}\n")).collect::<String>().into_bytes()
        } else {
            json!({"occurrences": items}).to_string().into_bytes()
        };
        for (at, byte, edit) in edits {
            let at = at.index(bytes.len());
            match edit {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                2 => bytes.truncate(at + 1),
                _ => drop(bytes.remove(at)),
            }
            if bytes.is_empty() {
                break;
            }
        }
        let budget = Budget::default();
        let mut attestations = Attestations::new();
        if let Ok(count) = attestations.add("s", &bytes, &budget) {
            prop_assert_eq!(attestations.len(), count);
        }
        for attestation in &attestations {
            // Exactly one of the three, and nothing to verify in two of them.
            let states = [
                attestation.untrusted_payload().is_some(),
                attestation.problem().is_some(),
                attestation.unsupported().is_some(),
            ];
            prop_assert_eq!(states.iter().filter(|state| **state).count(), 1);
            prop_assert_eq!(attestation.signatures().is_empty(), !states[0]);
            prop_assert!(!attestation.source().chars().any(char::is_control));
        }
    }

    #[test]
    fn white_space_and_order_do_not_matter(item in item(), seed: u64) {
        prop_assert_eq!(Attestations::parse(disordered(&item, seed).as_bytes()).unwrap(), parse(&item).unwrap());
        let page = json!({"nextPageToken": "", "occurrences": [v1(), v1beta1()]});
        prop_assert_eq!(Attestations::parse(disordered(&page, seed).as_bytes()).unwrap(), parse(&page).unwrap());
    }
}
