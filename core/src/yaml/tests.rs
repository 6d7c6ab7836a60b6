use super::*;
use crate::json::tests::value;
use alloc::{format, string::ToString, vec, vec::Vec};
use proptest::prelude::*;
use serde_json::{Value, json};

fn parse(text: &str) -> Result<Value, Problem> {
    Json::parse_yaml(text.as_bytes(), &Budget::default()).map(|json| value(&json))
}

/// The same text by an independent reader.
fn other(text: &str) -> Result<Value, String> {
    let options = serde_saphyr::options! {
        strict_booleans: true,
        duplicate_keys: serde_saphyr::options::DuplicateKeyPolicy::Error,
        reject_unsupported_tags: true,
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| format!("{error}"))
}

/// What is accepted has one meaning.
fn check(text: &str) -> Option<Value> {
    let ours = parse(text).ok()?;
    match other(text) {
        Ok(other) => assert!(is_same(&ours, &other), "{text:?}\n  {text}\nours  {ours}\nother {other}"),
        Err(error) => panic!("{text:?}\n{text}\nours {ours}\nother {error}"),
    }
    Some(ours)
}

fn is_same(one: &Value, two: &Value) -> bool {
    match (one, two) {
        (Value::Number(one), Value::Number(two)) => one.as_f64() == two.as_f64(),
        (Value::Array(one), Value::Array(two)) => {
            one.len() == two.len() && one.iter().zip(two).all(|(one, two)| is_same(one, two))
        }
        (Value::Object(one), Value::Object(two)) => {
            one.len() == two.len() && one.iter().all(|(name, one)| two.get(name).is_some_and(|two| is_same(one, two)))
        }
        _ => one == two,
    }
}

#[test]
fn what_is_written_is_read() {
    for (text, meaning) in [
        ("a", json!("a")),
        ("\u{feff}a: b\r\nc: d\r\n", json!({"a": "b", "c": "d"})),
        ("---\na: 1\n...\n# end\n", json!({"a": 1})),
        (
            "# first\n--- # marker\n\n- a\n-\n- - b\n  - c: d\n    e: f\n-   g\n",
            json!(["a", null, ["b", {"c": "d", "e": "f"}], "g"]),
        ),
        ("a:\n- b\n- c\nd:\n  - e\n", json!({"a": ["b", "c"], "d": ["e"]})),
        ("a:\n\nb: # comment\n  # comment\n  c: d#e\n", json!({"a": null, "b": {"c": "d#e"}})),
        ("a b c: d:e\n\"f g\" : ::h\n'i''j': -k\n", json!({"a b c": "d:e", "f g": "::h", "i'j": "-k"})),
        (
            "a: true\nb: false\nc: no\nd: ~\ne: 'true'\n",
            json!({"a": true, "b": false, "c": "no", "d": null, "e": "true"}),
        ),
        ("[0, -1, 1.5, 1e3, 18446744073709551615]", json!([0, -1, 1.5, 1e3, u64::MAX])),
        (
            "- 1.2.3\n- 2026-01-01T00:00:00Z\n- 127.0.0.1:80\n- 0x\n- 1e\n- .\n",
            json!(["1.2.3", "2026-01-01T00:00:00Z", "127.0.0.1:80", "0x", "1e", "."]),
        ),
        // Flow collections.
        (
            "{a: [b, \"c\", 'd', {}, [], ], \"e\":1, f: {g: h}}",
            json!({"a": ["b", "c", "d", {}, []], "e": 1, "f": {"g": "h"}}),
        ),
        (
            "a: [ # comment\n  b,\n\n  http://c:1/*, x#y\n]\nd: e\n",
            json!({"a": ["b", "http://c:1/*", "x#y"], "d": "e"}),
        ),
        ("{\n\t\"a\": [\n\t\t1\n\t]\n}\n", json!({"a": [1]})),
        // Texts over several lines.
        ("a: b\n  c\n\n  d # comment\ne: f\n", json!({"a": "b c\nd", "e": "f"})),
        ("a: \"b \n\n   c\\\n   d \\\n\n  e\\ \n f\"", json!({"a": "b\ncd \ne  f"})),
        ("a: 'b\n\n\n  c '", json!({"a": "b\n\nc "})),
        (
            "\"\\0\\a\\b\\t\\n\\v\\f\\r\\e\\\"\\/\\\\\\N\\_\\L\\P\\x41\\u00e9\\U0001F600\\ \"",
            json!("\0\u{7}\u{8}\t\n\u{b}\u{c}\r\u{1b}\"/\\\u{85}\u{a0}\u{2028}\u{2029}A\u{e9}\u{1f600} "),
        ),
        // Blocks.
        ("a: |\n  b\n   c\n\n  d\n\n\ne: f\n", json!({"a": "b\n c\n\nd\n", "e": "f"})),
        ("a: |-\n  b\n\nc: |+ # comment\n  d\n\n", json!({"a": "b", "c": "d\n\n"})),
        ("a: >\n  b\n  c\n\n  d\n   e\n  f\n  g\n", json!({"a": "b c\nd\n e\nf g\n"})),
        ("- |2\n    a\n   b\n- >1-\n  a\n", json!(["  a\n b\n", " a"])),
        ("- a: |\n    # text\n  b: >+\n\n    c\n\n", json!([{"a": "# text\n", "b": "\nc\n\n"}])),
        ("|\n a\n", json!("a\n")),
        ("a: |\n\nb: |+\n\nc: |-\n", json!({"a": "", "b": "\n", "c": ""})),
        ("a: |-\n  b", json!({"a": "b"})),
        ("a:\n  |\n  b\n", json!({"a": "b\n"})),
    ] {
        match parse(text) {
            Ok(read) => assert_eq!(read, meaning, "{text:?}"),
            Err(problem) => panic!("{text:?}: {problem}"),
        }
        check(text);
    }
}

