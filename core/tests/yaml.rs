//! A policy in YAML is the same policy as in JSON, and its mistakes are the same mistakes.
#![cfg(all(feature = "alloc", feature = "yaml"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "support/mistakes.rs"]
mod mistakes;

use dokimos::{Policy, Problem};
use mistakes::{mistakes, whole, whole_but};
use serde_json::Value;
use std::{fs, path::PathBuf};

/// The ways in which the writer below writes texts.
#[derive(Clone, Copy, Debug)]
enum Style {
    /// Without quotes where it may be, and several lines as a literal block.
    Plain,
    /// In double quotes, with JSON's escapes.
    Quoted,
    /// In single quotes, where the text has one line.
    Single,
}

const STYLES: [Style; 3] = [Style::Plain, Style::Quoted, Style::Single];

/// Writes block YAML.
fn write(value: &Value, indent: usize, style: Style) -> String {
    let pad = " ".repeat(indent);
    match value {
        Value::Object(members) if !members.is_empty() => {
            let member = |(name, value): (&String, &Value)| {
                format!("\n{pad}{}:{}", scalar(name, indent, style), nested(value, indent + 2, style))
            };
            members.iter().map(member).collect()
        }
        Value::Array(items) if !items.is_empty() => {
            items.iter().map(|item| format!("\n{pad}-{}", nested(item, indent + 2, style))).collect()
        }
        Value::String(text) => scalar(text, indent, style),
        // Empty lists and objects, numbers, booleans and null are written as in JSON.
        other => other.to_string(),
    }
}

fn nested(value: &Value, indent: usize, style: Style) -> String {
    let text = write(value, indent, style);
    if text.starts_with('\n') { text } else { format!(" {text}") }
}

fn scalar(text: &str, indent: usize, style: Style) -> String {
    let plain = |text: &str| {
        let first = text.chars().next().is_some_and(|first| first.is_ascii_alphabetic());
        let rest = text.chars().all(|character| character.is_ascii_alphanumeric() || "-./*@_".contains(character));
        first && rest && !["true", "false", "null", "True", "False", "Null"].contains(&text)
    };
    let time = |text: &str| text.len() == 20 && text.ends_with('Z') && text.starts_with("20");
    match style {
        Style::Plain if plain(text) || time(text) => text.into(),
        Style::Plain if text.ends_with('\n') && !text.contains("\n\n") && text.is_ascii() => {
            let pad = " ".repeat(indent);
            text.lines().fold("|".into(), |block: String, line| block + "\n" + &pad + line)
        }
        Style::Single if !text.contains(|character: char| character.is_control()) => {
            format!("'{}'", text.replace('\'', "''"))
        }
        _ => Value::from(text).to_string(),
    }
}

type Loaded = Result<Policy, Vec<Problem>>;

/// The document read as JSON and as YAML, and the YAML.
fn both(document: &Value, style: Style) -> (Loaded, Loaded, String) {
    let yaml = write(document, 0, style) + "\n";
    let problems = |error: dokimos::PolicyError| error.problems().to_vec();
    (
        Policy::from_json(document.to_string().as_bytes()).map_err(problems),
        Policy::from_yaml(yaml.as_bytes()).map_err(problems),
        yaml,
    )
}

#[test]
fn every_policy_is_the_same_in_yaml() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../testdata");
    let mut documents = vec![whole()];
    for file in fs::read_dir(folder.join("policies")).unwrap() {
        let path = file.unwrap().path();
        if path.extension().unwrap() == "json" {
            documents.push(serde_json::from_slice(&fs::read(&path).unwrap()).unwrap());
        }
    }
    let cases: Value = serde_json::from_slice(&fs::read(folder.join("cases.json")).unwrap()).unwrap();
    let inline = cases.as_array().unwrap().iter().map(|case| &case["policy"]);
    documents.extend(inline.filter(|policy| policy.is_object()).cloned());
    assert!(documents.len() > 15, "{}", documents.len());
    for document in &documents {
        for style in STYLES {
            let (json, yaml, text) = both(document, style);
            let yaml = yaml.unwrap_or_else(|problems| panic!("{problems:?}\n{text}"));
            // All that a policy is: keys, patterns, rules, budget.
            assert_eq!(format!("{:?}", json.unwrap()), format!("{yaml:?}"), "{text}");
        }
    }
}

#[test]
fn every_mistake_is_the_same_in_yaml() {
    for (pointer, value, ..) in mistakes() {
        let document = whole_but(pointer, value);
        for style in STYLES {
            let (json, yaml, text) = both(&document, style);
            assert_eq!(json.expect_err(pointer), yaml.expect_err(pointer), "{text}");
        }
    }
}
