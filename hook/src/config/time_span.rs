//! Spans of time as Go writes them: `10s`, `1m30s`, `500ms`.

use serde::{Deserialize, Deserializer, de::Error};
use std::{str::FromStr, time::Duration};

/// A span of time of at most a day. The API server says with such a text how long it waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeSpan(pub Duration);

impl TimeSpan {
    const MOST: Duration = Duration::from_secs(24 * 60 * 60);

    pub(crate) const fn millis(millis: u64) -> Self {
        Self(Duration::from_millis(millis))
    }

    pub(crate) const fn secs(secs: u64) -> Self {
        Self(Duration::from_secs(secs))
    }
}

impl FromStr for TimeSpan {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "not a span of time: whole numbers with h, m, s or ms, as 10s or 1m30s, of at most 24h";
        if text == "0" {
            return Ok(Self(Duration::ZERO));
        }
        let mut sum = Duration::ZERO;
        let mut rest = text;
        while !rest.is_empty() {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (number, behind) = rest.split_at_checked(digits).ok_or(WRONG)?;
            let letters = behind.bytes().take_while(u8::is_ascii_alphabetic).count();
            let (unit, behind) = behind.split_at_checked(letters).ok_or(WRONG)?;
            let millis: u64 = match unit {
                "ms" => 1,
                "s" => 1_000,
                "m" => 60_000,
                "h" => 3_600_000,
                _ => return Err(WRONG),
            };
            let number: u64 = number.parse().map_err(|_| WRONG)?;
            let part = Duration::from_millis(number.checked_mul(millis).ok_or(WRONG)?);
            sum = sum.checked_add(part).filter(|sum| *sum <= Self::MOST).ok_or(WRONG)?;
            rest = behind;
        }
        if text.is_empty() { Err(WRONG) } else { Ok(Self(sum)) }
    }
}

impl<'de> Deserialize<'de> for TimeSpan {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_go_writes_is_read() {
        for (text, millis) in
            [("10s", 10_000), ("1m30s", 90_000), ("500ms", 500), ("24h", 86_400_000), ("0", 0), ("0s", 0)]
        {
            assert_eq!(text.parse(), Ok(TimeSpan::millis(millis)), "{text}");
        }
    }

    #[test]
    fn what_is_no_span_is_refused() {
        for text in [
            "",
            "10",
            "s",
            "-1s",
            "1.5s",
            "1 s",
            "1d",
            "24h1ms",
            "99999999999999999999h",
            "18446744073709551615s",
            "1s ",
            "é",
        ] {
            assert!(text.parse::<TimeSpan>().is_err(), "{text}");
        }
    }
}
