//! `dokimos inspect`: what attestations say, before anything of it is known to be true.

use crate::{
    Answer, evidence, failure::Failure, format::Format, input::Source, output::Output, problem::ShownProblem,
    text::Excerpt,
};
use anstyle::{AnsiColor, Style};
use clap::Args;
use dokimos::{Attestation, Attestations, Budget, Signature, SimpleSigning, Statement, Subject};
use serde::Serialize;
use serde_json::value::RawValue;
use std::{
    collections::BTreeMap,
    fmt::{self, Write},
};

/// So many subjects of a statement are shown to people; in JSON all are.
const SUBJECTS: usize = 16;

/// Shows attestations, and verifies nothing
///
/// Says for each attestation where it stands, in which format it is, what its payload says and by which keys it claims to
/// be signed. Whoever wrote the document chose all of it: only `dokimos verify` tells what is true.
///
/// The exit code is 0 for every document that can be read, whatever it says.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  dokimos inspect web.json
  cosign download signature registry.example.com/shop/web | dokimos inspect -
  dokimos inspect -o json attestations/")]
pub(crate) struct Inspect {
    /// Files of attestations, or folders of such files; - is the standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<Source>,

    /// Text for people, or one line of JSON
    #[arg(short, long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    output: Format,
}

impl Inspect {
    pub(crate) fn run(self, out: &mut Output) -> Result<Answer, Failure> {
        Source::at_most_one_standard_input(&self.files)?;
        let mut attestations = Attestations::new();
        for file in &self.files {
            evidence::add(&mut attestations, file, &Budget::default())?;
        }
        let list: Vec<Shown<'_>> = attestations.iter().map(Shown::new).collect();
        match self.output {
            Format::Json => {
                let document = Document { verified: false, attestations: &list };
                // Texts, numbers and lists of such: nothing in it can fail to be written.
                out.line(serde_json::to_string(&document).unwrap_or_default())?;
            }
            Format::Text => {
                let paint = out.paint();
                let warning = "NOT VERIFIED: this is what the documents say, and anybody can write such a document.";
                out.line(paint.styled(AnsiColor::Yellow.on_default().bold(), warning))?;
                for attestation in &list {
                    out.line(format_args!("\n{}", paint.styled(Style::new().bold(), Excerpt(attestation.source))))?;
                    out.line(attestation.text().trim_end())?;
                }
                if list.is_empty() {
                    out.line("\nThere are no attestations in it.")?;
                }
            }
        }
        Ok(Answer::Yes)
    }
}

#[derive(Serialize)]
struct Document<'a> {
    /// Always false, for those who read the JSON and not the manual.
    verified: bool,
    attestations: &'a [Shown<'a>],
}

/// An attestation, as it is shown.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    source: &'a str,
    format: &'a str,
    resource: Option<&'a str>,
    payload: Option<Payload<'a>>,
    signatures: Vec<ShownSignature<'a>>,
    problem: Option<ShownProblem>,
    unsupported: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Payload<'a> {
    bytes: usize,
    r#type: Option<&'a str>,
    claim: Option<Claim>,
    statement: Option<ShownStatement>,
    problem: Option<ShownProblem>,
}

/// What a payload says.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Claim {
    docker_reference: String,
    manifest_digest: String,
    r#type: &'static str,
    annotations: Option<Box<RawValue>>,
}

/// What an in-toto statement says.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownStatement {
    subjects: Vec<ShownSubject>,
    predicate_type: String,
    predicate: Option<Box<RawValue>>,
}

#[derive(Serialize)]
struct ShownSubject {
    name: Option<String>,
    digest: BTreeMap<String, String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownSignature<'a> {
    key_id: Option<&'a str>,
    bytes: Option<usize>,
    problem: Option<ShownProblem>,
}

impl<'a> Shown<'a> {
    fn new(attestation: &'a Attestation) -> Self {
        Self {
            source: attestation.source(),
            format: attestation.format(),
            resource: attestation.untrusted_resource(),
            payload: attestation
                .untrusted_payload()
                .map(|bytes| Payload::new(attestation.untrusted_payload_type(), bytes)),
            signatures: attestation.signatures().iter().map(ShownSignature::new).collect(),
            problem: attestation.problem().map(ShownProblem::new),
            unsupported: attestation.unsupported(),
        }
    }

    fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) -> fmt::Result {
        writeln!(text, "  format: {}", self.format)?;
        if let Some(problem) = &self.problem {
            writeln!(text, "  unreadable: {problem}")?;
        }
        if let Some(what) = self.unsupported {
            writeln!(text, "  not supported: {}", Excerpt(what))?;
        }
        if let Some(resource) = self.resource {
            writeln!(text, "  resource: {} (no signature covers this)", Excerpt(resource))?;
        }
        if let Some(payload) = &self.payload {
            payload.write(text)?;
        }
        self.signatures.iter().try_for_each(|signature| signature.write(text))
    }
}

impl<'a> Payload<'a> {
    fn new(r#type: Option<&'a str>, bytes: &[u8]) -> Self {
        let mut payload = Self { bytes: bytes.len(), r#type, claim: None, statement: None, problem: None };
        match dokimos::Payload::parse(r#type, bytes, &Budget::default()) {
            Ok(dokimos::Payload::SimpleSigning(claim)) => payload.claim = Some(Claim::new(&claim)),
            Ok(dokimos::Payload::Statement(statement)) => payload.statement = Some(ShownStatement::new(&statement)),
            // What the library may read one day; `Payload` can grow.
            Ok(_) => {}
            Err(problem) => payload.problem = Some(ShownProblem::new(&problem)),
        }
        payload
    }

    fn write(&self, text: &mut String) -> fmt::Result {
        write!(text, "  payload: {} bytes", self.bytes)?;
        match self.r#type {
            Some(kind) => writeln!(text, " of type {}", Excerpt(kind))?,
            None => writeln!(text)?,
        }
        if let Some(problem) = &self.problem {
            writeln!(text, "    says nothing that can be read: {problem}")?;
        }
        if let Some(statement) = &self.statement {
            statement.write(text)?;
        }
        let Some(claim) = &self.claim else { return Ok(()) };
        writeln!(text, "    image: {}@{}", Excerpt(&claim.docker_reference), Excerpt(&claim.manifest_digest))?;
        writeln!(text, "    type: {}", claim.r#type)?;
        match &claim.annotations {
            Some(annotations) => writeln!(text, "    optional: {}", Excerpt(annotations.get())),
            None => Ok(()),
        }
    }
}

impl ShownStatement {
    fn new(statement: &Statement<'_>) -> Self {
        Self {
            subjects: statement.subjects().map(ShownSubject::new).collect(),
            predicate_type: statement.predicate_type().to_owned(),
            predicate: statement.predicate().and_then(|text| RawValue::from_string(text).ok()),
        }
    }

    fn write(&self, text: &mut String) -> fmt::Result {
        for subject in self.subjects.iter().take(SUBJECTS) {
            let name = subject.name.as_deref().unwrap_or("without a name");
            writeln!(text, "    subject: {}", Excerpt(name))?;
            for (algorithm, hex) in &subject.digest {
                writeln!(text, "      {}: {}", Excerpt(algorithm), Excerpt(hex))?;
            }
        }
        if let Some(more) = self.subjects.len().checked_sub(SUBJECTS).filter(|more| *more > 0) {
            writeln!(text, "    {more} more subjects")?;
        }
        writeln!(text, "    predicate type: {}", Excerpt(&self.predicate_type))?;
        match &self.predicate {
            Some(predicate) => writeln!(text, "    predicate: {}", Excerpt(predicate.get())),
            None => Ok(()),
        }
    }
}

impl ShownSubject {
    fn new(subject: Subject<'_>) -> Self {
        let digest = subject.digests().map(|(algorithm, hex)| (algorithm.to_owned(), hex.to_owned()));
        Self { name: subject.name().map(str::to_owned), digest: digest.collect() }
    }
}

impl Claim {
    fn new(claim: &SimpleSigning<'_>) -> Self {
        Self {
            docker_reference: claim.docker_reference().to_owned(),
            manifest_digest: claim.manifest_digest().to_owned(),
            r#type: claim.signature_type().as_str(),
            annotations: claim.annotations().and_then(|text| RawValue::from_string(text).ok()),
        }
    }
}

impl<'a> ShownSignature<'a> {
    fn new(signature: &'a Signature) -> Self {
        let bytes = signature.bytes();
        Self {
            key_id: signature.key_id(),
            bytes: bytes.ok().map(<[u8]>::len),
            problem: bytes.err().map(ShownProblem::new),
        }
    }

    fn write(&self, text: &mut String) -> fmt::Result {
        match (self.bytes, &self.problem) {
            (Some(bytes), _) => write!(text, "  signature: {bytes} bytes")?,
            (None, Some(problem)) => write!(text, "  signature: unreadable: {problem}")?,
            (None, None) => write!(text, "  signature")?,
        }
        match self.key_id {
            Some(id) => writeln!(text, ", said to be by key {}", Excerpt(id)),
            None => writeln!(text, ", no key named"),
        }
    }
}
