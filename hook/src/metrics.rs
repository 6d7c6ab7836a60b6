//! Counters, and how they are written for Prometheus (text format 0.0.4).

use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

/// Everything that is counted.
#[derive(Debug)]
pub struct Metrics {
    /// Images, by reason code and by whether they were allowed.
    pub decisions: Family<2>,
    /// Reviews, by what became of them.
    pub reviews: Family<1>,
    /// From a review's arrival to its answer.
    pub duration: Histogram,
    /// Reviews that are worked on.
    pub in_progress: AtomicU64,
    /// Connections that are open.
    pub connections: AtomicU64,
    /// Looked for in a cache, and found or not.
    pub lookups: Family<2>,
    /// Images for which sources were asked.
    pub fetches: Family<1>,
    /// Sources that gave no answer, by their kind and by whether asking again may help.
    pub evidence_errors: Family<2>,
    /// Documents of a source that are no attestations.
    pub documents_refused: AtomicU64,
    /// Manifests that a registry told of, by what became of them: `signed` by a rule just now, `known` because the
    /// signature was there already, `unmatched` by any rule, `failed` and to be told again.
    pub pushes: Family<1>,
    /// What was loaded when its files had changed, and whether it was good: policy, certificate.
    pub reloads: Family<2>,
    /// How often the policy, and the certificate, was loaded.
    pub generation: Family<1>,
    /// Whether the files as they are now are in force: 1, or 0 where they were refused and older ones are in force.
    pub current: Family<1>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            decisions: Family::new(["reason", "allowed"]),
            reviews: Family::new(["outcome"]),
            duration: Histogram::default(),
            in_progress: AtomicU64::default(),
            connections: AtomicU64::default(),
            lookups: Family::new(["cache", "result"]),
            fetches: Family::new(["result"]),
            evidence_errors: Family::new(["source", "kind"]),
            documents_refused: AtomicU64::default(),
            pushes: Family::new(["result"]),
            reloads: Family::new(["what", "result"]),
            generation: Family::new(["what"]),
            current: Family::new(["what"]),
        }
    }
}

impl Metrics {
    /// All of them as text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::new();
        let mut page = Page(&mut out);
        page.family("decisions_total", "counter", "Images decided on.", &self.decisions);
        page.family("reviews_total", "counter", "Admission reviews answered.", &self.reviews);
        self.duration.write(&mut page, "review_duration_seconds", "From an admission review's arrival to its answer.");
        page.number("reviews_in_progress", "gauge", "Admission reviews that are worked on.", &self.in_progress);
        page.number("connections", "gauge", "Connections that are open.", &self.connections);
        page.family("cache_lookups_total", "counter", "Looked for in a cache, and found or not.", &self.lookups);
        page.family("evidence_fetches_total", "counter", "Images for which sources were asked.", &self.fetches);
        page.family("evidence_errors_total", "counter", "Sources that gave no answer.", &self.evidence_errors);
        let help = "Documents of a source that are no attestations.";
        page.number("evidence_documents_refused_total", "counter", help, &self.documents_refused);
        page.family("pushes_total", "counter", "Pushed manifests, for each rule that matched.", &self.pushes);
        page.family("reloads_total", "counter", "Changed files that were read again.", &self.reloads);
        page.family("generation", "gauge", "How often it was loaded, the start among them.", &self.generation);
        let help = "1 where the files as they are now are in force, 0 where they were refused.";
        page.family("current", "gauge", help, &self.current);
        out
    }
}

