//! `dokimos verify`: may these images run?

use crate::{
    Answer,
    evidence::Evidence,
    explain::{self, Verdict},
    failure::Failure,
    format::Format,
    input::Source,
    many::{self, Judge},
    moment::Moment,
    output::Output,
    place::Place,
    policy_file::PolicyFile,
};
use clap::Args;
use dokimos::Request;
use std::mem;

/// Decides whether images may run
///
/// Judges each image by the policy and the attestations, and says what was decided and why. Nothing is fetched: the
/// attestations are those that are given here. Without any, an image that needs attestations is denied.
///
/// An image that cannot be parsed as a reference is denied, with the reason INVALID_REFERENCE.
#[derive(Args)]
#[command(
    override_usage = "\
dokimos verify [OPTIONS] --policy <FILE> <IMAGE>...
       dokimos verify [OPTIONS] --policy <FILE> --images <FILE>",
    after_long_help = "\
Many images (--images):
  Each line is an image reference, or a JSON object whose members overrule the options:
    {\"image\": \"…\", \"attestations\": […], \"cluster\": \"…\", \"namespace\": \"…\",
     \"serviceAccount\": \"…\", \"annotations\": {\"…\": \"…\"}}
  `attestations` is one document, or a list of documents; only `image` is needed. Empty lines and
  lines that begin with # are skipped. All processors work on it; the answers come in the order of
  the lines, one line each, and a summary follows (with -o json on the standard error).

Exit codes:
  0  every image is allowed, if only because its rule is a dry run
  1  an image is denied
  2  the command line is wrong
  3  the policy, an attestation document or a line of --images cannot be read; what can be read of
     --images is judged all the same

Examples:
  image=registry.example.com/shop/web@sha256:…
  dokimos verify $image --policy policy.yaml --attestations web.json

  dokimos verify $image --policy policy.yaml --attestations attestations/ \\
    --cluster prod-1 --namespace default -o json

  # a signature beside its payload
  dokimos verify $image --policy policy.yaml \\
    --payload web.payload --signature web.sig

  # everything that runs
  kubectl get pods -A -o jsonpath='{.items[*].spec.containers[*].image}' |
    tr ' ' '\\n' | sort -u |
    dokimos verify --images - --policy policy.yaml --attestations attestations/"
)]
pub(crate) struct Verify {
    /// Image references, as registry.example.com/shop/web@sha256:…
    #[arg(value_name = "IMAGE", required_unless_present = "images", conflicts_with = "images")]
    image: Vec<String>,

    /// Images in a file, one a line, with or without attestations (see --help); - is the standard input
    #[arg(long, value_name = "FILE")]
    images: Option<Source>,

    /// The policy, in JSON or YAML; - is the standard input
    #[arg(long, value_name = "FILE")]
    policy: Source,

    #[command(flatten)]
    evidence: Evidence,

    #[command(flatten)]
    place: Place,

    #[command(flatten)]
    moment: Moment,

    /// Text for people, or the report of each image as a line of JSON
    #[arg(short, long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    output: Format,
}

impl Verify {
    pub(crate) fn run(self, out: &mut Output) -> Result<Answer, Failure> {
        Source::at_most_one_standard_input(self.evidence.sources().chain([&self.policy]).chain(&self.images))?;
        let annotations = self.place.annotations()?;
        let policy = PolicyFile::read(&self.policy)?.policy()?;
        let attestations = self.evidence.read(policy.budget())?;
        let judge = Judge {
            policy: &policy,
            attestations: &attestations,
            context: self.place.context(&annotations),
            now: self.moment.time()?,
            format: self.output,
            paint: out.paint(),
        };
        match &self.images {
            Some(list) => many::verify(list, &judge, out),
            None => self.some(&judge, out),
        }
    }

    /// Some images, given as arguments.
    fn some(&self, judge: &Judge<'_>, out: &mut Output) -> Result<Answer, Failure> {
        let mut answer = Answer::Yes;
        let mut space = false;
        for images in self.image.chunks(many::CHUNK) {
            let requests: Vec<Request<'_>> = images.iter().map(|image| judge.request(image)).collect();
            for decision in judge.policy.evaluate_many(&requests, judge.now) {
                match self.output {
                    Format::Text => {
                        let line_between = if mem::replace(&mut space, true) { "\n" } else { "" };
                        out.line(format_args!("{line_between}{}", explain::paragraph(&decision, judge.paint)))?;
                    }
                    Format::Json => out.line(decision.to_json())?,
                }
                if Verdict::of(&decision) == Verdict::Denied {
                    answer = Answer::No;
                }
            }
        }
        Ok(answer)
    }
}
