//! Decisions on many images, on all cores.

use crate::{
    attestations::Attestations,
    input::{Bytes, wrong_type},
    policy::Policy,
    time,
};
use dokimos::{AdmissionContext, Budget, Decision, Request, UnixTime};
use pyo3::{exceptions::PyRuntimeError, prelude::*, pybacked::PyBackedStr};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// How many images a thread takes at a time: enough to verify signatures together, few enough to share the work out.
const CHUNK: usize = 64;

/// What becomes of one image: whether it is allowed, the reason's code and detail, the rule, the allowlist pattern, the
/// enforcement and the report; or else why there is no decision.
type Row = (bool, Option<Decided>, Option<String>);
type Decided = (&'static str, String, Option<String>, Option<String>, &'static str, String);

/// Decides on images, each with its own attestations (`str`, `bytes` or `Attestations`) and its own place.
#[pyfunction]
#[pyo3(signature = (policy, images, attestations, clusters, namespaces, service_accounts, at, workers, /))]
#[expect(clippy::too_many_arguments, reason = "columns of one table; called by the package only")]
pub(crate) fn evaluate_rows<'py>(
    policy: &Bound<'py, Policy>,
    images: Vec<Option<PyBackedStr>>,
    attestations: Vec<Bound<'py, PyAny>>,
    clusters: Vec<Option<PyBackedStr>>,
    namespaces: Vec<Option<PyBackedStr>>,
    service_accounts: Vec<Option<PyBackedStr>>,
    at: &Bound<'py, PyAny>,
    workers: usize,
) -> PyResult<Vec<Row>> {
    let now = time::moment(Some(at))?;
    let evidence: Vec<_> = attestations.iter().map(Evidence::of).collect::<PyResult<_>>()?;
    let mut questions = Vec::with_capacity(images.len());
    let places = clusters.iter().zip(&namespaces).zip(&service_accounts);
    for ((image, evidence), ((cluster, namespace), service_account)) in images.iter().zip(&evidence).zip(places) {
        questions.push(Question {
            image: image.as_deref(),
            evidence: evidence.borrowed()?,
            context: AdmissionContext {
                cluster: cluster.as_deref(),
                namespace: namespace.as_deref(),
                service_account: service_account.as_deref(),
                annotations: &[],
            },
        });
    }
    let (py, policy) = (policy.py(), &policy.get().policy);
    py.detach(|| on_all_cores(policy, &questions, now, workers))
}

/// What was found for one image.
enum Evidence<'py> {
    Set(Arc<dokimos::Attestations>),
    Document(Bytes<'py>),
}

impl<'py> Evidence<'py> {
    fn of(value: &Bound<'py, PyAny>) -> PyResult<Self> {
        if value.is_instance_of::<Attestations>() {
            return Attestations::of(value).map(Self::Set);
        }
        let document = Bytes::of_document(value)?;
        document.map(Self::Document).ok_or_else(|| wrong_type(value, "attestations", "str, bytes or Attestations"))
    }

    fn borrowed(&self) -> PyResult<Found<'_>> {
        Ok(match self {
            Self::Set(set) => Found::Set(set),
            Self::Document(document) => Found::Document(document.as_slice()?),
        })
    }
}

/// The same, as threads can share it.
#[derive(Clone, Copy)]
enum Found<'a> {
    Set(&'a dokimos::Attestations),
    Document(&'a [u8]),
}

struct Question<'a> {
    image: Option<&'a str>,
    evidence: Found<'a>,
    context: AdmissionContext<'a>,
}

fn on_all_cores(
    policy: &dokimos::Policy,
    questions: &[Question<'_>],
    now: UnixTime,
    workers: usize,
) -> PyResult<Vec<Row>> {
    let chunks: Vec<_> = questions.chunks(CHUNK).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            match chunks.get(number) {
                Some(chunk) => done.push((number, decide(policy, chunk, now))),
                None => return done,
            }
        }
    };
    let mut answers = thread::scope(|scope| {
        let others: Vec<_> = (1..workers.min(chunks.len())).map(|_| scope.spawn(work)).collect();
        let mut answers = work();
        for other in others {
            // Nothing here panics; were it otherwise, a missing answer must not look like a decision.
            answers.extend(other.join().map_err(|_| PyRuntimeError::new_err("a thread of the audit failed"))?);
        }
        Ok::<_, PyErr>(answers)
    })?;
    answers.sort_unstable_by_key(|(number, _)| *number);
    Ok(answers.into_iter().flat_map(|(_, rows)| rows).collect())
}

/// The answers to one chunk, in its order.
fn decide(policy: &dokimos::Policy, questions: &[Question<'_>], now: UnixTime) -> Vec<Row> {
    let sets: Vec<_> = questions.iter().map(Question::set).collect();
    let mut requests = Vec::with_capacity(questions.len());
    for (question, set) in questions.iter().zip(&sets) {
        if let (Some(image), Ok(set)) = (question.image, set) {
            requests.push(Request { image, attestations: set.set(), context: question.context });
        }
    }
    let mut decisions = policy.evaluate_many(&requests, now).into_iter();
    let answers = questions.iter().zip(&sets).map(|(question, set)| match (question.image, set) {
        (None, _) => (false, None, Some("there is no image".to_owned())),
        (_, Err(problem)) => (false, None, Some(format!("attestations: {problem}"))),
        (Some(_), Ok(_)) => match decisions.next() {
            Some(decision) => row(&decision),
            None => (false, None, Some("there is no decision".to_owned())),
        },
    });
    answers.collect()
}

/// A set of the caller's, or one that was read here.
enum Held<'a> {
    Shared(&'a dokimos::Attestations),
    Own(dokimos::Attestations),
}

impl Held<'_> {
    fn set(&self) -> &dokimos::Attestations {
        match self {
            Self::Shared(set) => set,
            Self::Own(set) => set,
        }
    }
}

impl<'a> Question<'a> {
    fn set(&self) -> Result<Held<'a>, dokimos::Problem> {
        match self.evidence {
            Found::Set(set) => Ok(Held::Shared(set)),
            Found::Document(document) => {
                let mut set = dokimos::Attestations::new();
                set.add("", document, &Budget::default())?;
                Ok(Held::Own(set))
            }
        }
    }
}

fn row(decision: &Decision) -> Row {
    let decided = (
        decision.reason().code().code(),
        decision.reason().detail().to_owned(),
        decision.rule().map(str::to_owned),
        decision.exempted_by().map(str::to_owned),
        decision.enforcement().name(),
        decision.to_json(),
    );
    (decision.is_allowed(), Some(decided), None)
}
