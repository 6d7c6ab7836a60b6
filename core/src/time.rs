//! Points in time, as the caller and the policy state them. dokimos reads no clock.

use core::{fmt, str::FromStr};

/// A point in time: seconds since 1970-01-01T00:00:00Z, leap seconds not counted (POSIX time).
///
/// Text is RFC 3339 with its own small reader, so that a build for a browser carries no calendar library:
///
/// ```
/// use dokimos::UnixTime;
///
/// let time: UnixTime = "2026-01-31T13:00:00+01:00".parse()?;
/// assert_eq!(time, UnixTime::from_secs(1_769_860_800));
/// assert_eq!(time.to_string(), "2026-01-31T12:00:00Z");
/// # Ok::<(), dokimos::TimeError>(())
/// ```
///
/// What the reader takes and what it refuses:
/// - the offset is required: `Z`, or `+hh:mm`, or `-hh:mm`; a time without one means another moment in every place;
/// - date and time are joined by `T` (or `t`), not by a space;
/// - a fraction of a second is checked and dropped, so the result is the whole second before;
/// - `:60`, a leap second, is refused: POSIX time has no number for it;
/// - the moment lies in the years 0001 to 9999 of UTC, so that each value read can be written again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime(i64);

impl UnixTime {
    /// The time so many seconds after (or, if negative, before) 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs)
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn as_secs(self) -> i64 {
        self.0
    }
}

impl FromStr for UnixTime {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        if text.len() > LONGEST {
            return Err(TimeError::Syntax);
        }
        let mut numbers = [0; 6];
        let rest = read_numbers(text.as_bytes(), b"0000-00-00T00:00:00", &mut numbers).ok_or(TimeError::Syntax)?;
        let offset = read_offset(without_fraction(rest)?)?;
        let [year, month, day, hour, minute, second] = numbers;
        let date = Date { year, month, day };

        if date.year == 0 {
            return Err(TimeError::YearOutOfRange);
        }
        let days = date.days().ok_or(TimeError::NoSuchDate)?;
        if second == 60 {
            return Err(TimeError::LeapSecond);
        }
        if hour > 23 || minute > 59 || second > 59 {
            return Err(TimeError::NoSuchTime);
        }
        // None of these numbers has more than four digits: nothing wraps.
        let of_day = hour.wrapping_mul(3600).wrapping_add(minute.wrapping_mul(60)).wrapping_add(second);
        let secs = i64::from(days).wrapping_mul(DAY).wrapping_add(of_day.wrapping_sub(offset).into());
        if !YEARS_0001_TO_9999.contains(&secs) {
            return Err(TimeError::YearOutOfRange);
        }
        Ok(Self(secs))
    }
}

/// RFC 3339 in UTC, as `2026-01-31T12:00:00Z`. A time outside the years 0001 to 9999, for which RFC 3339 has no
/// text, is written as `@` and its seconds.
impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !YEARS_0001_TO_9999.contains(&self.0) {
            return write!(f, "@{}", self.0);
        }
        // At most four million in the years that are written.
        let days = self.0.div_euclid(DAY).try_into().map_err(|_| fmt::Error)?;
        let Date { year, month, day } = Date::from_days(days);
        let of_day = self.0.rem_euclid(DAY);
        let (hour, minute, second) =
            (of_day.div_euclid(3600), of_day.div_euclid(60).rem_euclid(60), of_day.rem_euclid(60));
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

/// Why a text is not a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimeError {
    /// A leap second, `:60`.
    LeapSecond,
    /// Date and time are there, the offset is not.
    MissingOffset,
    /// A month without that day, or a thirteenth month.
    NoSuchDate,
    /// An offset of more than 23 hours or 59 minutes.
    NoSuchOffset,
    /// An hour above 23, or a minute or second above 59.
    NoSuchTime,
    /// Not of the form `2026-01-31T12:00:00Z`.
    Syntax,
    /// Before the year 0001 or after the year 9999, in UTC.
    YearOutOfRange,
}

impl TimeError {
    /// The stable code of this error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::LeapSecond => "TIME_LEAP_SECOND",
            Self::MissingOffset => "TIME_MISSING_OFFSET",
            Self::NoSuchDate => "TIME_NO_SUCH_DATE",
            Self::NoSuchOffset => "TIME_NO_SUCH_OFFSET",
            Self::NoSuchTime => "TIME_NO_SUCH_TIME",
            Self::Syntax => "TIME_SYNTAX",
            Self::YearOutOfRange => "TIME_YEAR_OUT_OF_RANGE",
        }
    }
}