#[test]
fn what_could_be_read_otherwise_is_refused() {
    let mut elsewhere = Vec::new();
    for (text, place) in [
        ("a: &b c", "line 1 column 4"),
        ("a: *b", "line 1 column 4"),
        ("a: !!str b", "line 1 column 4"),
        ("? a\n: b", "line 1 column 1"),
        ("<<: {a: b}", "line 1 column 3"),
        ("%YAML 1.2\n---\na: b", "line 1 column 1"),
        ("--- a", "line 1 column 4"),
        ("a\n...\nb", "line 3 column 1"),
        ("a: @b", "line 1 column 4"),
        ("a: `b`", "line 1 column 4"),
        ("a: %b", "line 1 column 4"),
        ("a: ?b", "line 1 column 4"),
        ("a: ]", "line 1 column 4"),
        (": a", "line 1 column 1"),
        ("a: - b", "line 1 column 4"),
        ("a: b: c", "line 1 column 5"),
        ("a:\tb: c", "line 1 column 5"),
        ("a:\tb", "line 1 column 5"),
        ("a:\n\tb: c", "line 2 column 1"),
        ("a: b\tc", "line 1 column 7"),
        ("a: b\n\tc", "line 2 column 1"),
        ("a: 1\n b: 2", "line 2 column 3"),
        ("a:\n  b: 1\n c: 2", "line 3 column 2"),
        ("  a: 1\nb: 2", "line 2 column 1"),
        ("- a\nb: c", "line 2 column 1"),
        ("a: b\n- c", "line 2 column 1"),
        ("a: b\nc", "line 2 column 2"),
        ("a:\n  b\n  - c", "line 3 column 3"),
        ("a: b # comment\n  c", "line 2 column 3"),
        ("a: \"b\" c", "line 1 column 8"),
        ("a: \"b\"# c", "line 1 column 7"),
        ("\"a\":b", "line 1 column 4"),
        ("a: \"b\nc\"", "line 2 column 1"),
        ("a: \"b\n", "line 1 column 4"),
        ("a: 'b\n---\n'", "line 1 column 4"),
        ("a: \"\\q\"", "line 1 column 7"),
        ("a: \"\\ud83d\\ude00\"", "line 1 column 11"),
        ("a: \"\\x4\"", "line 1 column 9"),
        ("a: 010", "line 1 column 7"),
        ("a: +1", "line 1 column 6"),
        ("a: 0x1F", "line 1 column 8"),
        ("a: 0o17", "line 1 column 8"),
        ("a: 0b11", "line 1 column 8"),
        ("a: 1_000", "line 1 column 9"),
        ("a: .5", "line 1 column 6"),
        ("a: 5.", "line 1 column 6"),
        ("a: -.INF", "line 1 column 9"),
        ("a: .nan", "line 1 column 8"),
        ("a: 1e999", "line 1 column 9"),
        ("a: True", "line 1 column 8"),
        ("1: a", "line 1 column 2"),
        ("true: a", "line 1 column 5"),
        ("~: a", "line 1 column 2"),
        ("[a: b]", "line 1 column 3"),
        ("[a,,b]", "line 1 column 4"),
        ("[a b", "line 1 column 5"),
        ("[a\n b]", "line 2 column 2"),
        ("[-]", "line 1 column 3"),
        ("[:a]", "line 1 column 2"),
        ("[a]: b", "line 1 column 4"),
        ("[#a]", "line 1 column 2"),
        ("{a}", "line 1 column 3"),
        ("{a:1}", "line 1 column 5"),
        ("{a: }", "line 1 column 5"),
        ("{a: b}: c", "line 1 column 7"),
        ("{\"a\n b\": c}", "line 1 column 4"),
        ("a: [\nb]", "line 2 column 1"),
        ("a:\n  b: [\n]", "line 3 column 1"),
        ("a: |x\n  b", "line 1 column 5"),
        ("a: |0\n  b", "line 1 column 5"),
        ("a: |\n   \n  b", "line 3 column 3"),
        ("a: |\n\tb", "line 2 column 1"),
        ("a: |\n  b\n\tc", "line 3 column 1"),
        ("|1\n a", "line 1 column 3"),
        ("a: |\n  b\n c", "line 3 column 2"),
        ("a: |\n  b\n # c\n", "line 3 column 2"),
        ("a: |2\n # c\n", "line 2 column 2"),
        ("a: |\n  b", "line 2 column 4"),
        ("a: >+\n  b", "line 2 column 4"),
        ("a: b\rc", "line 1 column 5"),
        ("a\u{85}b", "line 1 column 2"),
        ("\u{e9}\u{2028}", "line 1 column 2"),
        ("a: \u{7}", "line 1 column 4"),
        ("a\n\u{feff}b", "line 2 column 1"),
    ] {
        match parse(text) {
            Ok(read) => panic!("{text:?}: {read}"),
            Err(problem) => {
                assert_eq!((problem.code(), problem.path()), ("SYNTAX", ""), "{text:?}: {problem}");
                assert!(problem.message().starts_with("not YAML: "), "{problem}");
                if !problem.message().ends_with(&format!(" at {place}")) {
                    elsewhere.push(format!("{text:?}, {place}: {problem}"));
                }
            }
        }
    }
    assert!(elsewhere.is_empty(), "{elsewhere:#?}");
    let problem = Json::parse_yaml(b"a: b\n\xff", &Budget::default()).unwrap_err();
    assert_eq!(problem.to_string(), "not YAML: the bytes are not UTF-8 at line 2 column 1");
}

