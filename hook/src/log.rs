//! The log: a line for each event, on the standard output, as JSON or as text.

use dokimos::UnixTime;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use std::{
    io::{self, Write},
    time::SystemTime,
};

/// How a line looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "camelCase")]
pub enum LogFormat {
    /// An object: `{"time":"2026-01-01T00:00:00Z","level":"info","event":"decision","image":"…",…}`.
    #[default]
    Json,
    /// `2026-01-01T00:00:00Z info decision image="…" …`: the same fields, each as JSON.
    Text,
}

/// How much an event matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// As it should be.
    Info,
    /// Someone should look at it; the program goes on as before.
    Warn,
    /// Something does not work.
    Error,
}

/// Writes events. Nothing secret is ever given to it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Log {
    format: LogFormat,
}

impl Log {
    /// A log on the standard output.
    #[must_use]
    pub fn new(format: LogFormat) -> Self {
        Self { format }
    }

    /// Writes one event: `log.event(Level::Warn, "policy-refused", &json!({ "error": … }))`. The fields are an object.
    pub fn event(&self, level: Level, event: &str, fields: &impl Serialize) {
        let line = self.line(now(), level, event, fields);
        // With the standard output closed there is nobody to tell, and decisions are still made.
        let _ = io::stdout().lock().write_all(line.as_bytes());
    }

    fn line(&self, time: UnixTime, level: Level, event: &str, fields: &impl Serialize) -> String {
        let level = level.name();
        match self.format {
            LogFormat::Json => {
                // Texts, numbers and lists of such: nothing in it can fail to be written.
                let fields = serde_json::to_string(fields).unwrap_or_default();
                let rest = fields.strip_prefix('{').unwrap_or("}");
                let comma = if rest == "}" { "" } else { "," };
                format!("{{\"time\":\"{time}\",\"level\":\"{level}\",\"event\":\"{event}\"{comma}{rest}\n")
            }
            LogFormat::Text => {
                let mut line = format!("{time} {level} {event}");
                if let Ok(Value::Object(fields)) = serde_json::to_value(fields) {
                    for (name, value) in fields {
                        line.push_str(&format!(" {name}={value}"));
                    }
                }
                line.push('\n');
                line
            }
        }
    }
}

impl Level {
    fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// Text that others chose, as it may stand in a line: a request may be megabytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Excerpt<'a>(pub(crate) &'a str);

impl Serialize for Excerpt<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&dokimos::Excerpt::new(self.0, 1024))
    }
}

/// The time of day.
pub(crate) fn now() -> UnixTime {
    // Before 1970 no key is valid, which is the safe answer to a clock that is not set.
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    UnixTime::from_secs(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_event_is_one_line_whatever_is_in_it() {
        let time = UnixTime::from_secs(1_767_225_600);
        let fields = json!({ "image": "a\nb \u{202e}", "allowed": false });
        let line = Log::new(LogFormat::Json).line(time, Level::Info, "decision", &fields);
        let read: Value = serde_json::from_str(&line).unwrap();
        assert_eq!((&read["time"], &read["event"]), (&json!("2026-01-01T00:00:00Z"), &json!("decision")));
        assert_eq!(read["image"], fields["image"]);
        assert_eq!(line.matches('\n').count(), 1);
        let line = Log::new(LogFormat::Text).line(time, Level::Warn, "decision", &fields);
        assert!(line.starts_with("2026-01-01T00:00:00Z warn decision allowed=false image=\"a\\nb "), "{line}");
        assert_eq!(line.matches('\n').count(), 1);
    }

    #[test]
    fn what_others_wrote_is_bounded_and_shows_what_it_is() {
        let text = |text: &str| serde_json::to_value(Excerpt(text)).unwrap();
        assert_eq!(text("alpine:3.11"), "alpine:3.11");
        assert_eq!(text("a\nb\u{202e}c\u{e9}"), "a\\u{a}b\\u{202e}c\u{e9}");
        for length in [1024, 1025, 1_000_000] {
            let shown = text(&"x".repeat(length));
            assert_eq!(shown.as_str().unwrap().ends_with('…'), length > 1024);
            assert!(shown.as_str().unwrap().len() <= 1027);
        }
    }

    #[test]
    fn an_event_without_fields_is_an_object_too() {
        let line = Log::default().line(UnixTime::from_secs(0), Level::Error, "stopped", &json!({}));
        assert_eq!(line, "{\"time\":\"1970-01-01T00:00:00Z\",\"level\":\"error\",\"event\":\"stopped\"}\n");
    }
}
