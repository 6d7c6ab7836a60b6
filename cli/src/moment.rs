//! The time of a judgement: the one place where the program looks at a clock.

use crate::failure::Failure;
use clap::Args;
use dokimos::UnixTime;
use std::time::SystemTime;

/// The time at which keys are judged.
#[derive(Args)]
pub(crate) struct Moment {
    /// The time at which keys are judged, as 2026-01-31T12:00:00Z [default: now]
    #[arg(long, value_name = "RFC3339")]
    at: Option<UnixTime>,
}

impl Moment {
    pub(crate) fn time(&self) -> Result<UnixTime, Failure> {
        if let Some(time) = self.at {
            return Ok(time);
        }
        // A clock that stands before 1970 is wrong, and a time made up instead could revive a key.
        let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok();
        let secs = since_1970.and_then(|duration| i64::try_from(duration.as_secs()).ok());
        secs.map(UnixTime::from_secs).ok_or_else(|| Failure::input("clock", "shows no usable time; give --at"))
    }
}
