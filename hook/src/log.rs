//! The log: a line for each event, on the standard output, as JSON or as text.

use serde::Deserialize;
use serde_json::{Map, Value};
use std::io::{self, Write};

/// How a line looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LogFormat {
    /// An object: `{"time":"…","level":"info","event":"decision",…}`.
    #[default]
    Json,
    /// `2026-01-01T00:00:00Z info decision image=… allowed=true`.
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

    /// Writes one event: `log.event(Level::Warn, "policy-refused", json!({ "error": … }))`.
    pub fn event(&self, level: Level, event: &str, fields: Value) {
        let line = self.line(level, event, fields);
        // With the standard output closed there is nobody to tell, and decisions are still made.
        let _ = io::stdout().lock().write_all(line.as_bytes());
    }

    fn line(&self, level: Level, event: &str, fields: Value) -> String {
        let mut members = Map::new();
        members.insert("level".to_owned(), level.name().into());
        members.insert("event".to_owned(), event.into());
        if let Value::Object(fields) = fields {
            members.extend(fields);
        }
        match self.format {
            LogFormat::Json => format!("{}\n", Value::Object(members)),
            LogFormat::Text => {
                let words = members.iter().map(|(name, value)| format!("{name}={value}"));
                format!("{}\n", words.collect::<Vec<_>>().join(" "))
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
