use super::*;
use alloc::{
    format,
    string::{String, ToString},
};
use proptest::{collection, prelude::*, sample};
use serde_json::{Value, json};

fn parse(text: &str) -> Result<Json<'_>, Problem> {
    Json::parse(text.as_bytes(), &Budget::default())
}

#[test]
fn a_duplicate_member_is_refused_in_small_and_large_objects() {
    let problem = parse(r#"{"a":{"b":1,"c":2,"b":3}}"#).unwrap_err();
    assert_eq!(problem.code(), "DUPLICATE_FIELD");
    assert!(problem.message().contains("\"b\""), "{problem}");
    let members: Vec<_> = (0..40).map(|n| format!("\"m{n}\":0")).collect();
    assert!(parse(&format!("{{{}}}", members.join(","))).is_ok());
    for twice in [0, 15, 16, 17, 39] {
        let text = format!("{{{},\"m{twice}\":0}}", members.join(","));
        assert_eq!(parse(&text).unwrap_err().code(), "DUPLICATE_FIELD", "{twice}");
    }
}

#[test]
fn an_escaped_name_is_the_same_name() {
    assert_eq!(parse(r#"{"a":1,"\u0061":2}"#).unwrap_err().code(), "DUPLICATE_FIELD");
}

#[test]
fn depth_values_and_bytes_are_bounded() {
    let budget = Budget { json_depth: 3, json_values: 10, document_bytes: 64, ..Budget::default() };
    let code = |text: &str| Json::parse(text.as_bytes(), &budget).map(|_| ()).map_err(|problem| problem.code());
    assert_eq!(code("[[[1]]]"), Ok(()));
    assert_eq!(code("[[[[1]]]]"), Err("LIMIT_REACHED"));
    assert_eq!(code("[1,2,3,4,5,6,7,8,9]"), Ok(()));
    assert_eq!(code("[1,2,3,4,5,6,7,8,9,10]"), Err("LIMIT_REACHED"));
    assert_eq!(code(&format!("\"{}\"", "x".repeat(62))), Ok(()));
    assert_eq!(code(&format!("\"{}\"", "x".repeat(63))), Err("LIMIT_REACHED"));
}

#[test]
fn what_is_not_one_document_is_refused() {
    for text in ["", " ", "{} {}", "{}x", "{", "nul", "\u{feff}{}", "{\"a\":1,}", "'a'", "01", "NaN"] {
        assert_eq!(parse(text).unwrap_err().code(), "SYNTAX", "{text:?}");
    }
    assert_eq!(Json::parse(b"\"\xff\"", &Budget::default()).unwrap_err().code(), "SYNTAX");
}

fn lines(text: &str) -> Result<Vec<(usize, Json<'_>)>, Problem> {
    Json::parse_lines(text.as_bytes(), &Budget::default(), Members::AllBut(&["Cert"]))
}

#[test]
fn lines_are_read_one_by_one() {
    let documents = lines("\n{}\r\n[1]\n\n  -2\n").unwrap();
    let one = Json::Array(alloc::vec![Json::Unsigned(1)]);
    assert_eq!(documents, [(2, Json::Object(Vec::new())), (3, one), (5, Json::Signed(-2))]);
    assert_eq!(lines("{\n}\n").unwrap(), [(1, Json::Object(Vec::new()))]);
    for (text, message) in [
        ("1 2\n3", "line 1: not one JSON document: trailing characters at column 3"),
        ("{}\n{}}\n", "line 2: not one JSON document: trailing characters at column 3"),
        ("{}\n{\n", "line 2: not JSON: EOF while parsing an object at column 1"),
        ("{\n}\n{\n}", "not one JSON document: trailing characters at line 3 column 1"),
        ("\n", "not JSON: the document is empty"),
    ] {
        let problem = lines(text).unwrap_err();
        assert_eq!((problem.code(), problem.to_string()), ("SYNTAX", message.into()), "{text:?}");
    }
}

#[test]
fn all_lines_share_one_limit_of_values() {
    let budget = Budget { json_values: 5, ..Budget::default() };
    let count = |text: &str| {
        let documents = Json::parse_lines(text.as_bytes(), &budget, Members::AllBut(&[]));
        documents.map(|documents| documents.len()).map_err(|problem| problem.code())
    };
    assert_eq!(count("1\n[2]\n[3]"), Ok(3));
    assert_eq!(count("1\n[2]\n[3]\n4"), Err("LIMIT_REACHED"));
}

#[test]
fn a_lenient_reader_keeps_what_stands_twice_and_passes_over_what_is_named() {
    // The number is the modulus of an RSA certificate as Go writes it: no 64-bit float holds it.
    let number = "9".repeat(617);
    let text = format!(r#"{{"a":1,"a":2,"Cert":{{"N":{number},"N":[[[[1]]]]}},"b":null}}"#);
    let names: Vec<_> = match &lines(&text).unwrap()[0].1 {
        Json::Object(members) => members.iter().map(|(name, _)| name.clone().into_owned()).collect(),
        other => panic!("{other:?}"),
    };
    assert_eq!(names, ["a", "a", "b"]);
    assert_eq!(lines(&format!(r#"{{"N":{number}}}"#)).unwrap_err().code(), "SYNTAX");
    assert_eq!(lines(r#"{"Cert":{"a":1,}}"#).unwrap_err().code(), "SYNTAX");
}

#[test]
fn numbers_keep_their_value() {
    assert_eq!(parse("18446744073709551615").unwrap(), Json::Unsigned(u64::MAX));
    assert_eq!(parse("-9223372036854775808").unwrap(), Json::Signed(i64::MIN));
    assert_eq!(parse("51.248178375505404").unwrap(), Json::Number("51.248178375505404"));
    assert_eq!(parse("-0").unwrap(), Json::Number("-0"));
    assert_eq!(parse("18446744073709551616").unwrap(), Json::Number("18446744073709551616"));
    assert_eq!(parse("1e999").unwrap_err().code(), "SYNTAX");
}

#[test]
fn no_budget_makes_a_document_too_deep_for_the_stack() {
    let budget = Budget { json_depth: usize::MAX, ..Budget::default() };
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let nested = |levels: usize| format!("{}0{}", open.repeat(levels), close.repeat(levels));
        assert!(Json::parse(nested(127).as_bytes(), &budget).is_ok());
        assert_eq!(Json::parse(nested(128).as_bytes(), &budget).unwrap_err().code(), "LIMIT_REACHED");
        let passed_over = format!("{{\"N\":{},\"M\":1}}", nested(100_000));
        let json = Json::parse_without(passed_over.as_bytes(), &budget, &["N"]).unwrap();
        assert_eq!(json, Json::Object(vec![("M".into(), Json::Unsigned(1))]));
    }
}

#[test]
fn the_place_of_what_is_wrong_is_named() {
    for (text, message) in [
        ("{\"a\":\n 1,\n}", "not JSON: trailing comma at line 3 column 1"),
        ("[1 2]", "not JSON: expected `,` or `]` at line 1 column 4"),
        ("{\"a\" 1}", "not JSON: expected `:` at line 1 column 6"),
        ("\n\"a\tb\"", "not JSON: control character (\\u0000-\\u001F) found while parsing a string at line 2 column 3"),
        ("[\"\\x\"]", "not JSON: invalid escape at line 1 column 4"),
        ("[\"\\ud800\"]", "not JSON: an escape is half of a surrogate pair at line 1 column 8"),
        ("{\"a\":1,\"a\":2}", "the member \"a\" stands twice at line 1 column 10"),
        ("[[]", "not JSON: EOF while parsing a list at line 1 column 3"),
        ("-x", "not JSON: invalid number at line 1 column 2"),
    ] {
        assert_eq!(parse(text).unwrap_err().to_string(), message, "{text:?}");
    }
    let bytes = b"[\"a\",\n\"\xff\"]";
    let problem = Json::parse(bytes, &Budget::default()).unwrap_err();
    assert_eq!(problem.to_string(), "not JSON: the text is not UTF-8 at line 2 column 1");
}

/// The value as another library has it.
pub(crate) fn value(json: &Json<'_>) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::False => json!(false),
        Json::True => json!(true),
        Json::Unsigned(value) => json!(value),
        Json::Signed(value) => json!(value),
        Json::Number(value) => json!(value.parse::<f64>().unwrap()),
        Json::String(value) => json!(value),
        Json::Array(items) => items.iter().map(self::value).collect(),
        Json::Object(members) => {
            Value::Object(members.iter().map(|(name, member)| (name.clone().into_owned(), value(member))).collect())
        }
    }
}

/// Holds the reader against serde_json: the same values, the same complaints.
fn check(bytes: &[u8]) {
    let shown = String::from_utf8_lossy(bytes);
    let other: Result<Value, _> = serde_json::from_slice(bytes);
    match (Json::parse(bytes, &Budget::default()), other) {
        (Ok(ours), Ok(other)) => assert_eq!(value(&ours), other, "{shown}"),
        (Ok(ours), Err(other)) => panic!("{shown:?}: {ours:?}, but {other}"),
        (Err(ours), Ok(other)) => {
            let stricter = ours.code() == "DUPLICATE_FIELD" || shown.contains("e308");
            assert!(stricter, "{shown:?}: {ours}, but {other}");
        }
        (Err(ours), Err(other)) => {
            // Some things can be said in better words, or are found in another order.
            let known = ["DUPLICATE_FIELD", "LIMIT_REACHED"].contains(&ours.code())
                || ["UTF-8", "surrogate", "empty", "expected value", "range", "escape"]
                    .iter()
                    .any(|text| ours.message().contains(text));
            let message = ours.message().split_once(": ").map_or(ours.message(), |(_, message)| message);
            assert!(known || message == other.to_string(), "{shown:?}: {ours}, but {other}");
        }
    }
}

/// What is passed over is JSON all the same.
fn check_passed_over(text: &str) {
    let bytes = format!("{{\"N\":{text},\"M\":{text}}}").into_bytes();
    let ours = Json::parse_without(&bytes, &Budget::default(), &["N", "M"]);
    let other: Result<serde::de::IgnoredAny, _> = serde_json::from_slice(&bytes);
    match (ours, other) {
        (Err(ours), Ok(_)) => assert!(ours.message().contains("surrogate"), "{text:?}: {ours}"),
        (Ok(ours), Ok(_)) => assert_eq!(ours, Json::Object(Vec::new())),
        (Err(ours), Err(_)) => assert_eq!(ours.code(), "SYNTAX"),
        (ours, other) => panic!("{text:?}: {ours:?}, but {other:?}"),
    }
}

const TOKENS: [&str; 54] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"\"",
    "\"a\"",
    "\"b\"",
    "\"a longer text\"",
    "\"\\u0061\"",
    "\"\\ud83d\\ude00\"",
    "\"\\ud83d\"",
    "\"\\ude00\"",
    "\"\\ud83d\\u0061\"",
    "\"\\n\\t\\\\\\/\\\"\"",
    "\"\\x\"",
    "\"\\u12g4\"",
    "\"é😀\"",
    "\"",
    "\\",
    "\u{1}",
    "\u{7f}",
    "é",
    "null",
    "true",
    "false",
    "nul",
    "True",
    "NaN",
    "0",
    "-0",
    "1",
    "-1",
    "00",
    "1.5",
    "-",
    "1.",
    ".5",
    "1e5",
    "1E+05",
    "1e308",
    "1e400",
    "1e-400",
    "18446744073709551616",
    " ",
    "\n",
    "\r\t",
];

fn arbitrary_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter_map("finite", |number| {
            (number.abs() < 1e308).then(|| serde_json::Number::from_f64(number).map(Value::Number)).flatten()
        }),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 8, |inner| {
        prop_oneof![
            collection::vec(inner.clone(), 0..8).prop_map(Value::Array),
            collection::vec((any::<String>(), inner), 0..30)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn tokens_in_any_order_mean_what_another_reader_reads(tokens in collection::vec(sample::select(&TOKENS[..]), 0..12)) {
        check(tokens.concat().as_bytes());
        check_passed_over(&tokens.concat());
    }

    #[test]
    fn bytes_in_any_order_mean_what_another_reader_reads(bytes in collection::vec(any::<u8>(), 0..12)) {
        check(&bytes);
    }

    #[test]
    fn a_document_and_its_damaged_copies_mean_what_another_reader_reads(
        json in arbitrary_json(),
        pretty in any::<bool>(),
        damage in collection::vec((any::<sample::Index>(), any::<u8>()), 0..3),
    ) {
        let text = if pretty { serde_json::to_string_pretty(&json) } else { serde_json::to_string(&json) };
        let mut bytes = text.unwrap().into_bytes();
        check(&bytes);
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        check(&bytes);
    }
}
