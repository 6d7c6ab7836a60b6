//! `dokimos verify --images`: lists of images.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::std_instead_of_core,
    reason = "a test fails by panicking, and needs std"
)]

mod support;

use serde_json::{Value, json};
use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    process::{Child, Stdio},
};
use support::{Folder, Run, testdata};

const WEB: &str =
    "registry.example.com/shop/web@sha256:15b1d59843d1c5e119660b6c6d5fcf9aae78fc9c6ad01dd6cf51c8428222fc94";
const ALLOWED: &str = "registry.k8s.io/pause:3.9";

/// A folder with the shared test data's policy `shop`, a valid attestation of [`WEB`], and one of another key.
fn folder(test: &str) -> Folder {
    let folder = Folder::new(test);
    for (from, to) in [
        ("policies/shop.json", "policy.json"),
        ("evidence/release.json", "web.json"),
        ("evidence/stranger.json", "stranger.json"),
    ] {
        fs::copy(testdata(from), folder.path().join(to)).unwrap();
    }
    folder
}

const VERIFY: [&str; 11] = [
    "verify",
    "--policy",
    "policy.json",
    "--attestations",
    "web.json",
    "--cluster",
    "prod-1",
    "--namespace",
    "default",
    "--at",
    "2026-06-01T00:00:00Z",
];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&VERIFY, more].concat()
}

/// The standard output, of a run with this exit code and these lines on the standard error.
#[track_caller]
fn ends(run: Run, code: i32, errors: &[&str]) -> String {
    let stdout = String::from_utf8(run.stdout).unwrap();
    let lines: Vec<&str> = run.stderr.lines().collect();
    assert_eq!((run.code, lines.as_slice()), (Some(code), errors), "{stdout}");
    stdout
}

#[test]
fn a_list_is_answered_line_by_line_and_summed_up() {
    let folder = folder("many-plain");
    folder.write("images", format!("# what runs\n\n{WEB}\r\n  {ALLOWED}\nalpine\n\n#{WEB}\nUPPER\nUPPER"));
    let shown = folder.run(&with(&["--images", "images"])).ends(1);
    let invalid = "INVALID_REFERENCE: not an image reference: the path has an upper-case letter at byte 0";
    let expected = format!(
        "\
ALLOW {WEB}: ATTESTED: attested by release
ALLOW {ALLOWED}: ALLOWLISTED: pattern registry.k8s.io/pause:3.9 of the allowlist
DENY alpine: ALWAYS_DENY: rule default denies every image that it matches
DENY UPPER: {invalid}
DENY UPPER: {invalid}

         5  images
         2  ALLOW
         1    ATTESTED
         1    ALLOWLISTED
         0  ALLOW (dry run)
         3  DENY
         1    ALWAYS_DENY
         2    INVALID_REFERENCE
"
    );
    assert_eq!(shown, expected);
    folder.write("images", format!("{WEB}\n{ALLOWED}"));
    assert!(folder.run(&with(&["--images", "images"])).ends(0).ends_with("         0  DENY\n"));
    let input = format!("{WEB}\n{ALLOWED}");
    folder.run_with_input(&with(&["--images", "-"]), input.as_bytes()).ends(0);
}

#[test]
fn the_reports_are_those_of_each_image_alone() {
    let folder = folder("many-json");
    let images = [WEB, ALLOWED, "alpine", "UPPER"];
    folder.write("images", images.join("\n"));
    let run = folder.run(&with(&["--images", "images", "-o", "json"]));
    let summary = [
        "         4  images",
        "         2  ALLOW",
        "         1    ATTESTED",
        "         1    ALLOWLISTED",
        "         0  ALLOW (dry run)",
        "         2  DENY",
        "         1    ALWAYS_DENY",
        "         1    INVALID_REFERENCE",
    ];
    let reports = ends(run, 1, &summary);
    assert_eq!(reports, folder.run(&[&with(&["-o", "json"])[..], &images].concat()).ends(1));
}

