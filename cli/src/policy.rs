//! `dokimos policy`: what is in a policy, and what is wrong with it.

use crate::{
    Answer,
    failure::Failure,
    format::Format,
    input::Source,
    moment::Moment,
    output::{Output, Paint},
    policy_file::PolicyFile,
    problem::ShownProblem,
    text::Excerpt,
};
use anstyle::{AnsiColor, Style};
use clap::{Args, Subcommand};
use dokimos::{Policy, UnixTime};
use serde::Serialize;
use std::fmt::{self, Write};

/// Checks policies
#[derive(Args)]
pub(crate) struct PolicyCommand {
    #[command(subcommand)]
    command: Subcommands,
}

#[derive(Subcommand)]
enum Subcommands {
    Check(Check),
}

impl PolicyCommand {
    pub(crate) fn run(self, out: &mut Output) -> Result<Answer, Failure> {
        match self.command {
            Subcommands::Check(check) => check.run(out),
        }
    }
}

/// Tells everything that is wrong with a policy, and what is risky in it
///
/// A document that is no policy has all its problems reported, each with its place. A policy is shown in outline: who
/// attests with which keys, and what the rules require. What is allowed and yet a risk is warned of: a pattern that
/// matches more than it seems to, a rule that can never match, a key about to expire, whatever lets images run without
/// attestation.
#[derive(Args)]
#[command(after_long_help = "\
Exit codes:
  0  the policy is good; there may be warnings
  1  there are warnings, with --strict
  2  the command line is wrong
  3  the document cannot be read, or is no policy

Examples:
  dokimos policy check policy.yaml
  dokimos policy check --strict --at 2027-01-01T00:00:00Z policy.yaml
  dokimos policy check -o json policy.yaml")]
struct Check {
    /// The policy, in JSON or YAML; - is the standard input
    #[arg(value_name = "FILE")]
    file: Source,

    /// Warnings make the exit code 1
    #[arg(long)]
    strict: bool,

    #[command(flatten)]
    moment: Moment,

    /// Text for people, or one line of JSON
    #[arg(short, long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    output: Format,
}

impl Check {
    fn run(self, out: &mut Output) -> Result<Answer, Failure> {
        let now = self.moment.time()?;
        let compiled = PolicyFile::read(&self.file)?.compile();
        let outline = match &compiled {
            Ok(policy) => Outline::new(policy, now),
            Err(error) => Outline { problems: ShownProblem::list(error.problems()), ..Outline::default() },
        };
        match self.output {
            // Texts, numbers and lists of such: nothing in it can fail to be written.
            Format::Json => out.line(serde_json::to_string(&outline).unwrap_or_default())?,
            Format::Text if compiled.is_ok() => out.line(outline.text(&self.file, out.paint()))?,
            Format::Text => {}
        }
        match compiled {
            Err(error) => Err(Failure::problems(&self.file, error.problems())),
            Ok(_) if self.strict && !outline.warnings.is_empty() => Ok(Answer::No),
            Ok(_) => Ok(Answer::Yes),
        }
    }
}

/// What is in a policy.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Outline<'p> {
    valid: bool,
    problems: Vec<ShownProblem>,
    warnings: Vec<ShownProblem>,
    attestors: Vec<Attestor<'p>>,
    rules: Vec<Rule<'p>>,
    allowlist_patterns: usize,
    breakglass: Option<&'p str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Attestor<'p> {
    name: &'p str,
    description: Option<&'p str>,
    keys: Vec<Key<'p>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Key<'p> {
    id: &'p str,
    algorithm: String,
    bits: usize,
    valid_from: Option<String>,
    valid_until: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'p> {
    name: &'p str,
    evaluation: &'static str,
    requires: Option<String>,
    enforcement: &'static str,
}

impl<'p> Outline<'p> {
    fn new(policy: &'p Policy, now: UnixTime) -> Self {
        let mut attestors: Vec<Attestor<'p>> =
            policy.attestors().map(|(name, description)| Attestor { name, description, keys: Vec::new() }).collect();
        let mut next = attestors.iter_mut();
        let mut current = next.next();
        for key in policy.keys() {
            // Both lists are in the order of the document, and every attestor has a key.
            while current.as_ref().is_some_and(|attestor| attestor.name != key.attestor) {
                current = next.next();
            }
            if let Some(attestor) = &mut current {
                attestor.keys.push(Key {
                    id: key.id,
                    algorithm: key.key.algorithm().to_string(),
                    bits: key.key.modulus_bits(),
                    valid_from: key.valid_from.map(|time| time.to_string()),
                    valid_until: key.valid_until.map(|time| time.to_string()),
                });
            }
        }
        let rules = policy.rules().map(|rule| Rule {
            name: rule.name,
            evaluation: rule.evaluation,
            requires: rule.requirement,
            enforcement: rule.enforcement.name(),
        });
        Self {
            valid: true,
            problems: Vec::new(),
            warnings: ShownProblem::list(&policy.warnings(now)),
            attestors,
            rules: rules.collect(),
            allowlist_patterns: policy.allowlist_len(),
            breakglass: policy.break_glass_annotation(),
        }
    }

    fn text(&self, file: &Source, paint: Paint) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = self.write(&mut text, file, paint);
        text.truncate(text.trim_end().len());
        text
    }

    fn write(&self, text: &mut String, file: &Source, paint: Paint) -> fmt::Result {
        let good = paint.styled(AnsiColor::Green.on_default().bold(), "a valid policy");
        writeln!(text, "{}: {good}", Excerpt(&file.to_string()))?;
        self.attestors.iter().try_for_each(|attestor| attestor.write(text))?;
        match self.allowlist_patterns {
            0 => {}
            1 => writeln!(text, "allowlist: 1 pattern")?,
            patterns => writeln!(text, "allowlist: {patterns} patterns")?,
        }
        self.rules.iter().try_for_each(|rule| rule.write(text))?;
        if let Some(annotation) = self.breakglass {
            writeln!(text, "break-glass: {}", Excerpt(annotation))?;
        }
        for warning in &self.warnings {
            let word = paint.styled(AnsiColor::Yellow.on_default().bold(), "warning");
            writeln!(text, "{word}: {warning} ({})", paint.styled(Style::new().bold(), warning.code))?;
        }
        Ok(())
    }
}

impl Attestor<'_> {
    fn write(&self, text: &mut String) -> fmt::Result {
        write!(text, "attestor {}", Excerpt(self.name))?;
        match self.description {
            Some(description) => writeln!(text, ": {}", Excerpt(description))?,
            None => writeln!(text)?,
        }
        for key in &self.keys {
            write!(text, "  key {}: {}, {} bits", Excerpt(key.id), key.algorithm, key.bits)?;
            if let Some(from) = &key.valid_from {
                write!(text, ", valid from {from}")?;
            }
            if let Some(until) = &key.valid_until {
                write!(text, ", valid until {until}")?;
            }
            writeln!(text)?;
        }
        Ok(())
    }
}

impl Rule<'_> {
    fn write(&self, text: &mut String) -> fmt::Result {
        write!(text, "rule {}: {}", Excerpt(self.name), self.evaluation)?;
        if let Some(requires) = &self.requires {
            write!(text, ": {}", Excerpt(requires))?;
        }
        match self.enforcement {
            "DRY_RUN" => writeln!(text, " (dry run)"),
            _ => writeln!(text),
        }
    }
}
