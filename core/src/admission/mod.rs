//! Kubernetes admission: a request in, the images that it will run, and the answer out.

mod node;
mod request;
mod response;
mod workload;

pub use response::AdmissionResponse;

use crate::{AdmissionContext, Attestations, Decision, Policy, Problem, UnixTime};
use alloc::{string::String, vec::Vec};

/// How a request for admission is read and answered, where more than one way is right.
///
/// ```
/// let mut options = dokimos::AdmissionOptions::default();
/// options.evaluate_unchanged = true;
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AdmissionOptions {
    /// On `UPDATE`, decide on every image of the object, not only on those that it did not have before.
    ///
    /// An object whose images are no longer allowed can then not be changed at all: not scaled down, and no finalizer
    /// removed from it.
    pub evaluate_unchanged: bool,
    /// Leave `status.reason` out of a denial, so that kubectl begins its line with `Error from server: ` and not with
    /// `Error from server (Forbidden): `. Programs tell a denial by `status.code` all the same.
    pub omit_status_reason: bool,
}

/// A request for admission to Kubernetes (`AdmissionReview` of `admission.k8s.io/v1`), and the images that it will run.
///
/// Two steps, so that whoever asks fetches the evidence between them: [`parse`](Self::parse) gives the
/// [`images`](Self::images) to decide on, and [`respond`](Self::respond) makes the answer of the decisions.
///
/// ```
/// use dokimos::{AdmissionOptions, AdmissionReview, Attestations, Budget, Policy};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let policy = Policy::from_json(br#"{
///     "apiVersion": "dokimos.dev/v1", "kind": "Policy", "default": { "evaluation": "ALWAYS_DENY" }
/// }"#)?;
/// let body = br#"{
///     "apiVersion": "admission.k8s.io/v1",
///     "kind": "AdmissionReview",
///     "request": {
///         "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
///         "kind": { "group": "", "version": "v1", "kind": "Pod" },
///         "namespace": "default",
///         "operation": "CREATE",
///         "object": {
///             "apiVersion": "v1",
///             "kind": "Pod",
///             "metadata": { "name": "web" },
///             "spec": { "containers": [{ "name": "web", "image": "alpine:3.11" }] }
///         }
///     }
/// }"#;
/// let review = AdmissionReview::parse(body, &AdmissionOptions::default(), &Budget::default())?;
///
/// // Here the evidence for each image is fetched.
/// let found: Vec<Attestations> = review.images().iter().map(|_image| Attestations::new()).collect();
///
/// let found: Vec<_> = found.iter().collect();
/// let decisions = review.decide(&policy, &found, Some("prod-1"), "2026-06-01T00:00:00Z".parse()?);
/// let response = review.respond(&decisions);
/// assert!(!response.is_allowed());
/// assert_eq!(response.message(), "image alpine:3.11 is not attested");
/// assert!(response.to_json().contains(r#""uid":"705ab4f5-6393-11e8-b7cc-42010a800002","allowed":false"#));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdmissionReview {
    uid: String,
    operation: Option<String>,
    group: Option<String>,
    kind: Option<String>,
    namespace: Option<String>,
    name: Option<String>,
    sub_resource: Option<String>,
    user: Option<String>,
    service_account: Option<String>,
    annotations: Vec<(String, String)>,
    images: Vec<AdmissionImage>,
    problem: Option<Problem>,
    omit_status_reason: bool,
}

impl AdmissionReview {
    /// The images to decide on: those of the init containers, the containers, the ephemeral containers and the
    /// volumes, each in the order in which they stand. Empty when there is nothing to decide.
    ///
    /// On `UPDATE` an image that the same container (of the same list and the same name) had before is not among
    /// them, unless [`AdmissionOptions::evaluate_unchanged`] is set: nothing new is let in, and whoever scales an old
    /// workload or removes a finalizer is not in the way. Two containers of one image are two images.
    #[must_use]
    pub fn images(&self) -> &[AdmissionImage] {
        &self.images
    }

    /// Decides on every image, in order, each with the attestations that were found for it.
    ///
    /// Without one set for each image nothing is decided, and [`respond`](Self::respond) denies.
    #[must_use]
    pub fn decide(
        &self,
        policy: &Policy,
        attestations: &[&Attestations],
        cluster: Option<&str>,
        now: UnixTime,
    ) -> Vec<Decision> {
        if attestations.len() != self.images.len() {
            return Vec::new();
        }
        let annotations = self.annotations();
        let context = self.context(cluster, &annotations);
        let pairs = self.images.iter().zip(attestations);
        pairs.map(|(image, found)| policy.evaluate_text(&image.reference, found, &context, now)).collect()
    }

    /// Where the images are to run: the namespace is that of the request, the service account that of the Pods
    /// (`default` where they name none; unknown where an object of an unknown kind names none).
    ///
    /// `annotations` are [`annotations`](Self::annotations), which the context borrows.
    #[must_use]
    pub fn context<'a>(
        &'a self,
        cluster: Option<&'a str>,
        annotations: &'a [(&'a str, &'a str)],
    ) -> AdmissionContext<'a> {
        AdmissionContext {
            cluster,
            namespace: self.namespace(),
            service_account: self.service_account.as_deref(),
            annotations,
        }
    }

    /// The annotations of the object, and behind them those of the templates in it: of two of one name the object's
    /// own counts.
    #[must_use]
    pub fn annotations(&self) -> Vec<(&str, &str)> {
        self.annotations.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    /// The request's id, which the answer repeats.
    #[must_use]
    pub fn uid(&self) -> &str {
        &self.uid
    }

    /// What is done with the object: `CREATE`, `UPDATE`, `DELETE` or `CONNECT`.
    #[must_use]
    pub fn operation(&self) -> Option<&str> {
        self.operation.as_deref()
    }

    /// The kind of the object, such as `Deployment`.
    #[must_use]
    pub fn kind(&self) -> Option<&str> {
        self.kind.as_deref()
    }

    /// The API group of the kind, such as `apps`; none for the core group.
    #[must_use]
    pub fn group(&self) -> Option<&str> {
        self.group.as_deref()
    }

    /// The part of the object that the request is for, such as `ephemeralcontainers`; none for the object itself.
    #[must_use]
    pub fn sub_resource(&self) -> Option<&str> {
        self.sub_resource.as_deref()
    }

    /// The namespace of the request; none for objects that stand in no namespace.
    #[must_use]
    pub fn namespace(&self) -> Option<&str> {
        self.namespace.as_deref()
    }

    /// The name of the object, or what its name will begin with.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The service account that the Pods run as; none where it cannot be told.
    #[must_use]
    pub fn service_account(&self) -> Option<&str> {
        self.service_account.as_deref()
    }

    /// The name of the user who sent the request.
    #[must_use]
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// Why the request cannot be decided on. Every answer to it is then a denial.
    #[must_use]
    pub fn problem(&self) -> Option<&Problem> {
        self.problem.as_ref()
    }
}

/// An image that a request for admission will run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdmissionImage {
    reference: String,
    place: String,
    name: String,
}

impl AdmissionImage {
    /// The image reference, as the object has it; it may be none by the grammar.
    #[must_use]
    pub fn reference(&self) -> &str {
        &self.reference
    }

    /// Where it stands in the object: `spec.containers[0].image`.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The name of the container or of the volume; empty where it has none.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}
