//! The answers of the Go module github.com/distribution/reference, recorded for 487 references, and its own test tables.
//!
//! Where ours differ, the case stands in `differences` with our answer and the reason. A difference that is not listed
//! fails, and so does one that is listed and is none.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::std_instead_of_alloc,
    reason = "tests fail by panicking, and have std"
)]

mod support;

use dokimos::{Digest, ImageReference};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

/// Our answer: the canonical form, or the code of the error.
type Answer = Result<String, &'static str>;

fn ours(input: &str) -> Answer {
    input.parse::<ImageReference>().map(|image| image.canonical().to_owned()).map_err(|error| error.code())
}

/// By input, what we answer where Go answers something else.
fn differences() -> BTreeMap<String, Answer> {
    let mut differences = BTreeMap::new();
    let mut add = |reason: &str, cases: &[(&str, Result<&str, &'static str>)]| {
        assert!(!reason.is_empty());
        for (input, answer) in cases {
            assert!(differences.insert((*input).to_owned(), answer.map(str::to_owned)).is_none(), "{input} twice");
        }
    };
    add(
        "hosts are the same in any case, and Go keeps the case: a policy for one spelling would miss the other",
        &[
            ("Asdf.com/foo/bar", Ok("asdf.com/foo/bar:latest")),
            ("EXAMPLE.com/alpine", Ok("example.com/alpine:latest")),
            ("FOO.BAR/baz", Ok("foo.bar/baz:latest")),
        ],
    );
    add(
        "one registry, Docker Hub, under names that Go takes for others",
        &[
            ("DOCKER.IO/library/alpine", Ok("docker.io/library/alpine:latest")),
            ("Docker.io/alpine", Ok("docker.io/library/alpine:latest")),
            ("docker.io:443/library/alpine", Ok("docker.io/library/alpine:latest")),
            ("registry-1.docker.io/library/alpine", Ok("docker.io/library/alpine:latest")),
        ],
    );
    let ambiguous = Err("REFERENCE_AMBIGUOUS_DOMAIN");
    add(
        "a host to Go, a path at Docker Hub to others (Rust's oci-spec), an error to still others",
        &[
            ("DOCKER/docker", ambiguous),
            ("Docker/docker", ambiguous),
            ("FOO/bar", ambiguous),
            ("Foo/bar", ambiguous),
            ("LOCALDOMAIN/debian", ambiguous),
            ("LOCALDOMAIN/fooo", ambiguous),
            ("LOCALDOMAIN/fooo/bar", ambiguous),
            ("LOCALDOMAIN/library/debian", ambiguous),
            ("LOCALHOST/alpine", ambiguous),
            ("Library/alpine", ambiguous),
            ("Localhost/alpine", ambiguous),
            ("Uppercase/lowercase:tag", ambiguous),
        ],
    );
    add(
        "Go answers with an empty domain, others with one that no host has",
        &[("a_b.com/c", Err("REFERENCE_INVALID_DOMAIN"))],
    );
    add(
        "not an address, though made of its characters",
        &[
            ("[:::::::]/a", Err("REFERENCE_INVALID_IPV6")),
            ("[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]/a", Err("REFERENCE_INVALID_IPV6")),
        ],
    );
    add(
        "not a port, or one that has another spelling too",
        &[
            ("example.com:0/alpine", Err("REFERENCE_INVALID_PORT")),
            ("example.com:080/alpine", Err("REFERENCE_INVALID_PORT")),
            ("example.com:65536/alpine", Err("REFERENCE_INVALID_PORT")),
            ("example.com:99999999999999999999/alpine", Err("REFERENCE_INVALID_PORT")),
        ],
    );
    for digest in [
        "6e1f0c7d5c3b2a190817263544536271809fa0b1c2d3e4f5061728394a5b6c7d",
        "da304e823d8ca2b9d863a3c897baeb852ba21ea9a9f1414736394ae7fcaf9821",
        "dbcc1c35ac38df41fd2f5e4130b32ffdb93ebae8b3dbe638c23575912276fc9c",
    ] {
        add(
            "a digest to Go's ParseAnyReference, an image of that name to ParseNormalizedNamed",
            &[(&format!("sha256:{digest}"), Err("REFERENCE_BARE_DIGEST"))],
        );
    }
    for host in ["x".repeat(300) + ".com", "a.".repeat(200) + "com"] {
        add("no host is that long, and Go sets no limit", &[(&format!("{host}/a"), Err("REFERENCE_DOMAIN_TOO_LONG"))]);
    }
    differences
}

#[test]
fn every_reference_is_read_as_go_reads_it() {
    let Some(document) = document() else { return };
    let cases = document["oracle"]["refs"].as_array().unwrap();
    assert_eq!(cases.len(), 487);
    let differences = differences();
    let mut met = BTreeSet::new();
    for case in cases {
        let input = text(case, "input");
        let (named, docker) = (&case["parse_normalized_named"], &case["parse_docker_ref"]);
        assert_eq!(named["ok"], docker["ok"], "{input}");
        if let Some(answer) = differences.get(input) {
            assert_eq!(&ours(input), answer, "{input}");
            assert_ne!(ours(input).ok().as_deref(), docker["string"].as_str(), "{input} is listed and no difference");
            met.insert(input.to_owned());
            continue;
        }
        let image = match input.parse::<ImageReference>() {
            Ok(image) => image,
            Err(error) => {
                assert_eq!(named["ok"], false, "{input}: {error}");
                assert!(go_codes(text(named, "err")).contains(&error.code()), "{input}: {error}, {named}");
                continue;
            }
        };
        assert_eq!(named["ok"], true, "{input}: {image:?}, {named}");
        assert_eq!(image.domain(), text(named, "domain"), "{input}");
        assert_eq!(image.path(), text(named, "path"), "{input}");
        assert_eq!(image.repository(), text(named, "name"), "{input}");
        assert_eq!(image.tag(), named["tag"].as_str(), "{input}");
        let digest = image.digest().map(ToString::to_string);
        assert_eq!(digest.as_deref(), named["digest"].as_str(), "{input}");
        assert_eq!(image.canonical(), text(docker, "string"), "{input}");
    }
    assert_eq!(met.len(), differences.len(), "listed and not met");
}

/// Our codes that one of Go's messages may stand for.
fn go_codes(message: &str) -> &'static [&'static str] {
    match message {
        "unsupported digest algorithm" => &["DIGEST_UNSUPPORTED_ALGORITHM"],
        "invalid checksum digest length" => &["DIGEST_WRONG_LENGTH"],
        "invalid checksum digest format" => &["DIGEST_NOT_LOWER_CASE_HEX"],
        "repository name must not be more than 255 characters" => &["REFERENCE_PATH_TOO_LONG"],
        // U+212A, the Kelvin sign, whose lower case is k: to us not a letter.
        "repository name must be lowercase" => &["REFERENCE_INVALID_PATH"],
        _ if message.ends_with("cannot specify 64-byte hexadecimal strings") => &["REFERENCE_BARE_DIGEST"],
        // The part that Go takes for the path may be more than that: `alpine@SHA256`.
        _ if message.ends_with("must be lowercase") => {
            &["REFERENCE_UPPER_CASE_PATH", "REFERENCE_AMBIGUOUS_DOMAIN", "DIGEST_UNSUPPORTED_ALGORITHM"]
        }
        "invalid reference format" => &[
            "DIGEST_MALFORMED",
            "DIGEST_NOT_LOWER_CASE_HEX",
            "DIGEST_UNSUPPORTED_ALGORITHM",
            "DIGEST_WRONG_LENGTH",
            "REFERENCE_EMPTY",
            "REFERENCE_INVALID_DOMAIN",
            "REFERENCE_INVALID_IPV6",
            "REFERENCE_INVALID_PATH",
            "REFERENCE_INVALID_PORT",
            "REFERENCE_INVALID_TAG",
            "REFERENCE_TAG_TOO_LONG",
        ],
        other => panic!("a message of Go that is not known: {other}"),
    }
}

