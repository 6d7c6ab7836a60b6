//! docs/CODES.md lists every code that there is, and no other.
#![cfg(feature = "alloc")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::indexing_slicing, clippy::string_slice, reason = "a test fails by panicking")]

use dokimos::{
    AlgorithmError, DigestError, KeyError, KeyIdError, PemError, ReasonCode, ReferenceError, RsaKeyError,
    SignatureError, TimeError,
};
use regex::Regex;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The rows of each section's table, as cells.
fn sections() -> BTreeMap<String, Vec<Vec<String>>> {
    let text = fs::read_to_string(root().join("../docs/CODES.md")).expect("CODES.md");
    let mut sections: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
    let mut section = String::new();
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            section = title.into();
        } else if let Some(row) = line.strip_prefix("| ").and_then(|line| line.strip_suffix(" |")) {
            let cells: Vec<String> = row.split(" | ").map(String::from).collect();
            if !cells.iter().all(|cell| cell == "---") && !cells.contains(&"code".into()) {
                sections.entry(section.clone()).or_default().push(cells);
            }
        }
    }
    sections
}

fn plain(cell: &str) -> String {
    cell.strip_prefix('`').and_then(|cell| cell.strip_suffix('`')).unwrap_or_else(|| panic!("{cell}")).into()
}

/// The codes of a section, in their order, each with a meaning and something to do.
fn codes(section: &str) -> Vec<String> {
    let rows = sections().remove(section).unwrap_or_else(|| panic!("no section {section}"));
    let code = |row: &Vec<String>| {
        assert!(row.len() == 3 && row.iter().skip(1).all(|cell| cell.ends_with(['.', '…', '`'])), "{row:?}");
        plain(&row[0])
    };
    rows.iter().map(code).collect()
}

#[test]
fn reasons_stand_with_number_code_and_description() {
    let rows = sections().remove("Reasons").expect("reasons");
    let listed: Vec<_> = rows.iter().map(|row| (row[0].clone(), plain(&row[1]), row[2].clone())).collect();
    let expected: Vec<_> = ReasonCode::ALL
        .iter()
        .map(|code| (code.number().to_string(), code.code().to_owned(), code.description().to_owned()))
        .collect();
    assert_eq!(listed, expected);
    assert!(rows.iter().all(|row| row.len() == 4 && row[3].ends_with('.')), "{rows:#?}");
    let numbers: Vec<_> = ReasonCode::ALL.iter().map(|code| code.number()).collect();
    assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
}

/// Each error gives codes of its section: one of each type shows that the sections are those of the types.
#[test]
fn each_error_has_its_code_in_its_section() {
    for (section, code) in [
        ("References", ReferenceError::BareDigest.code()),
        ("Digests", ReferenceError::InvalidDigest(DigestError::Malformed).code()),
        ("Keys", KeyError::NotDer.code()),
        ("Keys", KeyError::Rsa(RsaKeyError::ModulusEven).code()),
        ("Keys", RsaKeyError::ModulusTooSmall { bits: 1024 }.code()),
        ("PEM", KeyError::Pem(PemError::NoBlock).code()),
        ("Key ids", KeyIdError::Empty.code()),
        ("Algorithms", AlgorithmError::Unknown.code()),
        ("Times", TimeError::Syntax.code()),
        ("Signatures", SignatureError::Length { expected: 256, found: 1 }.code()),
        ("Signatures", SignatureError::Mismatch.code()),
        ("Signatures", SignatureError::OutOfRange.code()),
    ] {
        assert!(codes(section).contains(&code.to_owned()), "{code} is not in {section}");
    }
}

/// Against the source, since no type can say which codes the others have.
#[test]
fn every_code_of_the_source_is_listed_and_no_other() {
    let source = source();
    let problems = found(&source["document.rs"], r#"pub\(crate\) const \w+: &str = "([A-Z_]+)";"#);
    assert_eq!(set("Problems of documents"), problems);

    let mut warnings =
        found(&source["policy/warning.rs"], r#"warn(?:ings\.add\(|\((?:&mut )?warnings,)\s*"([A-Z_]+)""#);
    warnings.extend(found(&source["policy/pattern/risk.rs"], r#"=> \(\s*"([A-Z_]+)","#));
    assert_eq!(set("Warnings"), warnings);

    let sections = ["References", "Digests", "Keys", "PEM", "Key ids", "Algorithms", "Times", "Signatures"];
    let prefixes = ["REFERENCE_", "DIGEST_", "KEY_", "PEM_", "KEY_ID_", "ALGORITHM_", "TIME_", "SIGNATURE_"];
    let mut listed = BTreeSet::new();
    for (section, prefix) in sections.iter().zip(prefixes) {
        let codes = codes(section);
        assert!(codes.is_sorted(), "{section} is sorted by code: {codes:?}");
        for code in codes {
            assert!(code.starts_with(prefix), "{code} in {section}");
            assert!(*section != "Keys" || !code.starts_with("KEY_ID_"), "{code} in {section}");
            assert!(listed.insert(code.clone()), "{code} stands twice");
        }
    }
    let others = ["document.rs", "policy/warning.rs", "policy/pattern/risk.rs", "decision/reason.rs"];
    let errors: BTreeSet<_> = source
        .iter()
        .filter(|(file, _)| !others.contains(&file.as_str()))
        .flat_map(|(_, text)| match_arms(text))
        .collect();
    assert_eq!(listed, errors);
    assert_eq!(sections.len() + 3, self::sections().len(), "a section that no test looks at");
}

fn set(section: &str) -> BTreeSet<String> {
    codes(section).into_iter().collect()
}

/// Every file of the source, by its path below `src`.
fn source() -> BTreeMap<String, String> {
    fn walk(folder: &Path, root: &Path, files: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, root, files);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
                files.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    let mut files = BTreeMap::new();
    walk(&root().join("src"), &root().join("src"), &mut files);
    files
}

/// The texts that the functions named `code` give.
fn match_arms(text: &str) -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    for body in text.split("fn code(").skip(1) {
        let end = body.find("\n    }\n").expect("the end of a method");
        codes.extend(found(&body[..end], r#"=> "([A-Z0-9_]+)","#));
    }
    codes
}

fn found(text: &str, pattern: &str) -> BTreeSet<String> {
    Regex::new(pattern).unwrap().captures_iter(text).map(|captures| captures[1].to_owned()).collect()
}
