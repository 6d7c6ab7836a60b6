//! `dokimos reasons`: the codes that reports give.

use crate::{Answer, failure::Failure, format::Format, output::Output};
use anstyle::Style;
use clap::Args;
use dokimos::ReasonCode;
use serde::Serialize;

/// Lists the reasons that a decision can have
///
/// Each has a code, which stands in reports, a number for programs that want one, and a meaning; none of them changes
/// between versions. Numbers below 200 allow.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  dokimos reasons
  dokimos reasons -o json")]
pub(crate) struct Reasons {
    /// Text for people, or one line of JSON
    #[arg(short, long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    output: Format,
}

#[derive(Serialize)]
struct Reason {
    code: &'static str,
    number: u16,
    allows: bool,
    description: &'static str,
}

impl Reasons {
    pub(crate) fn run(self, out: &mut Output) -> Result<Answer, Failure> {
        let reasons: Vec<Reason> = ReasonCode::ALL
            .iter()
            .map(|reason| Reason {
                code: reason.code(),
                number: reason.number(),
                allows: reason.allows(),
                description: reason.description(),
            })
            .collect();
        match self.output {
            // Texts and numbers: nothing in it can fail to be written.
            Format::Json => out.line(serde_json::to_string(&reasons).unwrap_or_default())?,
            Format::Text => {
                let width = reasons.iter().map(|reason| reason.code.len()).max().unwrap_or_default();
                for Reason { code, number, description, .. } in &reasons {
                    let code = out.paint().styled(Style::new().bold(), format_args!("{code:<width$}"));
                    out.line(format_args!("{number}  {code}  {description}"))?;
                }
            }
        }
        Ok(Answer::Yes)
    }
}
