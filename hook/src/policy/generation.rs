use crate::{cache::Cache, config::CacheConfig, evidence::Store};
use dokimos::{Decision, Policy, UnixTime};
use std::{sync::Arc, time::Instant};

/// A policy, and all that was found and decided under it: a new policy begins with nothing.
#[derive(Debug)]
pub(crate) struct Generation {
    number: u64,
    pub(crate) policy: Policy,
    pub(crate) evidence: Arc<Store>,
    pub(crate) decisions: Cache<Question, Answer>,
    /// When a key's window of validity begins or ends, in order.
    turns: Vec<UnixTime>,
}

/// What a decision depends on, beside the policy, the cluster and the attestations.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Question {
    pub(crate) image: String,
    pub(crate) namespace: Option<String>,
    pub(crate) service_account: Option<String>,
}

/// A decision that was made.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) decision: Arc<Decision>,
    /// When the attestations by which it was made were asked for.
    pub(crate) asked: Instant,
    /// The turn of a key's window up to which it holds, if there is one to come.
    pub(crate) until: Option<UnixTime>,
}

impl Generation {
    pub(super) fn new(number: u64, policy: Policy, cache: CacheConfig) -> Self {
        let mut turns: Vec<UnixTime> =
            policy.keys().flat_map(|key| [key.valid_from, key.valid_until]).flatten().collect();
        turns.sort_unstable();
        turns.dedup();
        let (evidence, decisions) = (Arc::new(Store::new(cache)), Cache::new(cache.bytes));
        Self { number, policy, evidence, decisions, turns }
    }

    /// 1 for the policy with which the program started.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// What is allowed in the policy and yet a risk, one line each.
    pub(crate) fn warnings(&self, now: UnixTime) -> Vec<String> {
        self.policy.warnings(now).iter().map(|warning| format!("{} {warning}", warning.code())).collect()
    }

    /// The first turn after this time.
    pub(crate) fn next_turn(&self, now: UnixTime) -> Option<UnixTime> {
        self.turns.get(self.turns.partition_point(|turn| *turn <= now)).copied()
    }
}

impl Answer {
    /// About its bytes in memory, with those of its question.
    pub(crate) fn weight(&self) -> usize {
        self.decision.to_json().len().saturating_mul(2).saturating_add(512)
    }
}
