//! `dokimos key`: every form of key in, one entry of a policy or one id out.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::std_instead_of_core,
    reason = "a test fails by panicking, and needs std"
)]

mod support;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;
use support::{Folder, programs, testdata, vectors};

#[test]
fn the_entry_is_the_same_from_every_form() {
    let folder = Folder::new("key-forms");
    folder.make_key("key", "2048");
    let pem = folder.text("key.pub.pem");
    let key = dokimos::PublicKey::from_pem(&pem, "RSA_PSS_SHA_256".parse().unwrap()).unwrap();
    folder.write("spki.der", key.to_spki_der());
    folder.write("remark.pem", format!("the key of the release team, 2026\n\n{pem}"));
    folder.write("alibaba.txt", STANDARD.encode(&pem));
    folder.write("wrapped.txt", STANDARD.encode(&pem).replace("LS0t", "LS0t\n") + "\r\n");
    folder.write("bare.txt", STANDARD.encode(key.to_spki_der()));
    let import = |file: &str| folder.run(&["key", "import", "--algorithm", "rsa-pss-2048-sha256", file]).succeeds();
    let expected = import("key.pub.pem");
    let indented: String = pem.lines().map(|line| format!("      {line}\n")).collect();
    assert_eq!(expected, format!("publicKeys:\n  - algorithm: RSA_PSS_2048_SHA256\n    pem: |\n{indented}"));
    for file in ["key.pem", "spki.der", "remark.pem", "alibaba.txt", "wrapped.txt", "bare.txt"] {
        assert_eq!(import(file), expected, "{file}");
    }
    let import = ["key", "import", "--algorithm", "rsa-pss-2048-sha256", "-"];
    assert_eq!(folder.run_with_input(&import, pem.as_bytes()).succeeds(), expected);
}

