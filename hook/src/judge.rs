//! From an image to a decision: attestations are fetched where a decision looks at them, and answers are kept.

use crate::{
    app::App,
    config::CacheConfig,
    log,
    policy::{Answer, Generation, Question},
};
use dokimos::{AdmissionContext, Attestations, Decision, ImageReference, UnixTime};
use std::sync::Arc;
use tokio::time::{Instant, timeout_at};

/// What is known of one image when there is an answer.
#[derive(Clone, Debug)]
pub(crate) struct Verdict {
    pub(crate) decision: Arc<Decision>,
    /// Why what a source has is not known, where that could have allowed the image.
    pub(crate) undecided: Option<&'static str>,
}

impl From<Decision> for Verdict {
    fn from(decision: Decision) -> Self {
        Self { decision: Arc::new(decision), undecided: None }
    }
}

impl App {
    /// Decides on one image under one policy, by the deadline.
    pub(crate) async fn judge(
        &self,
        generation: &Generation,
        image: &str,
        context: &AdmissionContext<'_>,
        deadline: Instant,
    ) -> Verdict {
        let policy = &generation.policy;
        let now = log::now();
        let Ok(reference) = image.parse::<ImageReference>() else {
            return policy.evaluate_text(image, &Attestations::new(), context, now).into();
        };
        // Cheap, and for break-glass: an annotation is no part of the question.
        if !policy.needs_attestations(&reference, context) {
            return policy.evaluate(&reference, &Attestations::new(), context, now).into();
        }
        let question = Question {
            image: image.to_owned(),
            namespace: context.namespace.map(str::to_owned),
            service_account: context.service_account.map(str::to_owned),
        };
        if let Some(answer) = generation.decisions.get(&question).filter(|answer| self.holds(answer, now)) {
            self.metrics.lookups.count(["decision", "hit"]);
            return Verdict { decision: answer.decision, undecided: None };
        }
        self.metrics.lookups.count(["decision", "miss"]);
        self.decide(generation, &reference, context, question, deadline).await
    }

    async fn decide(
        &self,
        generation: &Generation,
        reference: &ImageReference,
        context: &AdmissionContext<'_>,
        question: Question,
        deadline: Instant,
    ) -> Verdict {
        let policy = &generation.policy;
        let CacheConfig { ttl, denial_ttl, .. } = self.config.cache;
        let begun = Instant::now().into_std();
        let mut most = ttl.0;
        loop {
            let evidence = timeout_at(deadline, generation.evidence.get(reference, most, &self.fetcher)).await;
            let now = log::now();
            let Ok(Some(evidence)) = evidence else {
                let decision = policy.evaluate(reference, &Attestations::new(), context, now);
                return Verdict { undecided: Some("no answer in time"), ..decision.into() };
            };
            let decision = policy.evaluate(reference, &evidence.attestations, context, now);
            let attested = decision.reason().code().allows();
            // What was not there a while ago may be there now: somebody signs, and deploys again.
            let is_old = evidence.asked < begun && evidence.asked.elapsed() >= denial_ttl.0;
            if !attested && most > denial_ttl.0 && is_old {
                most = denial_ttl.0;
                continue;
            }
            let undecided = (!attested && evidence.is_incomplete()).then_some("a source cannot be reached");
            let decision = Arc::new(decision);
            if undecided.is_none() {
                let answer =
                    Answer { decision: Arc::clone(&decision), asked: evidence.asked, until: generation.next_turn(now) };
                let weight = answer.weight();
                generation.decisions.insert(question, answer, weight);
            }
            return Verdict { decision, undecided };
        }
    }

    /// Whether an answer that was given is one that would be given again.
    fn holds(&self, answer: &Answer, now: UnixTime) -> bool {
        let allows = answer.decision.reason().code().allows();
        let most = if allows { self.config.cache.ttl } else { self.config.cache.denial_ttl };
        answer.asked.elapsed() < most.0 && answer.until.is_none_or(|until| now < until)
    }
}