#[test]
fn a_line_may_bring_its_own_evidence_and_place() {
    let folder = folder("many-objects");
    let document = |file: &str| serde_json::from_str::<Value>(&folder.text(file)).unwrap();
    let (good, stranger) = (document("web.json"), document("stranger.json"));
    let lines = [
        // Only the image: all else is as the options have it.
        (json!({"image": WEB}), "ATTESTED"),
        (json!({"image": WEB, "attestations": null, "cluster": null}), "ATTESTED"),
        // Its own attestations, and no others.
        (json!({"image": WEB, "attestations": []}), "NO_ATTESTATION"),
        (json!({"image": WEB, "attestations": stranger}), "UNKNOWN_KEY"),
        (json!({"image": WEB, "attestations": good}), "ATTESTED"),
        (json!({"image": WEB, "attestations": [stranger, good]}), "ATTESTED"),
        (json!({"image": WEB, "attestations": {"occurrences": [stranger, good]}}), "ATTESTED"),
        (json!({"image": WEB, "attestations": [{"occurrences": [stranger]}, [good]]}), "ATTESTED"),
        (json!({"image": WEB, "attestations": {}}), "NO_ATTESTATION"),
        // Its own place.
        (json!({"image": WEB, "cluster": "staging"}), "ATTESTED"),
        (json!({"image": "alpine", "cluster": "dev", "namespace": "sandbox"}), "ALWAYS_ALLOW"),
        (json!({"image": "alpine", "serviceAccount": "x"}), "ALWAYS_DENY"),
        (json!({"image": "alpine", "annotations": {"kritis.grafeas.io/breakglass": "true"}}), "BREAK_GLASS"),
        (json!({"image": "alpine", "annotations": {}}), "ALWAYS_DENY"),
        (json!({"image": "al pine"}), "INVALID_REFERENCE"),
    ];
    let list: Vec<String> = lines.iter().map(|(line, _)| line.to_string()).collect();
    folder.write("images", list.join("\n"));
    let run = folder.run(&with(&["--images", "images", "-o", "json"]));
    let reports = String::from_utf8(run.stdout).unwrap();
    let reports: Vec<Value> = reports.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for ((line, code), report) in lines.iter().zip(&reports) {
        assert_eq!((report["reason"]["code"].as_str(), &report["image"]), (Some(*code), &line["image"]), "{line}");
    }
    assert_eq!((run.code, reports.len()), (Some(1), lines.len()));
    // The source is the line and the place in it.
    let source = |report: usize, index: usize| &reports[report]["attestors"][0]["attestations"][index]["source"];
    assert_eq!(source(0, 0), "web.json: projects/shop/occurrences/o3");
    assert_eq!(source(3, 0), "line 4: attestations: projects/shop/occurrences/o28");
    assert!(source(5, 0).as_str().unwrap().starts_with("line 6: attestations["), "{}", source(5, 0));
    // What stands twice in a document reaches the library, which refuses it.
    let twice = good.to_string().replacen("\"kind\"", "\"kind\":\"ATTESTATION\",\"kind\"", 1);
    folder.write("images", format!("{{\"image\":\"{WEB}\",\"attestations\":{twice}}}"));
    let shown = folder.run(&with(&["--images", "images"])).ends(1);
    assert!(shown.contains(": ATTESTATION_UNREADABLE: attestor release: ") && shown.contains("twice"), "{shown}");
    // Annotations of a line replace those of the options.
    let option = ["--annotation", "kritis.grafeas.io/breakglass=true", "--images", "images"];
    folder.write("images", "alpine\n{\"image\":\"alpine\"}\n{\"image\":\"alpine\",\"annotations\":{\"a\":\"b\"}}");
    let shown = folder.run(&with(&option)).ends(1);
    let verdicts: Vec<&str> = shown.lines().take(3).map(|line| line.split(": ").nth(1).unwrap()).collect();
    assert_eq!(verdicts, ["BREAK_GLASS", "BREAK_GLASS", "ALWAYS_DENY"]);
}

