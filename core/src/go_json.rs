//! JSON text as Go's `encoding/json` writes it: what cosign, kritis and voucher sign is made by it, to the byte.
//!
//! Compact, members sorted by the bytes of their names, and `<`, `>`, `&`, U+2028 and U+2029 escaped, because Go makes
//! every text safe inside HTML.

use crate::json::{Json, push_code_unit, push_escaped};
use alloc::{
    string::{String, ToString},
    vec::Vec,
};

/// Appends a value. Numbers keep every digit and the form in which they were written, where Go, once it has read them,
/// rounds them to a float.
pub(crate) fn push_value(out: &mut String, value: &Json<'_>) {
    match value {
        Json::Null => out.push_str("null"),
        Json::True => out.push_str("true"),
        Json::False => out.push_str("false"),
        Json::Unsigned(number) => out.push_str(&number.to_string()),
        Json::Signed(number) => out.push_str(&number.to_string()),
        Json::Number(number) => out.push_str(number),
        Json::String(text) => push_string(out, text),
        Json::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                push_value(out, item);
            }
            out.push(']');
        }
        Json::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_unstable_by(|(left, _), (right, _)| left.cmp(right));
            out.push('{');
            for (index, (name, member)) in sorted.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                push_string(out, name);
                out.push(':');
                push_value(out, member);
            }
            out.push('}');
        }
    }
}

/// Appends a string with its quotation marks.
pub(crate) fn push_string(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                push_code_unit(out, character.try_into().unwrap_or_default());
            }
            other => push_escaped(out, other),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Budget;

    fn rewritten(text: &str) -> String {
        let mut out = String::new();
        push_value(&mut out, &Json::parse(text.as_bytes(), &Budget::default()).unwrap());
        out
    }

    #[test]
    fn numbers_stand_as_they_were_written() {
        for text in ["9007199254740993", "18446744073709551615", "-9223372036854775808", "-0", "1.50", "1E+2", "5e-324"]
        {
            assert_eq!(rewritten(text), text);
        }
    }

    /// The right-hand side was written by Go 1.26.
    #[test]
    fn strings_are_escaped_as_go_does() {
        let mut text: String = ('\0'..='\u{7f}').collect();
        text.push_str("\u{80}é\u{2027}\u{2028}\u{2029}\u{202a}\u{feff}😀\u{10ffff}");
        let mut out = String::new();
        push_string(&mut out, &text);
        let go = concat!(
            r#""\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f"#,
            r#"\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f"#,
            r##" !\"#$%\u0026'()*+,-./0123456789:;\u003c=\u003e?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`"##,
            "abcdefghijklmnopqrstuvwxyz{|}~\u{7f}\u{80}é\u{2027}\\u2028\\u2029\u{202a}\u{feff}😀\u{10ffff}\"",
        );
        assert_eq!(out, go);
    }

    /// The right-hand side was written by Go 1.26.
    #[test]
    fn members_are_sorted_at_every_level() {
        let text = r#" {"b":{"z":[ ],"a":{}, "é":1,"Z":[1,{"y":null,"x":true}]},"":"<&>","a\n":"\u2028","aa":2} "#;
        let go =
            r#"{"":"\u003c\u0026\u003e","a\n":"\u2028","aa":2,"b":{"Z":[1,{"x":true,"y":null}],"a":{},"z":[],"é":1}}"#;
        assert_eq!(rewritten(text), go);
    }
}
