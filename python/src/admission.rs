//! Requests for admission to Kubernetes.

use crate::{attestations::Attestations, error, input::Bytes, input::wrong_type, policy, policy::Policy, time};
use dokimos::{AdmissionOptions, Budget, Decision};
use pyo3::{prelude::*, sync::PyOnceLock, types::PyTuple, types::PyType};

/// A request for admission to Kubernetes (`AdmissionReview` of `admission.k8s.io/v1`), and the images that it will run.
///
/// Fetch evidence for each of `images`, then `respond`. A request that cannot be answered at all raises
/// `AdmissionError`: answer it with the HTTP status 400. Any other that cannot be read has no images, and every answer
/// to it is a denial.
///
/// `evaluate_unchanged`: on `UPDATE`, decide on every image, not only on those that the object did not have before.
/// `omit_status_reason`: leave `status.reason` out, so that kubectl begins its line with `Error from server: `.
#[pyclass(frozen, module = "dokimos")]
pub(crate) struct AdmissionReview {
    review: dokimos::AdmissionReview,
}

#[pymethods]
impl AdmissionReview {
    #[new]
    #[pyo3(signature = (document, /, *, evaluate_unchanged = false, omit_status_reason = false))]
    fn new(document: &Bound<'_, PyAny>, evaluate_unchanged: bool, omit_status_reason: bool) -> PyResult<Self> {
        let mut options = AdmissionOptions::default();
        options.evaluate_unchanged = evaluate_unchanged;
        options.omit_status_reason = omit_status_reason;
        let bytes = Bytes::document(document, "document")?;
        let review = dokimos::AdmissionReview::parse(bytes.as_slice()?, &options, &Budget::default());
        review.map(|review| Self { review }).map_err(|problem| error::admission(document.py(), &problem))
    }

    /// The images to decide on, in the order of the containers; none if there is nothing to decide.
    #[getter]
    fn images<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        static IMAGE: PyOnceLock<Py<PyType>> = PyOnceLock::new();
        let class = IMAGE.import(py, "dokimos._admission", "AdmissionImage")?;
        let images = self.review.images().iter();
        let images: Vec<_> = images
            .map(|image| class.call1((image.reference(), image.place(), image.name())))
            .collect::<PyResult<_>>()?;
        PyTuple::new(py, images)
    }

    /// The request's id.
    #[getter]
    fn uid(&self) -> &str {
        self.review.uid()
    }

    /// What is done with the object: `CREATE`, `UPDATE`, `DELETE` or `CONNECT`.
    #[getter]
    fn operation(&self) -> Option<&str> {
        self.review.operation()
    }

    /// The API group of the object's kind; `None` for the core group.
    #[getter]
    fn group(&self) -> Option<&str> {
        self.review.group()
    }

    /// The kind of the object, such as `Deployment`.
    #[getter]
    fn kind(&self) -> Option<&str> {
        self.review.kind()
    }

    /// The part of the object that the request is for, such as `ephemeralcontainers`.
    #[getter]
    fn sub_resource(&self) -> Option<&str> {
        self.review.sub_resource()
    }

    /// The namespace of the request.
    #[getter]
    fn namespace(&self) -> Option<&str> {
        self.review.namespace()
    }

    /// The name of the object, or what its name will begin with.
    #[getter]
    fn name(&self) -> Option<&str> {
        self.review.name()
    }

    /// The name of the user who sent the request.
    #[getter]
    fn user(&self) -> Option<&str> {
        self.review.user()
    }

    /// The service account that the Pods run as; `None` where it cannot be told.
    #[getter]
    fn service_account(&self) -> Option<&str> {
        self.review.service_account()
    }

    /// Why the request cannot be decided on, if it cannot.
    #[getter]
    fn problem<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(problem) = self.review.problem() else { return Ok(None) };
        let class = py.import("dokimos._errors")?.getattr("Problem")?;
        class.call1(error::problem(problem)).map(Some)
    }

    /// Decides on every image, and makes the answer.
    ///
    /// `attestations`: for each of `images`, in that order, what was found for it, as `Policy.evaluate` takes it; with
    /// more or fewer the answer is a denial. `cluster` and `at` are those of `Policy.evaluate`; the rest of the place is
    /// the request's.
    #[pyo3(signature = (policy, attestations, *, cluster = None, at = None))]
    fn respond(
        &self,
        policy: &Bound<'_, Policy>,
        attestations: &Bound<'_, PyAny>,
        cluster: Option<&str>,
        at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<AdmissionResponse> {
        let expected = "a list, with what was found for each image";
        if attestations.is_instance_of::<Attestations>() || Bytes::of_document(attestations)?.is_some() {
            return Err(wrong_type(attestations, "attestations", expected));
        }
        let items = attestations.try_iter().map_err(|_| wrong_type(attestations, "attestations", expected))?;
        let sets: Vec<_> = items.map(|item| Attestations::of(&item?)).collect::<PyResult<_>>()?;
        let (py, policy, now) = (policy.py(), &policy.get().policy, time::moment(at)?);
        let (response, decisions) = py.detach(|| {
            let sets: Vec<_> = sets.iter().map(AsRef::as_ref).collect();
            let decisions = self.review.decide(policy, &sets, cluster, now);
            (self.review.respond(&decisions), decisions)
        });
        Ok(AdmissionResponse { response, decisions })
    }

    /// A denial that no decision was made for: the evidence could not be fetched, or time ran out. `code` is for
    /// machines, such as `EVIDENCE_UNAVAILABLE`; `message` is what the user reads.
    fn refuse(&self, code: &str, message: &str) -> AdmissionResponse {
        AdmissionResponse { response: self.review.refuse(code, message), decisions: Vec::new() }
    }

    /// The same answer for those who let in what could not be decided on: allowed, with a warning and an audit
    /// annotation. A request that cannot be read is denied all the same.
    fn admit_undecided(&self, code: &str, message: &str) -> AdmissionResponse {
        AdmissionResponse { response: self.review.admit_undecided(code, message), decisions: Vec::new() }
    }
}

/// The answer to a request for admission; true if the request is allowed.
#[pyclass(frozen, module = "dokimos")]
pub(crate) struct AdmissionResponse {
    response: dokimos::AdmissionResponse,
    decisions: Vec<Decision>,
}

#[pymethods]
impl AdmissionResponse {
    /// Whether the request is allowed.
    #[getter]
    fn allowed(&self) -> bool {
        self.response.is_allowed()
    }

    /// Why the request is denied, a line for each image: `image alpine:3.11 is not attested`. Empty when it is allowed.
    #[getter]
    fn message(&self) -> &str {
        self.response.message()
    }

    /// What kubectl shows of a request that is allowed and yet worth a word.
    #[getter]
    fn warnings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.response.warnings())
    }

    /// The report on each image; none where nothing was decided.
    #[getter]
    fn reports<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let reports: Vec<_> =
            self.decisions.iter().map(|decision| policy::report(py, decision)).collect::<PyResult<_>>()?;
        PyTuple::new(py, reports)
    }

    /// The answer as JSON, a whole `AdmissionReview` to be sent with the HTTP status 200: the same bytes in every
    /// language.
    fn to_json(&self) -> String {
        self.response.to_json()
    }

    fn __bool__(&self) -> bool {
        self.response.is_allowed()
    }
}