#[test]
fn a_name_stands_once() {
    let many: String = (0..40).map(|n| format!("m{n}: 0\n")).collect();
    assert!(parse(&many).is_ok());
    for twice in [0, 15, 16, 17, 39] {
        let problem = parse(&format!("{many}'m{twice}': 0\n")).unwrap_err();
        assert_eq!(problem.code(), "DUPLICATE_FIELD", "{problem}");
        assert_eq!(problem.to_string(), format!("the member \"m{twice}\" stands twice at line 41 column 1"));
    }
    assert_eq!(parse("{a: 1, \"\\x61\": 2}").unwrap_err().code(), "DUPLICATE_FIELD");
}

#[test]
fn depth_values_and_bytes_are_bounded() {
    let budget = Budget { json_depth: 3, json_values: 10, document_bytes: 64, ..Budget::default() };
    let code = |text: &str| Json::parse_yaml(text.as_bytes(), &budget).map(|_| ()).map_err(|problem| problem.code());
    for (text, result) in [
        ("[[[1]]]", Ok(())),
        ("[[[[1]]]]", Err("LIMIT_REACHED")),
        ("- - - 1", Ok(())),
        ("- - - - 1", Err("LIMIT_REACHED")),
        ("a:\n b:\n  c: 1", Ok(())),
        ("a:\n b:\n  c:\n   d: 1", Err("LIMIT_REACHED")),
        ("[[[1]], [[1]]]", Ok(())),
        ("[1,2,3,4,5,6,7,8,9]", Ok(())),
        ("[1,2,3,4,5,6,7,8,9,10]", Err("LIMIT_REACHED")),
        ("-\n-\n-\n-\n-\n-\n-\n-\n-\n", Ok(())),
        ("-\n-\n-\n-\n-\n-\n-\n-\n-\n-\n", Err("LIMIT_REACHED")),
    ] {
        assert_eq!(code(text), result, "{text:?}");
    }
    assert_eq!(code(&"x".repeat(64)), Ok(()));
    assert_eq!(code(&"x".repeat(65)), Err("LIMIT_REACHED"));
    // A budget without a limit does not make it as deep as the stack.
    let budget = Budget { json_depth: usize::MAX, ..Budget::default() };
    for text in ["[".repeat(100_000), "- ".repeat(100_000), "{a: ".repeat(100_000)] {
        assert_eq!(Json::parse_yaml(text.as_bytes(), &budget).unwrap_err().code(), "LIMIT_REACHED");
    }
}