/// The tables of Go's own tests, each in its own way.
#[test]
fn the_tables_of_gos_own_tests_hold() {
    let Some(document) = document() else { return };
    let differences = differences();
    for (table, rows) in document["upstream_tests"].as_object().unwrap() {
        let rows = rows.as_array().unwrap();
        assert!(!rows.is_empty(), "{table}");
        for row in rows {
            let input = row.as_str().or(row["input"].as_str()).unwrap_or_default();
            if let Some(answer) = differences.get(input) {
                assert_eq!(&ours(input), answer, "{table}: {input}");
                continue;
            }
            match table.as_str() {
                "parse" | "serialization" => raw(table, row),
                // A name alone is asked for there.
                "with_name_failure" => assert!(input == "example.com/repo:tag" || ours(input).is_err(), "{input}"),
                "domain_and_path" | "parse_named" | "normalized_split_hostname" => split(table, row),
                "normalized_valid_names" | "normalized_valid_remote_names" => assert!(ours(input).is_ok(), "{input}"),
                "normalized_invalid_names" | "normalized_invalid_remote_names" => {
                    assert!(ours(input).is_err(), "{input}");
                }
                "with_tag" => with_tag(row),
                "with_digest" => assert_eq!(ours(text(row, "combined")), Err("DIGEST_WRONG_LENGTH")),
                "parse_repository_info" => repository_info(row, &differences),
                "parse_any_reference" => any_reference(row, &differences),
                "parse_docker_ref" => assert_eq!(ours(input).as_deref(), Ok(text(row, "expected"))),
                "domain_regexp" => domain_expression(row),
                "name_regexp" | "reference_regexp" => expression(table, row),
                "identifier_regexp" => {
                    assert_eq!(ours(input) == Err("REFERENCE_BARE_DIGEST"), row["match"] == true, "{input}");
                }
                "go_digest_parse" => assert_eq!(input.parse::<Digest>().is_ok(), row["err"].is_null(), "{input}"),
                // Patterns of the `docker search` kind, over names shortened for people; ours are policy patterns.
                "familiar_match" => {}
                other => panic!("a table that is not looked at: {other}"),
            }
        }
    }
}

