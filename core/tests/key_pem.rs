//! The PEM around a key: what is tolerated, and each thing that is not.
#![cfg(feature = "alloc")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking"
)]

use dokimos::{KeyError, PemError, PublicKey};
use proptest::prelude::*;

const SPKI: &str = include_str!("../../testdata/keys/rsa-2048.pem");
const PKCS1: &str = include_str!("../../testdata/keys/rsa-2048.pkcs1.pem");
const OTHER: &str = include_str!("../../testdata/keys/rsa-3072.pem");

const BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
const END: &str = "-----END PUBLIC KEY-----";

fn read(pem: impl AsRef<[u8]>) -> Result<PublicKey, KeyError> {
    PublicKey::from_pem(pem, "RSA_PSS_SHA_256".parse().unwrap())
}

fn key() -> PublicKey {
    read(SPKI).unwrap()
}

/// The base64 of the key in one line.
fn body() -> String {
    SPKI.lines().filter(|line| !line.starts_with('-')).collect()
}

fn block(body: &str) -> String {
    format!("{BEGIN}\n{body}\n{END}\n")
}

/// The key with one text in place of another.
fn with(from: &str, to: &str) -> String {
    assert!(SPKI.contains(from));
    SPKI.replace(from, to)
}

#[test]
fn what_is_tolerated() {
    for pem in [
        SPKI.to_owned(),
        PKCS1.to_owned(),
        SPKI.trim_end().to_owned(),
        SPKI.replace('\n', "\r\n"),
        SPKI.replace('\n', " \t\r\n"),
        format!("{SPKI}\n\r\n \t\n"),
        format!("\n\n{SPKI}"),
        format!("# the release key\nuid: release@example.com\n-----\n{SPKI}"),
        format!("Key-Type: RSA\r\n\r\n{SPKI}"),
        format!("caf\u{e9} \u{1f511}\n{SPKI}"),
        block(&body()),
        with(BEGIN, &format!("{BEGIN}\n\n")),
    ] {
        assert_eq!(read(&pem), Ok(key()), "{pem}");
    }
    // Bytes that are no UTF-8 before the block.
    assert_eq!(read([b"\xff\xfe key\n", SPKI.as_bytes()].concat()), Ok(key()));
}

#[test]
fn there_is_exactly_one_block_and_nothing_behind_it() {
    for (pem, error) in [
        (String::new(), PemError::NoBlock),
        ("malformed key".to_owned(), PemError::NoBlock),
        (body(), PemError::NoBlock),
        (format!(" {SPKI}"), PemError::EndWithoutBegin),
        (format!("\u{feff}{SPKI}"), PemError::EndWithoutBegin),
        (SPKI.to_lowercase(), PemError::NoBlock),
        (with("-----BEGIN", "----BEGIN"), PemError::EndWithoutBegin),
        (format!("{END}\n{SPKI}"), PemError::EndWithoutBegin),
        (SPKI.replace(END, ""), PemError::NoEnd),
        (BEGIN.to_owned(), PemError::NoEnd),
        (format!("{BEGIN}\n{SPKI}"), PemError::NoEnd),
        (format!("{SPKI}{SPKI}"), PemError::SecondBlock),
        (format!("{SPKI}{OTHER}"), PemError::SecondBlock),
        (format!("{SPKI}{PKCS1}"), PemError::SecondBlock),
        (format!("{SPKI}{BEGIN}"), PemError::SecondBlock),
        (format!("{SPKI}{}", OTHER.replace("PUBLIC", "PRIVATE")), PemError::SecondBlock),
        (format!("{SPKI}{END}"), PemError::TextAfterBlock),
        (format!("{SPKI}extra data"), PemError::TextAfterBlock),
        (format!("{SPKI}\n\n\n."), PemError::TextAfterBlock),
        (format!("{SPKI}\0"), PemError::TextAfterBlock),
    ] {
        assert_eq!(read(&pem), Err(KeyError::Pem(error)), "{pem}");
    }
}

