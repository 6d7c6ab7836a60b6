//! A regular expression as second opinion, over random patterns and images.

use super::*;
use alloc::{borrow::ToOwned, string::String};
use proptest::prelude::*;
use regex::Regex;

/// A pattern with a host, written out as a regular expression over the canonical form: `docker.io/library/alpine:3`.
fn expression(pattern: &str) -> Regex {
    let (host, rest) = pattern.split_once('/').unwrap();
    let (path, version) = rest.split_at(rest.find([':', '@']).unwrap_or(rest.len()));
    let library = if host == "docker.io" && !path.contains('/') && path != "**" { "library/" } else { "" };
    let host = regex::escape(host).replace("\\*", "[a-z0-9-]*");
    let path = regex::escape(path).replace("\\*\\*", "[^:@]+").replace("\\*", "[^/:@]*");
    let version = match version {
        "" => "[:@].*".to_owned(),
        _ => regex::escape(version).replace("\\*", ".*"),
    };
    Regex::new(&alloc::format!("^{host}/{library}{path}{version}$")).unwrap()
}

/// An image, and a pattern made of its name by putting stars for parts of it.
fn starred() -> impl Strategy<Value = (String, String)> {
    let cuts = prop::collection::vec((any::<prop::sample::Index>(), 0usize..4), 0..4);
    (images(), cuts, any::<bool>()).prop_map(|(image, cuts, subtree)| {
        let mut pattern = image.parse::<ImageReference>().unwrap().canonical().to_owned();
        for (index, length) in cuts {
            let start = index.index(pattern.len());
            let end = start.saturating_add(length).min(pattern.len());
            pattern.replace_range(start..end, "*");
        }
        if subtree && let Some(slash) = pattern.rfind('/') {
            pattern.truncate(slash);
            pattern.push_str("/**");
        }
        (image, pattern)
    })
}

/// Both answers, where the pattern is one with a host.
fn agree(pattern: &str, image: &str) -> Result<(), TestCaseError> {
    let first = pattern.split_once('/').map_or("", |(first, _)| first);
    let image = image.parse::<ImageReference>();
    if let (true, Ok(parsed), Ok(image)) = (Domain::is_one(first), ImagePattern::parse(pattern), image) {
        prop_assert_eq!(
            parsed.matches(&image),
            expression(pattern).is_match(image.canonical()),
            "{} {:?}",
            pattern,
            image
        );
    }
    Ok(())
}

/// A text in which no two stars stand side by side.
const PIECE: &str = "(\\*|\\*?[ab]{1,2}(\\*[ab]{1,2})?\\*?)";

/// Texts that match an expression.
fn texts(expression: &str) -> impl Strategy<Value = String> + use<> {
    proptest::string::string_regex(expression).unwrap()
}

fn hosts() -> impl Strategy<Value = String> {
    texts(&alloc::format!("{PIECE}(\\.{PIECE}){{1,2}}(:5000)?|localhost|docker\\.io"))
}

fn paths() -> impl Strategy<Value = String> {
    texts(&alloc::format!("{PIECE}(/{PIECE}){{0,2}}(/\\*\\*)?"))
}

fn versions() -> impl Strategy<Value = String> {
    texts(&alloc::format!("|:{PIECE}|@\\*|@sha256:0?\\*0?|@sha512:0\\*"))
}

fn images() -> impl Strategy<Value = String> {
    let host = texts("([ab]{1,3}(\\.[ab]{1,3}){1,2}|localhost|docker\\.io)(:5000)?");
    let digest = alloc::format!("@sha256:0{{64}}|@sha512:0{{128}}|@sha256:{HASH}");
    let version = texts(&alloc::format!("|:[ab]{{1,3}}|{digest}|:a({digest})"));
    (host, texts("[ab]{1,4}(/[ab]{1,4}){0,3}"), version)
        .prop_map(|(host, path, version)| alloc::format!("{host}/{path}{version}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn a_regular_expression_agrees(host in hosts(), path in paths(), version in versions(), image in images()) {
        agree(&alloc::format!("{host}/{path}{version}"), &image)?;
    }

    #[test]
    fn a_regular_expression_agrees_on_what_is_alike((image, pattern) in starred(), other in images()) {
        agree(&pattern, &image)?;
        agree(&pattern, &other)?;
        agree(&pattern, &image.replacen('a', "b", 1))?;
        agree(&pattern, &image.replacen("b", "a/b", 1))?;
    }

    /// A reference is a pattern of itself, and with a star put for any part of its last segment still is.
    #[test]
    fn a_reference_matches_itself(image in images(), cut in 0usize..4) {
        let parsed: ImageReference = image.parse().unwrap();
        prop_assert!(ImagePattern::parse(parsed.canonical()).unwrap().matches(&parsed));
        let mut starred = parsed.repository().to_owned();
        let last = starred.rfind('/').unwrap();
        starred.truncate(starred.len().saturating_sub(cut).max(last.saturating_add(1)));
        starred.push('*');
        prop_assert!(ImagePattern::parse(&starred).unwrap().matches(&parsed), "{}", starred);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,30}|[a-z*/.:@\\[\\]-]{0,30}", image in images()) {
        if let Ok(pattern) = ImagePattern::parse(&text) {
            let _ = pattern.matches(&image.parse().unwrap());
            prop_assert!(pattern.covers(&pattern));
            prop_assert!(pattern.risks().len() <= 4);
        }
        let _ = NamePattern::parse(&text);
    }

    #[test]
    fn what_is_covered_is_matched(
        wide in ("a\\.b|\\*\\.b", "\\*|(a?\\*|a|a\\*a)(/a?\\*?)?(/\\*\\*)?", "|:a?\\*"),
        narrow in ("a\\.b|a\\*\\.b", "\\*|(a?\\*|a|aa)(/a?\\*?)?(/\\*\\*)?", "|:a?\\*|:a"),
        image in ("a{1,2}\\.b", "a{1,2}(/a{1,2}){0,3}", "|:a{1,2}"),
    ) {
        let [wide, narrow] = [wide, narrow].map(|(host, path, version)| alloc::format!("{host}/{path}{version}"));
        if let (Ok(wide), Ok(narrow)) = (ImagePattern::parse(&wide), ImagePattern::parse(&narrow)) {
            let image: ImageReference = alloc::format!("{}/{}{}", image.0, image.1, image.2).parse().unwrap();
            prop_assert!(!wide.covers(&narrow) || !narrow.matches(&image) || wide.matches(&image), "{:?} {:?}", wide, narrow);
        }
    }

    #[test]
    fn names_match_as_a_regular_expression_does(pattern in "[ab*]{1,8}", other in "[ab*]{1,8}", name in "[ab]{0,10}") {
        let regex = Regex::new(&alloc::format!("^{}$", pattern.replace('*', ".*"))).unwrap();
        let parsed = NamePattern::parse(&pattern).unwrap();
        prop_assert_eq!(parsed.matches(&name), regex.is_match(&name));
        let other = NamePattern::parse(&other).unwrap();
        prop_assert!(!parsed.covers(&other) || !other.matches(&name) || parsed.matches(&name));
    }
}