/// Rows of the parser that does not normalise.
fn raw(table: &str, row: &Value) {
    let input = row["input"].as_str().unwrap_or_default();
    let Ok(image) = input.parse::<ImageReference>() else {
        return assert!(row["err"].is_string(), "{table}: {input}: {row}");
    };
    if text(row, "input").starts_with("validname@sha512:") {
        // Go's test program had no SHA-512 linked in.
        return assert_eq!(row["err"], "ErrDigestUnsupported");
    }
    assert!(row["err"].is_null(), "{table}: {input}: {row}");
    let name = row["repository"].as_str().or(row["name"].as_str()).unwrap();
    is_name(&image, name);
    assert_eq!(image.tag().unwrap_or_default(), row["tag"].as_str().unwrap_or_default(), "{input}");
    let digest = image.digest().map(ToString::to_string).unwrap_or_default();
    assert_eq!(digest, row["digest"].as_str().unwrap_or_default(), "{input}");
}

/// The repository is the name as Go's parser left it, or what normalisation makes of it.
fn is_name(image: &ImageReference, name: &str) {
    let before = image.repository().strip_suffix(name).unwrap_or("another");
    assert!(["", "docker.io/", "docker.io/library/"].contains(&before), "{image:?}, {name}");
}

fn split(table: &str, row: &Value) {
    let image: ImageReference = text(row, "input").parse().unwrap();
    if row["err"] == "ErrNameNotCanonical" {
        return assert_ne!(image.repository(), text(row, "input"));
    }
    if row["domain"] == "" {
        return is_name(&image, text(row, "path"));
    }
    assert_eq!((image.domain(), image.path()), (text(row, "domain"), text(row, "path")), "{table}: {row}");
}