impl fmt::Display for TimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LeapSecond => "leap seconds are not supported; write the second before or after",
            Self::MissingOffset => "the time has no offset; end it with Z, or with +hh:mm or -hh:mm",
            Self::NoSuchDate => "there is no such date",
            Self::NoSuchOffset => "there is no such offset from UTC",
            Self::NoSuchTime => "there is no such time of day",
            Self::Syntax => "not a time of the form 2026-01-31T12:00:00Z (RFC 3339)",
            Self::YearOutOfRange => "the year is not between 0001 and 9999",
        })
    }
}

impl core::error::Error for TimeError {}

/// Bytes of the longest text that is looked at: 25 and a fraction, of which no writer emits more than 12 digits.
const LONGEST: usize = 64;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z.
const YEARS_0001_TO_9999: core::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;

/// Reads the numbers that a text has where the form has zeros, and gives what follows; none if it is not of the form. A letter
/// may be small.
fn read_numbers<'t>(text: &'t [u8], form: &[u8], numbers: &mut [i32]) -> Option<&'t [u8]> {
    let (start, rest) = text.split_at_checked(form.len())?;
    let mut numbers = numbers.iter_mut();
    let mut number = numbers.next()?;
    for (byte, wanted) in start.iter().zip(form) {
        match byte {
            b'0'..=b'9' if *wanted == b'0' => {
                // Four digits at most.
                *number = number.wrapping_mul(10).wrapping_add(byte.wrapping_sub(b'0').into());
            }
            _ if *wanted != b'0' && byte.eq_ignore_ascii_case(wanted) => number = numbers.next()?,
            _ => return None,
        }
    }
    Some(rest)
}

fn without_fraction(text: &[u8]) -> Result<&[u8], TimeError> {
    let [b'.', fraction @ ..] = text else { return Ok(text) };
    let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits == 0 {
        return Err(TimeError::Syntax);
    }
    Ok(fraction.get(digits..).unwrap_or_default())
}

/// The offset from UTC, in seconds, with which the text ends. `-00:00` is UTC (RFC 3339 section 4.3).
fn read_offset(text: &[u8]) -> Result<i32, TimeError> {
    let (east, size) = match text {
        [] => return Err(TimeError::MissingOffset),
        [b'Z' | b'z'] => return Ok(0),
        [b'-', size @ ..] => (-1_i32, size),
        [b'+', size @ ..] => (1, size),
        _ => return Err(TimeError::Syntax),
    };
    let mut numbers = [0; 2];
    if read_numbers(size, b"00:00", &mut numbers) != Some(&[]) {
        return Err(TimeError::Syntax);
    }
    let [hour, minute] = numbers;
    if hour > 23 || minute > 59 {
        return Err(TimeError::NoSuchOffset);
    }
    Ok(east.wrapping_mul(hour.wrapping_mul(3600).wrapping_add(minute.wrapping_mul(60))))
}

/// A date of the Gregorian calendar, also before its introduction.
struct Date {
    year: i32,
    month: i32,
    day: i32,
}

impl Date {
    /// Days since 1970-01-01, if there is such a date in the years 1 to 9999.
    ///
    /// The year is made to begin in March, so that the leap day is its last day and the months before it have the
    /// lengths 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31: their sums are `(153 m + 2) / 5`.
    #[expect(clippy::arithmetic_side_effects, reason = "year ≤ 9999, so that no value passes 365 · 10,000 · 4")]
    fn days(&self) -> Option<i32> {
        if !(1..=12).contains(&self.month) || !(1..=31).contains(&self.day) {
            return None;
        }
        let (year, month) = if self.month > 2 { (self.year, self.month - 3) } else { (self.year - 1, self.month + 9) };
        let before_year = 365 * year + year / 4 - year / 100 + year / 400;
        let days = before_year + (153 * month + 2) / 5 + (self.day - 1) - MARCH_0000_TO_1970;
        // A day behind the end of a month is in another month.
        (Self::from_days(days).month == self.month).then_some(days)
    }

    /// The inverse of [`days`](Self::days).
    #[expect(clippy::arithmetic_side_effects, reason = "days is within the years 1 to 9999: at most 3,652,058 in size")]
    fn from_days(days: i32) -> Self {
        let days = days + MARCH_0000_TO_1970;
        let (era, of_era) = (days / DAYS_OF_400_YEARS, days % DAYS_OF_400_YEARS);
        // 1460, 36,524 and 146,096 are the last days of 4, 100 and 400 years: the leap days that must not count as a year.
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let (january, month) = if month < 10 { (0, month + 3) } else { (1, month - 9) };
        Self { year: 400 * era + year_of_era + january, month, day }
    }
}

const DAYS_OF_400_YEARS: i32 = 146_097;

/// Days from 0000-03-01 to 1970-01-01.
const MARCH_0000_TO_1970: i32 = 719_468;
