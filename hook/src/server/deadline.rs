use crate::config::TimeSpan;
use std::time::Duration;

/// How long a review may take: less than what the API server waits, which it says in the query (`?timeout=10s`), so that
/// the answer arrives; and never more than the configuration allows.
pub(super) fn time_for(query: Option<&str>, most: TimeSpan) -> Duration {
    let parameters = query.unwrap_or_default().split('&');
    let waits = parameters.filter_map(|parameter| parameter.strip_prefix("timeout=")).next_back();
    match waits.and_then(|text| text.parse::<TimeSpan>().ok()) {
        // A tenth is for the way here and back.
        Some(TimeSpan(waits)) => most.0.min(waits.saturating_sub(waits.checked_div(10).unwrap_or_default())),
        None => most.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_comes_before_the_caller_leaves() {
        let most = TimeSpan::secs(9);
        for (query, millis) in [
            (Some("timeout=10s"), 9_000),
            (Some("timeout=5s"), 4_500),
            (Some("a=b&timeout=1s&c"), 900),
            (Some("timeout=30s"), 9_000),
            (Some("timeout=1m0s"), 9_000),
            (Some("timeout=nonsense"), 9_000),
            (Some("timeout=0s"), 0),
            (Some(""), 9_000),
            (None, 9_000),
        ] {
            assert_eq!(time_for(query, most), Duration::from_millis(millis), "{query:?}");
        }
    }
}