#[test]
fn a_line_that_cannot_be_read_is_told_and_the_rest_is_done() {
    let folder = folder("many-unreadable");
    let lines = [
        ("{", Some("column 1: EOF while parsing an object")),
        ("{\"image\": 1}", Some("column 11: invalid type: integer `1`, expected a string")),
        ("{\"attestations\": []}", Some("column 20: missing field `image`")),
        ("{\"image\": \"a\", \"image\": \"b\"}", Some("column 22: duplicate field `image`")),
        (
            "{\"image\": \"a\", \"cluser\": \"b\"}",
            Some(
                "column 23: unknown field `cluser`, expected one of `image`, `attestations`, `cluster`, `namespace`, \
                 `serviceAccount`, `annotations`",
            ),
        ),
        ("{\"image\": \"a\"} {}", Some("column 16: trailing characters")),
        (
            "{\"image\": \"a\", \"namespace\": \"\"}",
            Some("namespace: the text is empty; leave it out if it is not known"),
        ),
        (
            "{\"image\": \"a\", \"annotations\": {\"a\": 1}}",
            Some("column 37: invalid type: integer `1`, expected a string"),
        ),
        (
            "{\"image\": \"a\", \"annotations\": {\"a\": \"1\", \"a\": \"2\"}}",
            Some("column 50: the annotation a stands twice"),
        ),
        (
            "{\"image\": \"a\", \"attestations\": [{}, 1]}",
            Some(
                "attestations[1]: not a Grafeas occurrence, a page of them, a cosign signature, a DSSE envelope or a sigstore bundle",
            ),
        ),
        (ALLOWED, None),
    ];
    let list: Vec<&str> = lines.iter().map(|(line, _)| *line).collect();
    folder.write("images", [list.join("\n").as_bytes(), b"\n\xff\xfe\n", ALLOWED.as_bytes()].concat());
    let run = folder.run(&with(&["--images", "images"]));
    let mut expected: Vec<String> = lines
        .iter()
        .enumerate()
        .filter_map(|(index, (_, problem))| Some(format!("dokimos: images: line {}: {}", index + 1, (*problem)?)))
        .collect();
    expected.push("dokimos: images: line 12: not UTF-8 text".to_owned());
    expected.push("dokimos: images: 11 lines cannot be read".to_owned());
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    let shown = ends(run, 3, &expected);
    assert_eq!(shown.lines().filter(|line| line.starts_with("ALLOW registry.k8s.io/pause:3.9: ")).count(), 2);
    assert!(shown.ends_with("\n        11  lines cannot be read\n"), "{shown}");
}

#[test]
fn a_list_that_names_no_image_is_no_yes() {
    let folder = folder("many-empty");
    for list in ["", "\n\n", "# alpine\n"] {
        folder.write("images", list);
        folder.run(&with(&["--images", "images"])).fails(3, "images: holds no image");
    }
    folder.run_with_input(&with(&["--images", "-"]), b"").fails(3, "standard input: holds no image");
    folder.run(&with(&["--images", "missing"])).fails(3, "missing: no such file or folder");
    let run = folder.run(&with(&["--images", "."]));
    ends(run, 3, &["dokimos: .: is a folder, not a file", "dokimos: .: 1 line cannot be read"]);
}

#[test]
fn a_line_longer_than_any_document_does_not_fill_the_memory() {
    let folder = folder("many-long");
    let mut child = start(&folder, &["--images", "-"]);
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let megabyte = [b'x'; 1_000_000];
    for _ in 0..100 {
        input.write_all(&megabyte).unwrap();
    }
    writeln!(input, "\n{ALLOWED}").unwrap();
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    assert!(line.starts_with("ALLOW "), "{line}");
    let peak = peak(&child).unwrap_or_default();
    assert!(peak < 64 * 1024, "{peak} KiB");
    drop(input);
    let run = Run::new(child.wait_with_output().unwrap());
    assert_eq!(run.code, Some(3));
    let expected =
        "dokimos: standard input: line 1: longer than 4194304 bytes\ndokimos: standard input: 1 line cannot be read\n";
    assert_eq!(run.stderr, expected);
}

/// Every line has its own image, so that no answer can be mistaken for another.
fn image(number: usize) -> String {
    match number % 100 {
        // A signature to verify, from the attestations of all and from its own.
        1 => WEB.to_owned(),
        2 => json!({"image": format!("registry.example.com/shop/web:{number}")}).to_string(),
        _ => format!("registry.k8s.io/other-{number}:1"),
    }
}

#[test]
fn a_hundred_thousand_lines_are_answered_in_order_and_in_constant_memory() {
    let folder = folder("many-lines");
    let few = answer(&folder, 10_000);
    let many = answer(&folder, 100_000);
    if let (Some(few), Some(many)) = (few, many) {
        // Measured is a difference of less than half a mebibyte; the lines and their answers would take more than 20.
        assert!(many <= few + 8 * 1024, "10,000 lines took {few} KiB, 100,000 took {many} KiB");
    }
}