#[test]
fn documents_stand_one_after_the_other() {
    let documents = |text: &str| {
        let documents = Json::parse_yaml_documents(text.as_bytes(), &Budget::default());
        documents.map(|documents| documents.iter().map(|(line, json)| (*line, value(json))).collect::<Vec<_>>())
    };
    for (text, read) in [
        ("", vec![]),
        ("# nothing\n\n", vec![]),
        ("a", vec![(1, json!("a"))]),
        (
            "# first\n---\na\n---\n# null\n---\n- b\n...\n\n---\nc: d\n",
            vec![(3, json!("a")), (5, json!(null)), (7, json!(["b"])), (11, json!({"c": "d"}))],
        ),
        ("a: |\n  b\n---\nc", vec![(1, json!({"a": "b\n"})), (4, json!("c"))]),
        ("--- \n...\n...\n", vec![(2, json!(null))]),
    ] {
        assert_eq!(documents(text).unwrap(), read, "{text:?}");
    }
    for text in ["a\n...\nb", "a\n... b", "---\n--- a"] {
        assert_eq!(documents(text).unwrap_err().code(), "SYNTAX", "{text:?}");
    }
    assert_eq!(parse("").unwrap_err().message(), "not YAML: the document is empty");
    let problem = parse("a\n---\nb").unwrap_err();
    assert_eq!(problem.message(), "not one YAML document: another one starts at line 3");
}