#[test]
fn boundaries_are_whole() {
    for (from, to) in [
        (BEGIN, "-----BEGIN PUBLIC KEY----"),
        (BEGIN, "-----BEGIN PUBLIC KEY"),
        (BEGIN, "-----BEGINPUBLIC KEY-----"),
        (BEGIN, "-----BEGIN"),
        (BEGIN, "-----BEGIN PUBLIC KEY-----MIIB"),
        (END, "-----END PUBLIC KEY----"),
        (END, "-----ENDPUBLIC KEY-----"),
        (END, "-----END PUBLIC KEY-----,"),
        (END, "-----END PUBLIC KEY----- -----BEGIN PUBLIC KEY"),
    ] {
        assert_eq!(read(with(from, to)), Err(KeyError::Pem(PemError::Boundary)), "{to}");
    }
    assert_eq!(read(format!("{SPKI}-----BEGIN")), Err(KeyError::Pem(PemError::Boundary)));
}

#[test]
fn the_label_says_what_is_in_the_block() {
    let labelled = |label: &str| SPKI.replace("PUBLIC KEY", label);
    for label in ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "OPENSSH PRIVATE KEY"] {
        assert_eq!(read(labelled(label)), Err(KeyError::PrivateKey), "{label}");
    }
    for label in ["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"] {
        assert_eq!(read(labelled(label)), Err(KeyError::Certificate), "{label}");
    }
    for label in [
        "",
        " PUBLIC KEY",
        "PUBLIC KEY ",
        "PUBLIC  KEY",
        "public key",
        "EC PUBLIC KEY",
        "DSA PUBLIC KEY",
        "SSH2 PUBLIC KEY",
        "PGP PUBLIC KEY BLOCK",
        "CERTIFICATE REQUEST",
        "X509 CRL",
        "PUBLIC KEY-----",
    ] {
        let error = read(labelled(label)).unwrap_err();
        assert_eq!(error, KeyError::Pem(PemError::Label { label: label.to_owned() }));
        assert!(error.to_string().contains(&format!("`{label}`")), "{error}");
    }
    // What stands in a message is short and has no control characters.
    let text = read(labelled(&format!("\u{1b}[2J{}", "X".repeat(1000)))).unwrap_err().to_string();
    assert!(text.len() < 200 && !text.contains('\u{1b}'), "{text}");
    // An old encrypted private key has headers, but what matters is that it is private.
    let old = with(BEGIN, "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED");
    assert_eq!(read(old), Err(KeyError::PrivateKey));

    for (from, to, label) in [
        (END, "-----END RSA PUBLIC KEY-----", "RSA PUBLIC KEY"),
        (END, "-----END PRIVATE KEY-----", "PRIVATE KEY"),
        (END, "-----END PUBLIC KEY -----", "PUBLIC KEY "),
    ] {
        assert_eq!(read(with(from, to)), Err(KeyError::Pem(PemError::EndDiffers { label: label.to_owned() })));
    }

    let differs = Err(KeyError::Pem(PemError::ContentDiffers));
    assert_eq!(read(SPKI.replace("PUBLIC KEY", "RSA PUBLIC KEY")), differs);
    assert_eq!(read(PKCS1.replace("RSA PUBLIC KEY", "PUBLIC KEY")), differs);
}