fn with_tag(row: &Value) {
    let combined = text(row, "combined");
    if row["digest"].is_string() {
        return assert_eq!(ours(combined), Err("DIGEST_WRONG_LENGTH"));
    }
    let image: ImageReference = combined.parse().unwrap();
    assert_eq!(image.tag(), row["tag"].as_str());
    is_name(&image, text(row, "name"));
}

fn repository_info(row: &Value, differences: &BTreeMap<String, Answer>) {
    let names = ["FamiliarName", "FullName", "AmbiguousName"].map(|name| text(row, name));
    for name in names.into_iter().filter(|name| !name.is_empty() && !differences.contains_key(*name)) {
        let image: ImageReference = name.parse().unwrap();
        assert_eq!(image.domain(), text(row, "Domain"), "{name}");
        assert_eq!(image.path(), text(row, "RemoteName"), "{name}");
    }
}

fn any_reference(row: &Value, differences: &BTreeMap<String, Answer>) {
    let (input, theirs) = (text(row, "Reference"), text(row, "Equivalent"));
    if theirs.starts_with("sha256:") {
        let listed = differences.contains_key(input) || !input.contains(':');
        assert!(listed, "{input}");
        return assert_eq!(ours(input), Err("REFERENCE_BARE_DIGEST"));
    }
    let image: ImageReference = input.parse().unwrap();
    let latest = if image.tag().is_none() && image.digest().is_none() { ":latest" } else { "" };
    assert_eq!(image.canonical(), format!("{theirs}{latest}"));
}

/// A domain, with a path behind it.
fn domain_expression(row: &Value) {
    let input = text(row, "input");
    let listed = [
        ("192.168.1.1:75050", "REFERENCE_INVALID_PORT"),
        ("192.168.1.1:750050", "REFERENCE_INVALID_PORT"),
        ("[fd00:1:2::3]:75050", "REFERENCE_INVALID_PORT"),
        ("[fd00123123123]:75050", "REFERENCE_INVALID_IPV6"),
        ("[2001:0db8:85a3:0000:0000:8a2e:0370:7334]:75050", "REFERENCE_INVALID_PORT"),
        ("[2001:0db8:85a3:0000:0000:8a2e:0370:7334]:750505", "REFERENCE_INVALID_PORT"),
    ];
    let answer = ours(&format!("{input}/a"));
    match listed.iter().find(|(listed, _)| *listed == input) {
        Some((_, code)) => {
            assert_eq!(row["match"], true);
            assert_eq!(answer, Err(*code), "{input}");
        }
        None => assert_eq!(answer.is_ok(), row["match"] == true, "{input}: {answer:?}"),
    }
}

/// A whole name or reference, and its parts where the row has them.
fn expression(table: &str, row: &Value) {
    let input = text(row, "input");
    let Ok(image) = input.parse::<ImageReference>() else {
        // The expression alone knows no limit.
        let too_long = ours(input) == Err("REFERENCE_PATH_TOO_LONG");
        return assert_eq!(row["match"] == true, too_long, "{table}: {input}");
    };
    if table == "name_regexp" && image.tag().is_some() {
        return assert_eq!(row["match"], false, "a name has no tag: {input}");
    }
    assert_eq!(row["match"], true, "{table}: {input}");
    let Some(parts) = row["subs"].as_array() else { return };
    let parts: Vec<&str> = parts.iter().map(|part| part.as_str().unwrap()).collect();
    match (table, parts.as_slice()) {
        ("name_regexp", [domain, path]) => is_name(&image, format!("{domain}/{path}").trim_start_matches('/')),
        ("reference_regexp", [name, tag, digest]) => {
            is_name(&image, name);
            assert_eq!(image.tag().unwrap_or_default(), *tag);
            assert_eq!(image.digest().map(ToString::to_string).unwrap_or_default(), *digest);
        }
        _ => panic!("{row}"),
    }
}

fn document() -> Option<Value> {
    let path = support::vectors("reference/distribution_reference_cases.json")?;
    Some(serde_json::from_slice(&fs::read(path).unwrap()).unwrap())
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap()
}
