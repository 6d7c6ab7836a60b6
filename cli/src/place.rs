//! Where images are to run, as the command line tells it.

use crate::{annotation::Annotation, failure::Failure};
use clap::{Args, builder::NonEmptyStringValueParser};
use dokimos::AdmissionContext;

/// The place for which an image is judged. What is left out is unknown: an image whose rule depends on it is denied.
// An empty name, which a shell makes of an unset variable, would be a known name that no rule has, and so could pass a
// strict rule by: it is refused.
#[derive(Args)]
pub(crate) struct Place {
    /// The cluster in which the images are to run
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    cluster: Option<String>,

    /// The namespace in which the images are to run
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    namespace: Option<String>,

    /// The service account as which the images are to run
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    service_account: Option<String>,

    /// An annotation of the workload, where the policy has break-glass; can be given several times
    #[arg(long, value_name = "NAME=VALUE")]
    annotation: Vec<Annotation>,
}

impl Place {
    /// Each annotation, once.
    pub(crate) fn annotations(&self) -> Result<Vec<(&str, &str)>, Failure> {
        Ok(Annotation::by_name(&self.annotation, "--annotation")?.into_iter().collect())
    }

    /// The place, with what [`annotations`](Self::annotations) gave.
    pub(crate) fn context<'a>(&'a self, annotations: &'a [(&'a str, &'a str)]) -> AdmissionContext<'a> {
        AdmissionContext {
            cluster: self.cluster.as_deref(),
            namespace: self.namespace.as_deref(),
            service_account: self.service_account.as_deref(),
            annotations,
        }
    }
}