/// Numbers by the values of some labels, which come from a fixed few.
#[derive(Debug)]
pub struct Family<const N: usize> {
    labels: [&'static str; N],
    values: Mutex<BTreeMap<[&'static str; N], u64>>,
}

impl<const N: usize> Family<N> {
    /// A family without numbers yet.
    #[must_use]
    pub fn new(labels: [&'static str; N]) -> Self {
        Self { labels, values: Mutex::default() }
    }

    /// Counts one more.
    pub fn count(&self, labels: [&'static str; N]) {
        let mut values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        let value = values.entry(labels).or_default();
        *value = value.saturating_add(1);
    }

    /// Sets the number.
    pub fn set(&self, labels: [&'static str; N], value: u64) {
        self.values.lock().unwrap_or_else(PoisonError::into_inner).insert(labels, value);
    }
}

/// How many took how long.
#[derive(Debug, Default)]
pub struct Histogram {
    /// One for each of [`BOUNDS`], and one for what took longer.
    buckets: [AtomicU64; 13],
    micros: AtomicU64,
}

/// In microseconds.
const BOUNDS: [(u64, &str); 12] = [
    (100, "0.0001"),
    (250, "0.00025"),
    (500, "0.0005"),
    (1_000, "0.001"),
    (2_500, "0.0025"),
    (5_000, "0.005"),
    (10_000, "0.01"),
    (50_000, "0.05"),
    (250_000, "0.25"),
    (1_000_000, "1"),
    (5_000_000, "5"),
    (10_000_000, "10"),
];

impl Histogram {
    /// Counts one.
    pub fn observe(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let place = BOUNDS.iter().position(|(bound, _)| micros <= *bound).unwrap_or(BOUNDS.len());
        if let Some(bucket) = self.buckets.get(place) {
            bucket.fetch_add(1, Relaxed);
        }
        self.micros.fetch_add(micros, Relaxed);
    }

    fn write(&self, page: &mut Page<'_>, name: &str, help: &str) {
        page.head(name, "histogram", help);
        let mut sum = 0u64;
        let bounds = BOUNDS.iter().map(|(_, text)| *text).chain(["+Inf"]);
        for (bucket, bound) in self.buckets.iter().zip(bounds) {
            sum = sum.saturating_add(bucket.load(Relaxed));
            page.line(name, "_bucket", &[("le", bound)], &sum.to_string());
        }
        let micros = self.micros.load(Relaxed);
        page.line(name, "_sum", &[], &format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000));
        page.line(name, "_count", &[], &sum.to_string());
    }
}

/// The text as it is written. No label's value has a character that must be escaped.
struct Page<'a>(&'a mut String);

impl Page<'_> {
    fn family<const N: usize>(&mut self, name: &str, kind: &str, help: &str, family: &Family<N>) {
        self.head(name, kind, help);
        for (values, number) in family.values.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let labels: Vec<_> = family.labels.into_iter().zip(values.iter().copied()).collect();
            self.line(name, "", &labels, &number.to_string());
        }
    }

    fn number(&mut self, name: &str, kind: &str, help: &str, value: &AtomicU64) {
        self.head(name, kind, help);
        self.line(name, "", &[], &value.load(Relaxed).to_string());
    }

    fn head(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a string does not fail.
        let _ = writeln!(self.0, "# HELP dokimos_hook_{name} {help}\n# TYPE dokimos_hook_{name} {kind}");
    }

    fn line(&mut self, name: &str, suffix: &str, labels: &[(&str, &str)], value: &str) {
        let labels: Vec<String> = labels.iter().map(|(name, value)| format!("{name}=\"{value}\"")).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(self.0, "dokimos_hook_{name}{suffix}{labels} {value}");
    }
}

/// Counts what is open or under way for as long as it lives.
#[derive(Debug)]
pub(crate) struct Under<'a>(&'a AtomicU64);

impl<'a> Under<'a> {
    pub(crate) fn way(gauge: &'a AtomicU64) -> Self {
        gauge.fetch_add(1, Relaxed);
        Self(gauge)
    }
}

impl Drop for Under<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_what_prometheus_reads() {
        let metrics = Metrics::default();
        metrics.decisions.count(["ATTESTED", "true"]);
        metrics.decisions.count(["ATTESTED", "true"]);
        metrics.decisions.count(["TAG_REFERENCE", "false"]);
        metrics.current.set(["policy"], 1);
        metrics.duration.observe(Duration::from_micros(100));
        metrics.duration.observe(Duration::from_micros(101));
        metrics.duration.observe(Duration::from_secs(61));
        let under = Under::way(&metrics.connections);
        let text = metrics.text();
        for line in [
            "# TYPE dokimos_hook_decisions_total counter",
            "dokimos_hook_decisions_total{reason=\"ATTESTED\",allowed=\"true\"} 2",
            "dokimos_hook_decisions_total{reason=\"TAG_REFERENCE\",allowed=\"false\"} 1",
            "dokimos_hook_review_duration_seconds_bucket{le=\"0.0001\"} 1",
            "dokimos_hook_review_duration_seconds_bucket{le=\"0.00025\"} 2",
            "dokimos_hook_review_duration_seconds_bucket{le=\"10\"} 2",
            "dokimos_hook_review_duration_seconds_bucket{le=\"+Inf\"} 3",
            "dokimos_hook_review_duration_seconds_sum 61.000201",
            "dokimos_hook_review_duration_seconds_count 3",
            "dokimos_hook_connections 1",
            "dokimos_hook_current{what=\"policy\"} 1",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
        drop(under);
        assert!(metrics.text().contains("dokimos_hook_connections 0\n"));
    }
}