/// A value, as deep as policies are.
fn values() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        "[a-z]{1,6}",
        "[a-z*:/.@# -]{0,12}",
        "[ \t\n'\"\\\\a-c:#-]{0,10}",
        "([ a-c#-]{0,5}\n){1,4}",
        any::<String>(),
        Just(String::from("true")),
        Just(String::from("12")),
        Just(String::from("0x1")),
        Just(String::from("null")),
        Just(String::from("---")),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-1e9..1e9).prop_map(Value::from),
        text.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((text.clone(), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Writes YAML in a way that the choices say.
struct Writer {
    choices: Vec<u8>,
    text: String,
}

impl Writer {
    fn write(value: &Value, choices: Vec<u8>) -> String {
        let mut writer = Self { choices, text: String::new() };
        writer.block(value, 0);
        writer.text
    }

    fn choose(&mut self, among: u8) -> u8 {
        self.choices.pop().unwrap_or(0) % among
    }

    /// A value behind a dash or a colon, or at the start; ends with a line break.
    fn block(&mut self, value: &Value, indent: usize) {
        let pad = " ".repeat(indent);
        match value {
            Value::Array(items) if !items.is_empty() && self.choose(4) > 0 => {
                self.text += "\n";
                for item in items {
                    self.noise(&pad);
                    self.text += &format!("{pad}-");
                    let more = 1 + usize::from(self.choose(3));
                    self.block(item, indent + more);
                }
            }
            Value::Object(members) if !members.is_empty() && self.choose(4) > 0 => {
                self.text += "\n";
                for (name, member) in members {
                    self.noise(&pad);
                    self.text += &pad;
                    self.name(name);
                    self.text += ":";
                    let more = 1 + usize::from(self.choose(3));
                    self.block(member, indent + more);
                }
            }
            Value::String(text) if indent > 0 && self.literal(text, indent) => {}
            Value::String(text) => {
                self.text += " ";
                self.scalar(text, Some(indent));
                self.end();
            }
            other => {
                self.text += " ";
                self.flow(other, indent);
                self.end();
            }
        }
    }

    fn noise(&mut self, pad: &str) {
        match self.choose(12) {
            0 => self.text += "\n",
            1 => self.text += &format!("{pad}# comment: [\n"),
            _ => {}
        }
    }

    fn end(&mut self) {
        let end = match self.choose(6) {
            0 => " # comment\n",
            1 => "  \n",
            _ => "\n",
        };
        self.text += end;
    }

    /// As a literal block, where it can be one.
    fn literal(&mut self, text: &str, indent: usize) -> bool {
        let plain = |character: char| character == '\n' || character == '\t' || !is_escaped(character);
        if self.choose(2) == 0 || text.is_empty() || !text.chars().all(plain) {
            return false;
        }
        let body = text.trim_end_matches('\n');
        let chomping = match text.len() - body.len() {
            _ if body.is_empty() => return false,
            0 => "-",
            1 => "",
            // An empty line that comes after it would be one of its own.
            _ => return false,
        };
        // The indentation is not stated: what the parent's is, is not known here.
        if body.starts_with([' ', '\n', '\t']) {
            return false;
        }
        self.text += &format!(" |{chomping}\n");
        for line in body.split('\n') {
            // White space alone would be an empty line here.
            self.text += &if line.is_empty() { String::from("\n") } else { format!("{}{line}\n", " ".repeat(indent)) };
        }
        true
    }

    fn name(&mut self, text: &str) {
        self.scalar(text, None);
    }

    fn flow(&mut self, value: &Value, indent: usize) {
        match value {
            Value::Array(items) => {
                self.text += "[";
                for item in items {
                    self.space(indent);
                    self.flow(item, indent);
                    self.text += ",";
                }
                self.space(indent);
                self.text += "]";
            }
            Value::Object(members) => {
                self.text += "{";
                for (name, member) in members {
                    self.space(indent);
                    self.scalar(name, None);
                    self.text += ": ";
                    self.flow(member, indent);
                    self.text += ",";
                }
                self.space(indent);
                self.text += "}";
            }
            Value::String(text) => self.scalar(text, Some(indent)),
            other => self.text += &other.to_string(),
        }
    }

    fn space(&mut self, indent: usize) {
        let pad = " ".repeat(indent);
        let space = match self.choose(6) {
            0 => format!("\n{pad}"),
            1 => format!(" # comment ]\n\n{pad}"),
            2 => String::from(" "),
            _ => String::new(),
        };
        self.text += &space;
    }

    /// A text on one line, or on several where an indentation is given.
    fn scalar(&mut self, text: &str, indent: Option<usize>) {
        let is_plain = !text.is_empty()
            && text.chars().all(|character| character.is_ascii_alphanumeric() || "./*@_-".contains(character))
            && text.starts_with(|first: char| first.is_ascii_alphabetic())
            && !["true", "false", "null"].contains(&text.to_ascii_lowercase().as_str());
        match self.choose(3) {
            0 if is_plain => self.text += text,
            1 if !text.chars().any(is_escaped) => {
                self.text += &format!("'{}'", text.replace('\'', "''"));
            }
            _ => {
                self.text += "\"";
                let mut starts_line = false;
                for character in text.chars() {
                    match character {
                        '"' | '\\' => self.text.extend(['\\', character]),
                        // White space at the start of a line is margin.
                        _ if starts_line || is_escaped(character) || character == '\t' => {
                            self.text += &format!("\\U{:08x}", u32::from(character));
                        }
                        _ => self.text.push(character),
                    }
                    starts_line = indent.is_some() && self.choose(8) == 0;
                    if starts_line {
                        self.text += &format!("\\\n{}", " ".repeat(indent.unwrap_or(0)));
                    }
                }
                self.text += "\"";
            }
        }
    }
}

/// Whether the character can stand in double quotes alone, as an escape.
fn is_escaped(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Pieces that YAML is made of.
const PIECES: &[&str] = &[
    "\n",
    "\n",
    "\n",
    "\n  ",
    "\n  ",
    "\n    ",
    "\n ",
    " ",
    "  ",
    "\t",
    "- ",
    "- ",
    "-",
    ": ",
    ": ",
    ":",
    ":\n",
    "a",
    "b",
    "c",
    "a: ",
    "b: ",
    "c: ",
    "a:\n  ",
    "'",
    "\"",
    "''",
    "\\",
    "\\n",
    "\\\n",
    "|",
    ">",
    "|\n",
    ">\n",
    "|-\n",
    "|+\n",
    ">-\n  ",
    "|2\n",
    "#",
    " # c",
    "[",
    "]",
    "{",
    "}",
    ", ",
    ",",
    "true",
    "null",
    "~",
    "1",
    "0",
    ".5",
    "1e3",
    "-1",
    "no",
    "? ",
    "&a ",
    "*a",
    "!a ",
    "%",
    "@",
    "---\n",
    "...\n",
    "---",
    "\r\n",
    "\u{e9}",
    "0x1",
    "<<: ",
    "[a, b]",
    "{a: b}",
    "\"a\":",
    "text of words",
    "x: y",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, ..ProptestConfig::default() })]

    #[test]
    fn what_a_writer_writes_is_read(value in values(), choices in prop::collection::vec(any::<u8>(), 0..200)) {
        let text = Writer::write(&value, choices);
        match parse(&text) {
            Ok(read) => prop_assert_eq!(read, value, "{}", text),
            Err(problem) => prop_assert!(false, "{problem}\n{text}"),
        }
        check(&text);
    }

    #[test]
    fn what_is_accepted_has_one_meaning(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..24)) {
        check(&pieces.concat());
    }

    #[test]
    fn what_is_accepted_after_a_change_has_one_meaning(
        value in values(),
        choices in prop::collection::vec(any::<u8>(), 0..200),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..4, prop::sample::select(PIECES)), 1..4),
    ) {
        let mut text: Vec<char> = Writer::write(&value, choices).chars().collect();
        for (place, removed, piece) in changes {
            let place = place.index(text.len() + 1);
            let end = (place + removed).min(text.len());
            text.splice(place..end, piece.chars());
        }
        check(&text.into_iter().collect::<String>());
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        check(&text);
    }
}
