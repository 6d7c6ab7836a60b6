//! The policy, and the questions put to it.

use crate::{attestations::Attestations, error, input::Bytes, input::wrong_type, reference::ImageReference, time};
use dokimos::{AdmissionContext, Decision, UnixTime};
use pyo3::{
    exceptions::PyValueError,
    prelude::*,
    sync::PyOnceLock,
    types::{PyBytes, PyDict, PyMapping, PyString, PyTuple, PyType},
};
use std::sync::Arc;

/// What must be true of an image before it may run: attestors, rules, exemptions.
///
/// Compiled once from its document (`docs/POLICY.md`), immutable, and used by as many threads as there are. Make one
/// with `from_file`, `from_json` or `from_yaml`.
#[pyclass(frozen, module = "dokimos")]
pub(crate) struct Policy {
    pub(crate) policy: dokimos::Policy,
    document: Vec<u8>,
    language: Language,
}

#[derive(Clone, Copy)]
enum Language {
    Json,
    Yaml,
}

#[pymethods]
impl Policy {
    /// Compiles a policy from JSON; raises `PolicyError` with every problem of the document.
    #[staticmethod]
    #[pyo3(signature = (document, /))]
    fn from_json(document: &Bound<'_, PyAny>) -> PyResult<Self> {
        Self::compile(document, Language::Json)
    }

    /// Compiles a policy from YAML; raises `PolicyError` with every problem of the document.
    #[staticmethod]
    #[pyo3(signature = (document, /))]
    fn from_yaml(document: &Bound<'_, PyAny>) -> PyResult<Self> {
        Self::compile(document, Language::Yaml)
    }

    /// Compiles the policy in a file, which is named `.json`, `.yaml` or `.yml` by what it holds.
    #[staticmethod]
    #[pyo3(signature = (path, /))]
    fn from_file(path: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = path.py();
        let path = py.import("pathlib")?.getattr("Path")?.call1((path,))?;
        let suffix: String = path.getattr("suffix")?.call_method0("lower")?.extract()?;
        let language = match suffix.as_str() {
            ".json" => Language::Json,
            ".yaml" | ".yml" => Language::Yaml,
            _ => {
                let message = "the name of a policy file must end in .json, .yaml or .yml";
                return Err(PyValueError::new_err(message));
            }
        };
        Self::compile(&path.call_method0("read_bytes")?, language)
    }

    /// Decides whether an image may run.
    ///
    /// `attestations` is what was found for it: JSON as `str`, `bytes` or `dict`, a path-like, a list of them, or
    /// `Attestations`. `cluster`, `namespace`, `service_account` and `annotations` say where it is to run: what is not
    /// given is unknown, and a rule that depends on it denies. `at` is an aware datetime; without it, now.
    ///
    /// A denial is a report that is false, not an exception. `AttestationError` is raised when a document is not JSON
    /// or of no known format; an image name that cannot be parsed is denied.
    #[pyo3(signature = (image, attestations, *, cluster = None, namespace = None, service_account = None, annotations = None, at = None))]
    #[expect(clippy::too_many_arguments, reason = "in Python they are keywords")]
    fn evaluate<'py>(
        &self,
        image: &Bound<'py, PyAny>,
        attestations: &Bound<'py, PyAny>,
        cluster: Option<&str>,
        namespace: Option<&str>,
        service_account: Option<&str>,
        annotations: Option<&Bound<'py, PyAny>>,
        at: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let place = Place { cluster, namespace, service_account };
        Ok(self.ask(image, attestations, place, annotations, at)?.1)
    }

    /// The same as `evaluate`, for code that goes on only if the image may run: raises `NotAttestedError`, which
    /// carries the report, when it may not.
    #[pyo3(signature = (image, attestations, *, cluster = None, namespace = None, service_account = None, annotations = None, at = None))]
    #[expect(clippy::too_many_arguments, reason = "in Python they are keywords")]
    fn verify<'py>(
        &self,
        image: &Bound<'py, PyAny>,
        attestations: &Bound<'py, PyAny>,
        cluster: Option<&str>,
        namespace: Option<&str>,
        service_account: Option<&str>,
        annotations: Option<&Bound<'py, PyAny>>,
        at: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let place = Place { cluster, namespace, service_account };
        match self.ask(image, attestations, place, annotations, at)? {
            (true, report) => Ok(report),
            (false, report) => Err(error::NOT_ATTESTED.raised(image.py(), (report,))),
        }
    }

    /// What is allowed in this policy and yet a risk, at a time (now if none is given): patterns that match more than
    /// they seem to, keys about to expire, whatever lets images through without attestation.
    #[pyo3(signature = (*, at = None))]
    fn warnings<'py>(&self, py: Python<'py>, at: Option<&Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyTuple>> {
        let class = py.import("dokimos._errors")?.getattr("Problem")?;
        let warnings = self.policy.warnings(time::moment(at)?);
        let problems: Vec<_> =
            warnings.iter().map(|warning| class.call1(error::problem(warning))).collect::<PyResult<_>>()?;
        PyTuple::new(py, problems)
    }

    /// The attestors by name, each with its description.
    #[getter]
    fn attestors<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let attestors = PyDict::new(py);
        for (name, description) in self.policy.attestors() {
            attestors.set_item(name, description)?;
        }
        Ok(attestors)
    }

    /// The annotation that asks for break-glass, if the policy has break-glass at all.
    #[getter]
    fn break_glass_annotation(&self) -> Option<&str> {
        self.policy.break_glass_annotation()
    }

    fn __repr__(&self) -> String {
        let names: Vec<_> = self.policy.attestors().map(|(name, _)| name).collect();
        format!("<Policy: attestors {}>", if names.is_empty() { "none".to_owned() } else { names.join(", ") })
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let (py, policy) = (slf.py(), slf.get());
        let restore = match policy.language {
            Language::Json => "from_json",
            Language::Yaml => "from_yaml",
        };
        (slf.get_type().getattr(restore)?, (PyBytes::new(py, &policy.document),)).into_pyobject(py)
    }
}

