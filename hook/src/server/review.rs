//! `POST /` and `POST /validate`: an AdmissionReview in, its answer out.

use super::deadline::time_for;
use crate::{
    app::App,
    config::OnError,
    judge::Verdict,
    log::{Excerpt, Level},
    metrics::Under,
};
use axum::{
    body::{Body, HttpBody},
    extract::{Request, State},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use dokimos::{AdmissionOptions, AdmissionResponse, AdmissionReview, Budget, Decision};
use futures_util::future::join_all;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::Serialize;
use std::sync::Arc;
use tokio::time::{Instant, timeout_at};

/// The code of an answer that no decision was made for.
const EVIDENCE_UNAVAILABLE: &str = "EVIDENCE_UNAVAILABLE";

pub(super) async fn handle(State(app): State<Arc<App>>, request: Request) -> Response {
    let begun = Instant::now();
    let _under = Under::way(&app.metrics.in_progress);
    let deadline = begun.checked_add(time_for(request.uri().query(), app.config.limits.time)).unwrap_or(begun);
    let (outcome, response) = match app.answer(request.into_body(), begun, deadline).await {
        Ok((outcome, response)) => {
            (outcome, ([(CONTENT_TYPE, "application/json")], response.to_json()).into_response())
        }
        Err(failure) => (failure.outcome, (failure.status, format!("{}\n", failure.message)).into_response()),
    };
    app.metrics.reviews.count([outcome]);
    app.metrics.duration.observe(begun.elapsed());
    response
}

/// A request that no AdmissionReview can answer: the API server then goes by the webhook's `failurePolicy`.
struct Failure {
    outcome: &'static str,
    status: StatusCode,
    message: String,
}

impl Failure {
    fn new(outcome: &'static str, status: StatusCode, message: impl Into<String>) -> Self {
        Self { outcome, status, message: message.into() }
    }

    fn too_large(most: usize) -> Self {
        let message = format!("the request has more than {most} bytes");
        Self::new("too_large", StatusCode::PAYLOAD_TOO_LARGE, message)
    }

    fn too_late() -> Self {
        Self::new("too_late", StatusCode::SERVICE_UNAVAILABLE, "too many requests, or one that came too slowly")
    }
}

impl App {
    async fn answer(
        &self,
        body: Body,
        begun: Instant,
        deadline: Instant,
    ) -> Result<(&'static str, AdmissionResponse), Failure> {
        let Ok(Ok(_permit)) = timeout_at(deadline, self.reviews.acquire()).await else {
            return Err(Failure::too_late());
        };
        let review = self.read(body, deadline).await?;
        let annotations = review.annotations();
        let context = review.context(self.config.cluster.as_deref(), &annotations);
        let generation = self.policy.current();
        // All are asked for at once.
        let images = review.images().iter();
        let verdicts = images.map(|image| self.judge(&generation, image.reference(), &context, deadline));
        let verdicts = join_all(verdicts).await;
        let (outcome, response) = self.respond(&review, &verdicts);
        self.log_review(&review, &verdicts, &response, begun);
        Ok((outcome, response))
    }

    async fn read(&self, body: Body, deadline: Instant) -> Result<AdmissionReview, Failure> {
        let most = self.config.limits.body_bytes;
        // A body that does not say how long it is may be as long as the limit.
        let length = body.size_hint().upper().map_or(most, |length| usize::try_from(length).unwrap_or(usize::MAX));
        if length > most {
            return Err(Failure::too_large(most));
        }
        let permits = u32::try_from(length.div_ceil(1024)).unwrap_or(u32::MAX);
        let Ok(Ok(_held)) = timeout_at(deadline, self.bodies.acquire_many(permits)).await else {
            return Err(Failure::too_late());
        };
        let collected = match timeout_at(deadline, Limited::new(body, most).collect()).await {
            Err(_) => return Err(Failure::too_late()),
            Ok(Err(error)) if error.is::<LengthLimitError>() => return Err(Failure::too_large(most)),
            Ok(Err(_)) => return Err(Failure::new("broken_off", StatusCode::BAD_REQUEST, "the request broke off")),
            Ok(Ok(collected)) => collected.to_bytes(),
        };
        let mut options = AdmissionOptions::default();
        options.evaluate_unchanged = self.config.evaluate_unchanged;
        options.omit_status_reason = self.config.omit_status_reason;
        let mut budget = Budget::default();
        budget.document_bytes = most;
        AdmissionReview::parse(&collected, &options, &budget)
            .map_err(|problem| Failure::new("malformed", StatusCode::BAD_REQUEST, problem.to_string()))
    }

    fn respond(&self, review: &AdmissionReview, verdicts: &[Verdict]) -> (&'static str, AdmissionResponse) {
        let mut denied = verdicts.iter().filter(|verdict| !verdict.decision.is_allowed());
        // One that is denied for what was found settles it, whatever else is not known.
        if let Some((verdict, why)) = denied.clone().find_map(|verdict| Some((verdict, verdict.undecided?)))
            && denied.all(|verdict| verdict.undecided.is_some())
        {
            let message = format!("{}: its attestations could not be fetched: {why}", verdict.decision.message());
            return self.give_up(review, &message);
        }
        let decisions: Vec<Decision> = verdicts.iter().map(|verdict| Decision::clone(&verdict.decision)).collect();
        let response = review.respond(&decisions);
        (if response.is_allowed() { "allowed" } else { "denied" }, response)
    }

    fn give_up(&self, review: &AdmissionReview, message: &str) -> (&'static str, AdmissionResponse) {
        match self.config.on_error {
            OnError::Deny => ("error_denied", review.refuse(EVIDENCE_UNAVAILABLE, message)),
            OnError::Allow => ("error_allowed", review.admit_undecided(EVIDENCE_UNAVAILABLE, message)),
        }
    }

    /// A line for each image, or for the request where there was nothing to decide on.
    fn log_review(&self, review: &AdmissionReview, verdicts: &[Verdict], response: &AdmissionResponse, begun: Instant) {
        let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        if let Some(problem) = review.problem() {
            let line = Line { error: Some(problem.to_string()), ..Line::new(review, response, micros) };
            self.log.event(Level::Warn, "review-refused", &line);
        }
        for Verdict { decision, undecided } in verdicts {
            let code = decision.reason().code();
            self.metrics.decisions.count([code.code(), if decision.is_allowed() { "true" } else { "false" }]);
            let line = Line {
                image: Some(Excerpt(decision.image())),
                allowed: decision.is_allowed(),
                rule: decision.rule(),
                reason: Some(code.code()),
                detail: Some(Excerpt(decision.reason().detail())),
                enforcement: Some(decision.enforcement().name()),
                breakglass: decision.break_glass().map(|used| Excerpt(used.value())),
                error: undecided.map(str::to_owned),
                ..Line::new(review, response, micros)
            };
            let level = if decision.reason().code().allows() { Level::Info } else { Level::Warn };
            self.log.event(level, "decision", &line);
        }
    }
}

/// Who wanted to run what and where, and what was said. Of the object nothing else is in it: an environment variable may
/// be a secret.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    uid: Excerpt<'a>,
    user: Option<Excerpt<'a>>,
    operation: Option<Excerpt<'a>>,
    kind: Option<Excerpt<'a>>,
    sub_resource: Option<Excerpt<'a>>,
    namespace: Option<Excerpt<'a>>,
    name: Option<Excerpt<'a>>,
    service_account: Option<Excerpt<'a>>,
    image: Option<Excerpt<'a>>,
    /// Of the image; of a request that was refused, of the request.
    allowed: bool,
    rule: Option<&'a str>,
    reason: Option<&'static str>,
    detail: Option<Excerpt<'a>>,
    enforcement: Option<&'static str>,
    breakglass: Option<Excerpt<'a>>,
    error: Option<String>,
    /// Whether the request was let in as a whole.
    admitted: bool,
    micros: u64,
}

impl<'a> Line<'a> {
    fn new(review: &'a AdmissionReview, response: &AdmissionResponse, micros: u64) -> Self {
        Self {
            uid: Excerpt(review.uid()),
            user: review.user().map(Excerpt),
            operation: review.operation().map(Excerpt),
            kind: review.kind().map(Excerpt),
            sub_resource: review.sub_resource().map(Excerpt),
            namespace: review.namespace().map(Excerpt),
            name: review.name().map(Excerpt),
            service_account: review.service_account().map(Excerpt),
            image: None,
            allowed: response.is_allowed(),
            rule: None,
            reason: None,
            detail: None,
            enforcement: None,
            breakglass: None,
            error: None,
            admitted: response.is_allowed(),
            micros,
        }
    }
}