#[test]
fn the_body_is_strict_base64() {
    let body = body();
    // 294 bytes need no padding; shorter texts below do.
    assert!(!body.contains('='));
    for wrong in [
        format!("{body}="),
        format!("{body}===="),
        format!("={body}"),
        body[..body.len() - 1].to_owned(),
        body.replacen('+', "-", 1).replacen('/', "_", 1),
        body.replacen("MII", "M II", 1),
        body.replacen("MII", "M\tII", 1),
        format!(" {body}"),
        body.replacen("MII", "MII\u{e9}", 1),
        body.replacen("MII", "MII\0", 1),
        body.replacen("MII", "MII\r", 1),
        body.replacen("MII", "MII*", 1),
        body.replacen("MII", "MII-----", 1),
        format!("{body}\n=AbCd"),
    ] {
        assert_eq!(read(block(&wrong)), Err(KeyError::Pem(PemError::Base64)), "{wrong}");
    }
    // With padding: `AA==` is one zero byte, and bits behind it must be zero.
    for (text, code) in [("AA==", "KEY_NOT_A_KEY"), ("AB==", "PEM_BASE64"), ("AA=", "PEM_BASE64"), ("AA", "PEM_BASE64")]
    {
        assert_eq!(read(block(text)).unwrap_err().code(), code, "{text}");
    }
    for (text, code) in [("MAA=", "KEY_TRUNCATED"), ("MAB=", "PEM_BASE64"), ("MAA", "PEM_BASE64")] {
        assert_eq!(read(block(text)).unwrap_err().code(), code, "{text}");
    }
    assert_eq!(read(block("")), Err(KeyError::Truncated));
    for header in ["Proc-Type: 4,ENCRYPTED", "Comment: mine", "X:"] {
        let pem = with(BEGIN, &format!("{BEGIN}\n{header}\n"));
        assert_eq!(read(pem), Err(KeyError::Pem(PemError::Header)), "{header}");
    }
}

#[test]
fn a_text_longer_than_any_key_is_not_looked_at() {
    let limit = 64 * 1024;
    let padded = |length: usize| format!("{}{SPKI}", "\n".repeat(length - SPKI.len()));
    assert_eq!(read(padded(limit)), Ok(key()));
    assert_eq!(read(padded(limit + 1)), Err(KeyError::TooLong { bytes: limit + 1, limit }));
}

#[test]
fn each_error_has_its_own_code_and_one_line() {
    let label = || "X".to_owned();
    let errors = [
        PemError::Base64,
        PemError::Boundary,
        PemError::ContentDiffers,
        PemError::EndDiffers { label: label() },
        PemError::EndWithoutBegin,
        PemError::Header,
        PemError::Label { label: label() },
        PemError::NoBlock,
        PemError::NoEnd,
        PemError::SecondBlock,
        PemError::TextAfterBlock,
    ];
    let codes: std::collections::HashSet<_> = errors.iter().map(PemError::code).collect();
    assert_eq!(codes.len(), errors.len());
    for error in errors {
        let text = KeyError::Pem(error.clone()).to_string();
        assert_eq!(KeyError::Pem(error.clone()).code(), error.code());
        assert!(!text.contains('\n') && !text.ends_with('.'), "{text}");
    }
}

proptest! {
    #[test]
    fn lines_have_any_length(cuts in proptest::collection::vec(1_usize..100, 1..50), crlf in any::<bool>()) {
        let body = body();
        let (mut text, mut rest, mut cuts) = (String::new(), &body[..], cuts.into_iter().cycle());
        while !rest.is_empty() {
            let (line, after) = rest.split_at(cuts.next().unwrap().min(rest.len()));
            text.push_str(line);
            text.push_str(if crlf { "\r\n" } else { "\n" });
            rest = after;
        }
        prop_assert_eq!(read(block(text.trim_end())), Ok(key()));
    }

    /// A changed character is refused, stands where text is tolerated, or gives another key: in the base64 of the
    /// modulus. It never gives the same key by other bytes within the block.
    #[test]
    fn a_changed_character_in_the_block_is_refused_or_gives_another_key(
        place in 0_usize..450,
        character in any::<char>(),
    ) {
        let mut characters: Vec<char> = SPKI.chars().collect();
        let place = place.min(characters.len() - 2);
        prop_assume!(characters[place] != character);
        let was_line_end = characters[place] == '\n';
        characters[place] = character;
        let pem: String = characters.into_iter().collect();
        if let Ok(other) = read(&pem) {
            prop_assert!(other != key() || (was_line_end && character.is_ascii_whitespace()), "{}", pem);
        }
    }

    #[test]
    fn any_text_is_refused(text in "(?s).{0,200}") {
        prop_assert!(read(&text).is_err());
        prop_assert!(read(block(&text)).is_err());
        let followed = read([SPKI, &text].concat());
        prop_assert!(followed.is_err() || text.trim_ascii().is_empty());
    }
}