/// Where an image is to run, without the annotations.
#[derive(Clone, Copy)]
struct Place<'a> {
    cluster: Option<&'a str>,
    namespace: Option<&'a str>,
    service_account: Option<&'a str>,
}

impl Policy {
    fn compile(document: &Bound<'_, PyAny>, language: Language) -> PyResult<Self> {
        let py = document.py();
        let document = Bytes::document(document, "document")?.as_slice()?.to_vec();
        let policy = py.detach(|| match language {
            Language::Json => dokimos::Policy::from_json(&document),
            Language::Yaml => dokimos::Policy::from_yaml(&document),
        });
        let policy = policy.map_err(|problems| error::policy(py, &problems))?;
        Ok(Self { policy, document, language })
    }

    /// Whether the image is allowed, and the report.
    fn ask<'py>(
        &self,
        image: &Bound<'py, PyAny>,
        attestations: &Bound<'py, PyAny>,
        place: Place<'_>,
        annotations: Option<&Bound<'py, PyAny>>,
        at: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<(bool, Bound<'py, PyAny>)> {
        let py = image.py();
        let set = Attestations::of(attestations)?;
        let annotations = annotations.map_or_else(|| Ok(Vec::new()), pairs)?;
        let annotations: Vec<_> = annotations.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let context = AdmissionContext {
            cluster: place.cluster,
            namespace: place.namespace,
            service_account: place.service_account,
            annotations: &annotations,
        };
        let decision = self.decide(image, &set, &context, time::moment(at)?)?;
        Ok((decision.is_allowed(), report(py, &decision)?))
    }

    fn decide(
        &self,
        image: &Bound<'_, PyAny>,
        set: &Arc<dokimos::Attestations>,
        context: &AdmissionContext<'_>,
        now: UnixTime,
    ) -> PyResult<Decision> {
        let py = image.py();
        if let Ok(image) = image.cast::<ImageReference>() {
            let image = &image.get().0;
            return Ok(py.detach(|| self.policy.evaluate(image, set, context, now)));
        }
        let Ok(image) = image.cast::<PyString>() else {
            return Err(wrong_type(image, "image", "str or ImageReference"));
        };
        let image = image.to_str()?;
        Ok(py.detach(|| self.policy.evaluate_text(image, set, context, now)))
    }
}

/// The report of a decision, as Python's class of that name.
pub(crate) fn report<'py>(py: Python<'py>, decision: &Decision) -> PyResult<Bound<'py, PyAny>> {
    static REPORT: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    REPORT.import(py, "dokimos._report", "Report")?.call1((decision.to_json(),))
}

fn pairs(annotations: &Bound<'_, PyAny>) -> PyResult<Vec<(String, String)>> {
    let Ok(mapping) = annotations.cast::<PyMapping>() else {
        return Err(wrong_type(annotations, "annotations", "a mapping of str to str"));
    };
    mapping.items()?.extract()
}