/// Has so many lines answered, checks each answer, and gives the peak of the memory in KiB where it can be told.
fn answer(folder: &Folder, lines: usize) -> Option<u64> {
    let mut child = start(folder, &["--images", "-"]);
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
    let writer = std::thread::spawn(move || {
        for number in 0..lines {
            writeln!(input, "{}", image(number)).unwrap();
        }
        input
    });
    for number in 0..lines {
        let answer = output.next().unwrap().unwrap();
        let expected = match number % 100 {
            1 => format!("ALLOW {WEB}: ATTESTED: "),
            2 => format!("DENY registry.example.com/shop/web:{number}: TAG_REFERENCE: "),
            _ => format!("DENY registry.k8s.io/other-{number}:1: ALWAYS_DENY: "),
        };
        assert!(answer.starts_with(&expected), "line {number}: {answer}");
    }
    // Every line is answered, and the program waits for more: what it took is what it needs.
    let peak = peak(&child);
    drop(writer.join().unwrap());
    let summary: Vec<String> = output.map(|line| line.unwrap().trim().to_owned()).collect();
    let digits = |count: usize| format!("{},{:03}", count / 1000, count % 1000);
    let attested = if lines < 100_000 { (lines / 100).to_string() } else { digits(lines / 100) };
    let expected = [
        "".to_owned(),
        format!("{}  images", digits(lines)),
        format!("{attested}  ALLOW"),
        format!("{attested}    ATTESTED"),
        "0  ALLOW (dry run)".to_owned(),
        format!("{}  DENY", digits(lines - lines / 100)),
        format!("{}    ALWAYS_DENY", digits(lines - lines / 50)),
        format!("{attested}    TAG_REFERENCE"),
    ];
    assert_eq!(summary, expected);
    assert_eq!(child.wait().unwrap().code(), Some(1));
    peak
}

fn start(folder: &Folder, arguments: &[&str]) -> Child {
    let mut command = folder.dokimos(&with(arguments));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// The most memory that a process had so far, in KiB; Linux tells.
fn peak(child: &Child) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[test]
fn who_writes_a_line_and_waits_gets_an_answer() {
    let folder = folder("many-typed");
    let mut child = start(&folder, &["--images", "-", "-o", "json"]);
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    for image in [WEB, "alpine", ALLOWED] {
        writeln!(input, "{image}").unwrap();
        let mut report = String::new();
        output.read_line(&mut report).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&report).unwrap()["image"], image);
    }
    drop(input);
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[test]
fn who_reads_no_further_changes_no_answer() {
    let folder = folder("many-closed");
    let mut child = start(&folder, &["--images", "-"]);
    drop(child.stdout.take());
    let mut input = child.stdin.take().unwrap();
    for _ in 0..10_000 {
        writeln!(input, "{ALLOWED}").unwrap();
    }
    writeln!(input, "alpine").unwrap();
    drop(input);
    let run = Run::new(child.wait_with_output().unwrap());
    assert_eq!((run.code, run.stderr.as_str()), (Some(1), ""));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_ends_the_work() {
    let folder = folder("many-full");
    folder.write("images", format!("{ALLOWED}\n").repeat(100_000));
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let run = Run::new(folder.dokimos(&with(&["--images", "images"])).stdout(full).output().unwrap());
    run.fails(3, "standard output: no space left on device");
}

/// Under a terminal, which the program `script` provides.
#[cfg(target_os = "linux")]
#[test]
fn a_terminal_sees_how_far_the_work_is() {
    if !support::programs(&["script"]) {
        return;
    }
    let folder = folder("many-progress");
    folder.write("images", format!("{ALLOWED}\n").repeat(10_000));
    let program = env!("CARGO_BIN_EXE_dokimos");
    let terminal = |before: &str, after: &str| {
        let line = format!("env {before} '{program}' {} --images images {after}", VERIFY.join(" "));
        String::from_utf8(folder.tool("script", &["-qec", &line, "/dev/null"])).unwrap()
    };
    let shown = terminal("TERM=xterm", ">answers");
    assert!(shown.contains(" % [") && shown.contains("] ") && shown.contains(" images, 0 denied"), "{shown:?}");
    // At the end the line is taken away again.
    assert!(shown.ends_with("\r\u{1b}[K"), "{shown:?}");
    assert!(folder.text("answers").starts_with("ALLOW registry.k8s.io/pause:3.9: "));
    assert_eq!(terminal("TERM=dumb", ">answers"), "");
    // Where the answers themselves are seen there is no need for it.
    assert!(!terminal("TERM=xterm", "").contains(" % ["));
}

#[test]
fn attestations_and_images_cannot_both_be_the_standard_input() {
    let folder = folder("many-input");
    let arguments = ["verify", "--policy", "policy.json", "--attestations", "-", "--images", "-"];
    folder.run(&arguments).fails(2, "-: the standard input can be read for one input only");
}

#[test]
fn nothing_is_read_from_a_list_before_the_policy_is_good() {
    let folder = folder("many-policy");
    folder.write("policy.json", "{}");
    let mut child = start(&folder, &["--images", "-"]);
    // The list never ends.
    let input = child.stdin.take().unwrap();
    let mut errors = String::new();
    child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(3));
    assert!(errors.starts_with("dokimos: policy.json: "), "{errors}");
    drop(input);
}