#[test]
fn private_keys_of_openssl_are_read_and_only_their_public_half_printed() {
    if !programs(&["openssl"]) {
        return;
    }
    let folder = Folder::new("key-private");
    folder.make_key("key", "2048");
    folder.tool("openssl", &["pkey", "-in", "key.pem", "-traditional", "-out", "pkcs1.pem"]);
    folder.tool("openssl", &["pkey", "-in", "key.pem", "-traditional", "-outform", "DER", "-out", "pkcs1.der"]);
    folder.tool("openssl", &["pkcs8", "-topk8", "-nocrypt", "-in", "key.pem", "-outform", "DER", "-out", "pkcs8.der"]);
    folder.tool("openssl", &["rsa", "-in", "key.pem", "-RSAPublicKey_out", "-out", "pkcs1.pub.pem"]);
    assert!(folder.text("pkcs1.pem").starts_with("-----BEGIN RSA PRIVATE KEY-----"));
    let import = |file: &str| folder.run(&["key", "import", "--algorithm", "RSA_PSS_SHA_256", file]).succeeds();
    let expected = import("key.pub.pem");
    for file in ["key.pem", "pkcs1.pem", "pkcs1.der", "pkcs8.der", "pkcs1.pub.pem"] {
        assert_eq!(import(file), expected, "{file}");
    }

    let encrypt = ["pkcs8", "-topk8", "-in", "key.pem", "-passout", "pass:secret", "-out", "encrypted.pem"];
    folder.tool("openssl", &encrypt);
    folder.run(&["key", "id", "encrypted.pem"]).fails(
        3,
        "encrypted.pem: the private key is encrypted; decrypt it into the standard input: \
         openssl pkey -in FILE | dokimos … -",
    );
    folder.tool("openssl", &["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "ec.pem"]);
    folder.run(&["key", "id", "ec.pem"]).fails(3, "ec.pem: the private key is not an RSA key");
}

/// A key made for RSASSA-PSS alone stays so, from its private half to the policy.
#[test]
fn restrictions_of_a_private_key_are_kept() {
    if !programs(&["openssl"]) {
        return;
    }
    let folder = Folder::new("key-pss");
    let options = ["rsa_keygen_bits:2048", "rsa_pss_keygen_md:sha512", "rsa_pss_keygen_saltlen:40"];
    let mut genpkey = vec!["genpkey", "-algorithm", "RSA-PSS", "-out", "pss.pem"];
    for option in options.iter().chain([&"rsa_pss_keygen_mgf1_md:sha512"]) {
        genpkey.extend(["-pkeyopt", option]);
    }
    folder.tool("openssl", &genpkey);
    folder.tool("openssl", &["pkey", "-in", "pss.pem", "-pubout", "-out", "pss.pub.pem"]);
    let import = |algorithm, file| folder.run(&["key", "import", "--algorithm", algorithm, file]);
    let entry = import("RSA_PSS_SHA_512", "pss.pem").succeeds();
    assert_eq!(entry, import("RSA_PSS_SHA_512", "pss.pub.pem").succeeds());
    let body = folder.text("pss.pub.pem");
    assert!(body.lines().all(|line| entry.contains(line)), "{entry}");
    for file in ["pss.pem", "pss.pub.pem"] {
        let only = "the key may be used only";
        import("RSA_PKCS1_SHA_512", file)
            .fails(3, &format!("{file}: {only} for RSASSA-PSS, but the algorithm is RSASSA-PKCS1-v1_5"));
        import("RSA_PSS_SHA_256", file)
            .fails(3, &format!("{file}: {only} with SHA-512, but the algorithm has another hash"));
        let sha256 = folder.tool("sh", &["-c", "openssl pkey -pubin -in pss.pub.pem -outform DER | sha256sum"]);
        let sha256 = String::from_utf8(sha256).unwrap();
        assert_eq!(folder.run(&["key", "id", "--format", "hex", file]).succeeds().trim(), &sha256[..64]);
    }
    // It signs with the salt length that it demands, and with no other.
    let sign = ["sign", "--key", "pss.pem", "--algorithm", "RSA_PSS_SHA_512", "--image", support::IMAGE];
    folder.run(&sign).succeeds();
    let other = [&sign[..], &["--salt-length", "64"]].concat();
    folder.run(&other).fails(2, "--salt-length: the key itself asks for a salt of 40 bytes, not of 64");
}

#[test]
fn several_keys_make_one_list_in_yaml_and_in_json() {
    let folder = Folder::new("key-list");
    folder.make_key("a", "2048");
    folder.make_key("b", "2048");
    let import = ["key", "import", "--algorithm", "RSA_PSS_2048_SHA256"];
    let both = folder.run(&[&import[..], &["a.pub.pem", "b.pub.pem"]].concat()).succeeds();
    let one = |file| folder.run(&[&import[..], &[file]].concat()).succeeds();
    assert_eq!(both, one("a.pub.pem") + one("b.pub.pem").strip_prefix("publicKeys:\n").unwrap());

    let json = folder.run(&[&import[..], &["--output", "json", "a.pub.pem", "b.pub.pem"]].concat()).succeeds();
    let json: Value = serde_json::from_str(&json).unwrap();
    let entry = |file| serde_json::json!({"algorithm": "RSA_PSS_2048_SHA256", "pem": folder.text(file)});
    assert_eq!(json, serde_json::json!({"publicKeys": [entry("a.pub.pem"), entry("b.pub.pem")]}));
}

#[test]
fn the_id_stands_in_the_entry_whatever_is_in_it() {
    let folder = Folder::new("key-id-option");
    folder.make_key("key", "2048");
    let id = "//kms/\"quoted\" \\ #: é";
    let import = ["key", "import", "--algorithm", "RSA_PSS_2048_SHA256", "--id", id, "key.pub.pem"];
    let yaml = folder.run(&import).succeeds();
    let head =
        "publicKeys:\n  - id: \"//kms/\\\"quoted\\\" \\\\ #: é\"\n    algorithm: RSA_PSS_2048_SHA256\n    pem: |\n";
    assert!(yaml.starts_with(head), "{yaml}");
    let json = folder.run(&[&import[..], &["-o", "json"]].concat()).succeeds();
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["publicKeys"][0]["id"], id);

    let two = [&import[..], &["key.pem"]].concat();
    folder.run(&two).fails(2, "--id: is for one key, not for several files");
    let import = |id| folder.run(&["key", "import", "--algorithm", "RSA_PSS_SHA_256", "--id", id, "key.pub.pem"]);
    import("").fails(2, "--id <ID>: the key id is empty");
    import("a\nb").fails(2, "--id <ID>: the key id holds a control character");
}

#[test]
fn what_is_no_usable_key_is_refused() {
    let folder = Folder::new("key-refused");
    folder.make_key("key", "2048");
    let pem = folder.text("key.pub.pem");
    let private = folder.text("key.pem");
    folder.write("empty", "");
    folder.write("zeros", [0; 300]);
    folder.write("two.pem", pem.repeat(2));
    folder.write("after.pem", pem.clone() + "text");
    folder.write("cut.pem", &pem[..200]);
    folder.write("private-cut.pem", &private[..200]);
    // Another number in place of one of the primes.
    folder.write("private-changed.pem", changed_private_key(&private));
    folder.write("not-utf-8.pem", [&b"\xff\n"[..], private.as_bytes()].concat());
    folder.write("long", vec![b'A'; 64 * 1024 + 1]);
    let import = |file: &str| folder.run(&["key", "import", "--algorithm", "RSA_PSS_2048_SHA256", file]);
    let not_a_key = "not a public key (SubjectPublicKeyInfo, or PKCS#1 for RSA)";
    for (file, message) in [
        ("missing", "no such file or folder"),
        (".", "is a folder, not a file"),
        ("empty", "the key is cut off"),
        ("zeros", not_a_key),
        ("two.pem", "more than one PEM block; give one key"),
        ("after.pem", "text follows the PEM block"),
        ("cut.pem", "the PEM block has no END line"),
        ("private-cut.pem", "not a private key in PEM"),
        ("private-changed.pem", "the numbers of the private key do not fit together, or have an unusual size"),
        ("not-utf-8.pem", "not a private key in PEM"),
        ("long", "longer than 65536 bytes"),
    ] {
        import(file).fails(3, &format!("{file}: {message}"));
    }
    for (file, message) in [
        ("rsa-3072", "the modulus has 3072 bits, but the algorithm asks for 2048"),
        ("ec-p256", "keys of type elliptic curve (1.2.840.10045.2.1) are not supported; only RSA is"),
        ("certificate", "this is a certificate; give the public key that is in it"),
    ] {
        for ending in ["pem", "der"] {
            let file = testdata(&format!("keys/{file}.{ending}"));
            import(&file).fails(3, &format!("{file}: {message}"));
        }
    }
    import("key.pub.pem").succeeds();
    folder.run(&["key", "import", "--algorithm", "RSA_PSS_2048_SHA256"]).refuses_usage("<FILE>...");
    folder.run(&["key", "import", "key.pub.pem"]).refuses_usage("--algorithm <ALGORITHM>");
    let import = |algorithm| folder.run(&["key", "import", "--algorithm", algorithm, "key.pub.pem"]);
    import("ECDSA_P256_SHA256").fails(
        2,
        "--algorithm <ALGORITHM>: the signature algorithm is not supported; \
         supported are RSA_PSS and RSA_PKCS1 with 2048 to 8192 bits and SHA-256, SHA-384 or SHA-512",
    );
    let import = ["key", "import", "--algorithm", "RSA_PSS_SHA_256", "-", "-"];
    folder.run(&import).fails(2, "-: the standard input can be read for one input only");
}

#[test]
fn ids_are_those_that_kritis_has() {
    let Some(path) = vectors("kritis/pkix/verify_detached.json") else { return };
    let folder = Folder::new("key-kritis");
    let cases: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let root = path.parent().unwrap().parent().unwrap();
    let mut checked = 0;
    for case in cases["vectors"].as_array().unwrap() {
        let (Some(file), Some(id)) = (case["public_key"].as_str(), case["public_key_id"].as_str()) else { continue };
        if file.contains("rsa") {
            let file = root.join(file);
            assert_eq!(folder.run(&["key", "id", file.to_str().unwrap()]).succeeds().trim(), id);
            checked += 1;
        }
    }
    assert_eq!(checked, 8);
}

#[test]
fn the_id_has_three_forms() {
    let folder = Folder::new("key-id");
    let keys: Value = serde_json::from_slice(&std::fs::read(testdata("keys/keys.json")).unwrap()).unwrap();
    let sha256 = keys["keys"]["rsa-2048"]["spkiSha256"].as_str().unwrap();
    let bytes: Vec<u8> =
        (0..32).map(|place| u8::from_str_radix(&sha256[2 * place..2 * place + 2], 16).unwrap()).collect();
    let base64 = STANDARD.encode(bytes);
    let ni = format!("ni:///sha-256;{}", base64.replace('+', "-").replace('/', "_").trim_end_matches('='));
    let file = testdata("keys/rsa-2048.pem");
    for (format, expected) in [("ni", ni.as_str()), ("hex", sha256), ("cosign-hint", &base64)] {
        let run = folder.run(&["key", "id", "--format", format, &file]);
        assert_eq!(run.succeeds(), format!("{expected}\n"));
    }
    assert_eq!(folder.run(&["key", "id", &file]).succeeds(), format!("{ni}\n"));
    folder.run(&["key", "id", "--format", "sha1", &file]).refuses_usage("[possible values: ni, hex, cosign-hint]");
}

/// No bytes make the program crash, whether they are taken for a public or a private key.
#[test]
fn damaged_keys_are_refused_without_a_crash() {
    let folder = Folder::new("key-damaged");
    folder.make_key("key", "2048");
    let private = folder.text("key.pem");
    let lines: Vec<&str> = private.lines().collect();
    let der = STANDARD.decode(lines[1..lines.len() - 1].concat()).unwrap();
    // A simple generator with a fixed beginning, so that a failure can be seen again.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    for _ in 0..150 {
        let mut damaged = der.clone();
        let place = next(damaged.len());
        match next(3) {
            0 => damaged[place] ^= 1 << next(8),
            1 => damaged.truncate(place),
            _ => damaged.insert(place, 0),
        }
        let run = folder.run_with_input(&["key", "id", "-"], &damaged);
        // A bit in the private numbers that PKCS#1 repeats may go unnoticed; the public half is what it was then.
        assert!(matches!(run.code, Some(0 | 3)), "{run:?}");
        assert!(run.code == Some(0) || run.stderr.starts_with("dokimos: standard input: "), "{run:?}");
    }
}

/// The same key with one bit of its first prime changed.
fn changed_private_key(pem: &str) -> String {
    let lines: Vec<&str> = pem.lines().collect();
    let mut der = STANDARD.decode(lines[1..lines.len() - 1].concat()).unwrap();
    // Modulus and private exponent take 2 × 256 bytes and some heads; the first prime follows them.
    der[620] ^= 1;
    let body = STANDARD.encode(der);
    let body: Vec<&str> = body.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("{}\n{}\n{}\n", lines[0], body.join("\n"), lines[lines.len() - 1])
}
