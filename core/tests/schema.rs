//! The two JSON schemas of docs: they take what dokimos takes and writes, and refuse each mistake that a schema can see.
#![cfg(feature = "alloc")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "support/mistakes.rs"]
mod mistakes;

use boon::{Compiler, SchemaIndex, Schemas};
use mistakes::{mistakes, whole, whole_but};
use serde_json::{Value, json};
use std::{fs, path::PathBuf};

fn root(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

fn read(path: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(root(path)).unwrap()).unwrap()
}

struct Schema {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Schema {
    fn new(path: &str) -> Self {
        let document = read(path);
        let id = document["$id"].as_str().unwrap().to_owned();
        let mut schemas = Schemas::new();
        let mut compiler = Compiler::new();
        compiler.enable_format_assertions();
        compiler.add_resource(&id, document).unwrap();
        let index = compiler.compile(&id, &mut schemas).unwrap_or_else(|error| panic!("{path}: {error:#}"));
        Self { schemas, index }
    }

    #[track_caller]
    fn takes(&self, name: &str, document: &Value) {
        if let Err(error) = self.schemas.validate(document, self.index) {
            panic!("{name}: {error:#}");
        }
    }

    fn refuses(&self, document: &Value) -> bool {
        self.schemas.validate(document, self.index).is_err()
    }
}

#[test]
fn every_report_is_one() {
    let schema = Schema::new("docs/report.schema.json");
    let mut reports = 0;
    for file in fs::read_dir(root("testdata/reports")).unwrap() {
        let path = file.unwrap().path();
        schema.takes(&path.display().to_string(), &serde_json::from_slice(&fs::read(&path).unwrap()).unwrap());
        reports += 1;
    }
    assert!(reports > 100, "{reports}");
}

#[test]
fn what_is_no_report_is_refused() {
    let schema = Schema::new("docs/report.schema.json");
    let good = read("testdata/reports/format-release.json");
    schema.takes("format-release", &good);
    let members: Vec<String> = good.as_object().unwrap().keys().cloned().collect();
    for member in members {
        let mut report = good.clone();
        report.as_object_mut().unwrap().remove(&member);
        assert!(schema.refuses(&report), "without {member}");
    }
    for (pointer, value) in [
        ("/decision", json!("allow")),
        ("/reason/code", json!("OK")),
        ("/reason/code", json!(100)),
        ("/rule", json!(1)),
        ("/enforcement", json!("WARN")),
        ("/breakglass", json!({"annotation": "a"})),
        ("/attestors/0/satisfied", json!("true")),
        ("/attestors/0/attestations/0/outcome/code", json!("VALID")),
        ("/attestors", json!(null)),
    ] {
        let mut report = good.clone();
        *report.pointer_mut(pointer).unwrap() = value;
        assert!(schema.refuses(&report), "{pointer}");
    }
}

#[test]
fn every_policy_is_one() {
    let schema = Schema::new("docs/policy.schema.json");
    schema.takes("the whole", &whole());
    let mut policies = 0;
    for file in fs::read_dir(root("testdata/policies")).unwrap() {
        let path = file.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let document = match path.extension().unwrap().to_str().unwrap() {
            "json" => serde_json::from_str(&text).unwrap(),
            #[cfg(feature = "yaml")]
            "yaml" => serde_saphyr::from_str(&text).unwrap(),
            _ => continue,
        };
        schema.takes(&path.display().to_string(), &document);
        policies += 1;
    }
    assert!(policies > 10, "{policies}");
    for case in read("testdata/cases.json").as_array().unwrap() {
        if case["policy"].is_object() {
            schema.takes(case["name"].as_str().unwrap(), &case["policy"]);
        }
    }
}

/// What a schema cannot see, by the end of the path and part of the message: whether a text can be parsed, whether a
/// name is known or unique, how two values compare.
const BEYOND_A_SCHEMA: &[(&str, &str)] = &[
    ("publicKeys[0].algorithm", ""),
    ("publicKeys[0].id", ""),
    ("validUntil", "not later than validFrom"),
    ("allowlist[0].pattern", ""),
    ("rules[0].images[0]", ""),
    ("rules[1].name", "stands twice"),
    ("rules[0].require", "unknown attestor \"unknown\""),
    ("rules[0].require.all[0]", "unknown attestor"),
    ("rules[0].require.atLeast", "never be satisfied"),
];

#[test]
fn each_mistake_that_a_schema_can_see_is_refused() {
    let schema = Schema::new("docs/policy.schema.json");
    let mut wrong = Vec::new();
    let mut refused = 0;
    for (pointer, value, code, path, message) in mistakes() {
        let found = schema.refuses(&whole_but(pointer, value.clone()));
        let beyond = code == "INVALID_VALUE"
            && BEYOND_A_SCHEMA.iter().any(|(end, text)| path.ends_with(end) && message == *text);
        if found == beyond {
            wrong.push(format!("{path}: {value:?}: {message}: refused {found}"));
        }
        refused += usize::from(found);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(refused > 30, "{refused}");
}
