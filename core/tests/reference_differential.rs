//! The scanner against the grammar as one regular expression, with Go's normalisation written out the plain way.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    clippy::std_instead_of_core,
    reason = "tests fail by panicking, and have std"
)]

mod support;

use dokimos::{Digest, ImageReference};
use proptest::prelude::*;
use regex::Regex;
use std::{fs, net::Ipv6Addr, sync::LazyLock};

/// What github.com/distribution/reference compiles, with its names for the parts.
fn grammar() -> String {
    let alphanumeric = "[a-z0-9]+";
    let separator = r"(?:[._]|__|[-]+)";
    let component = format!("{alphanumeric}(?:{separator}{alphanumeric})*");
    let path = format!("{component}(?:/{component})*");
    let label = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
    let host = format!(r"(?:{label}(?:\.{label})*|\[(?:[a-fA-F0-9:]+)\])");
    let name = format!("(?:{host}(?::[0-9]+)?/)?{path}");
    let tag = r"[\w][\w.-]{0,127}";
    let digest = "[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*[:][[:xdigit:]]{32,}";
    format!("^({name})(?::({tag}))?(?:@({digest}))?$")
}

/// Go's `\w` is ASCII alone; this engine's is not unless told so.
static REFERENCE: LazyLock<Regex> = LazyLock::new(|| Regex::new(&format!("(?-u){}", grammar())).unwrap());

/// The canonical form as Go's rules and our own give it; none where either refuses.
fn reference(text: &str) -> Option<String> {
    if text.len() > 1024 {
        return None;
    }
    let (first, rest) = text.split_once('/').unwrap_or(("", text));
    let (domain, rest) = if first.contains(['.', ':']) || first == "localhost" {
        (first.to_ascii_lowercase(), rest)
    } else if first != first.to_ascii_lowercase() {
        return None;
    } else {
        ("docker.io".to_owned(), text)
    };
    let hub = ["docker.io", "index.docker.io", "registry-1.docker.io"];
    let hub = hub.contains(&domain.strip_suffix(":443").unwrap_or(&domain));
    let library = if hub && !rest.split([':', '@']).next()?.contains('/') { "library/" } else { "" };
    let whole = format!("{domain}/{library}{rest}");
    let parts = REFERENCE.captures(&whole)?;
    let (domain, path) = parts[1].split_once('/')?;
    let domain = if hub { "docker.io".to_owned() } else { host(domain)? };
    // The expression takes a first component that is no host for a path: `a_b.com/c`.
    if domain.contains('_') {
        return None;
    }
    if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) || is_digest(&text.to_lowercase()) {
        return None;
    }
    if domain.len() > 255 || path.len() > 255 || first.len() > 255 {
        return None;
    }
    match parts.get(3) {
        Some(digest) => is_digest(digest.as_str()).then(|| format!("{domain}/{path}@{}", digest.as_str())),
        None => Some(format!("{domain}/{path}:{}", parts.get(2).map_or("latest", |tag| tag.as_str()))),
    }
}

fn is_digest(text: &str) -> bool {
    text.parse::<Digest>().is_ok()
}

fn host(domain: &str) -> Option<String> {
    let end = domain.rfind(']').map_or(0, |end| end + 1);
    let (host, port) = match domain[end..].find(':') {
        Some(colon) => (&domain[..end + colon], Some(&domain[end + colon + 1..])),
        None => (domain, None),
    };
    let host = match host.strip_prefix('[') {
        Some(address) => {
            let address: Ipv6Addr = address.strip_suffix(']')?.parse().ok()?;
            match address.to_ipv4_mapped().map(u32::from) {
                Some(inner) => format!("[::ffff:{:x}:{:x}]", inner >> 16, inner & 0xffff),
                None => format!("[{address}]"),
            }
        }
        None => host.to_owned(),
    };
    match port {
        None => Some(host),
        Some("443") if host.contains(['.', ':']) || host == "localhost" => Some(host),
        Some(port) => {
            let number: u16 = port.parse().ok().filter(|number| *number > 0)?;
            (number.to_string() == port).then(|| format!("{host}:{port}"))
        }
    }
}

#[test]
fn the_grammar_is_the_one_that_go_compiles() {
    let Some(path) = support::vectors("reference/distribution_reference_cases.json") else { return };
    let document: serde_json::Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    assert_eq!(document["regexps_as_compiled"]["ReferenceRegexp"], grammar());
    for case in document["oracle"]["refs"].as_array().unwrap() {
        agree(case["input"].as_str().unwrap()).unwrap();
    }
}

fn agree(text: &str) -> Result<(), TestCaseError> {
    let ours = text.parse::<ImageReference>();
    let answer = ours.as_ref().ok().map(|image| image.canonical().to_owned());
    prop_assert_eq!(answer, reference(text), "{:?}: {:?}", text, ours);
    Ok(())
}

/// Strings over the characters that matter, in lumps that make whole references likely.
fn text() -> impl Strategy<Value = String> {
    let lump = prop_oneof![
        8 => "[a-z0-9]{1,3}",
        4 => "[._:/@-]",
        2 => "__|--|//|\\.\\.",
        2 => "[A-Z]",
        2 => "docker\\.io|index\\.docker\\.io|Registry-1\\.docker\\.io|localhost|library|example\\.com",
        2 => "/",
        1 => ":443/|:80/|:0443/|:5000/|:65535/|:65536/",
        1 => "\\[::1\\]|\\[2001:DB8::0:1\\]|\\[::ffff:a:b\\]|\\[[0-9a-f:]{0,6}\\]",
        1 => "@sha256:[0-9a-f]{64}|@sha384:[0-9a-f]{96}|@sha256:[0-9a-fA-F]{64}|sha256:[0-9a-f]{64}|[0-9a-f]{64}|@md5:[0-9a-f]{32}",
        1 => "[ \n\t\u{0}\u{430}\u{661}\u{212a}%*?~+\\\\]",
    ];
    prop::collection::vec(lump, 0..8).prop_map(|lumps| lumps.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn the_scanner_and_the_expression_agree(text in text()) {
        agree(&text)?;
    }

    #[test]
    fn they_agree_near_the_limits(host in 240usize..260, path in 235usize..260, tag in 120usize..135, hub in any::<bool>()) {
        let host = if hub { String::new() } else { format!("{}.io/", "h".repeat(host)) };
        agree(&format!("{host}{}:{}", "p".repeat(path), "t".repeat(tag)))?;
    }
}
