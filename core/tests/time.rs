//! RFC 3339 read and written, held against `jiff`.

use dokimos::{TimeError, UnixTime};
use jiff::Timestamp;
use proptest::prelude::*;

#[test]
fn known_times() {
    for (text, secs) in [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01t00:00:00z", 0),
        ("1969-12-31T23:59:59Z", -1),
        ("2026-01-31T12:00:00Z", 1_769_860_800),
        ("2000-02-29T23:59:59Z", 951_868_799),
        ("1900-03-01T00:00:00Z", -2_203_891_200),
        ("0001-01-01T00:00:00Z", -62_135_596_800),
        ("9999-12-31T23:59:59Z", 253_402_300_799),
        // RFC 3339 section 5.8; the third is the leap second of 1990 and is refused below.
        ("1985-04-12T23:20:50.52Z", 482_196_050),
        ("1996-12-19T16:39:57-08:00", 851_042_397),
        ("1937-01-01T12:00:27.87+00:20", -1_041_337_173),
        // Section 4.3: UTC is known, the local offset is not.
        ("2026-01-31T12:00:00-00:00", 1_769_860_800),
        // The last offsets there are, over the end of a day and of a year.
        ("2026-01-01T00:00:00+23:59", 1_767_139_260),
        ("2025-12-31T23:59:59-23:59", 1_767_311_939),
    ] {
        assert_eq!(text.parse(), Ok(UnixTime::from_secs(secs)), "{text}");
    }
}

#[test]
fn a_fraction_is_dropped_towards_the_past() {
    let last = UnixTime::from_secs(-1);
    for fraction in ["", ".0", ".5", ".999999999", ".9999999999999999999999999999"] {
        assert_eq!(format!("1969-12-31T23:59:59{fraction}Z").parse(), Ok(last), "{fraction}");
    }
}

#[test]
fn what_is_not_a_time_is_refused() {
    use TimeError::{LeapSecond, MissingOffset, NoSuchDate, NoSuchOffset, NoSuchTime, Syntax, YearOutOfRange};
    for (text, error) in [
        ("", Syntax),
        ("2026", Syntax),
        ("2026-01-31", Syntax),
        ("2026-01-31T12:00Z", Syntax),
        ("2026-01-31 12:00:00Z", Syntax),
        ("2026-01-31_12:00:00Z", Syntax),
        (" 2026-01-31T12:00:00Z", Syntax),
        ("2026-01-31T12:00:00Z ", Syntax),
        ("2026-01-31T12:00:00Z\n", Syntax),
        ("2026-01-31T12:00:00ZZ", Syntax),
        ("2026-01-31T12:00:00+01:00:00", Syntax),
        ("2026-01-31T12:00:00+0100", Syntax),
        ("2026-01-31T12:00:00+01", Syntax),
        ("2026-01-31T12:00:00+1:00", Syntax),
        ("2026-01-31T12:00:00 +01:00", Syntax),
        ("2026-01-31T12:00:00[UTC]", Syntax),
        ("2026-01-31T12:00:00.Z", Syntax),
        ("2026-01-31T12:00:00,5Z", Syntax),
        ("2026-1-31T12:00:00Z", Syntax),
        ("20260131T120000Z", Syntax),
        ("2026/01/31T12:00:00Z", Syntax),
        ("+2026-01-31T12:00:00Z", Syntax),
        ("-2026-01-31T12:00:00Z", Syntax),
        ("12026-01-31T12:00:00Z", Syntax),
        ("2026-01-31T+1:00:00Z", Syntax),
        ("2026-01-31T12:00:00−01:00", Syntax),
        ("2026-01-31T12:00:0٣Z", Syntax),
        ("1790000000", Syntax),
        ("never", Syntax),
        ("2026-01-31T12:00:00", MissingOffset),
        ("2026-01-31T12:00:00.5", MissingOffset),
        ("2026-00-10T12:00:00Z", NoSuchDate),
        ("2026-13-10T12:00:00Z", NoSuchDate),
        ("2026-01-00T12:00:00Z", NoSuchDate),
        ("2026-01-32T12:00:00Z", NoSuchDate),
        ("2026-04-31T12:00:00Z", NoSuchDate),
        ("2026-02-29T12:00:00Z", NoSuchDate),
        ("2100-02-29T12:00:00Z", NoSuchDate),
        ("2000-02-30T12:00:00Z", NoSuchDate),
        ("2026-01-31T24:00:00Z", NoSuchTime),
        ("2026-01-31T12:60:00Z", NoSuchTime),
        ("2026-01-31T12:00:61Z", NoSuchTime),
        ("1990-12-31T23:59:60Z", LeapSecond),
        ("2026-01-31T12:00:00+24:00", NoSuchOffset),
        ("2026-01-31T12:00:00-00:60", NoSuchOffset),
        ("0000-01-01T00:00:00Z", YearOutOfRange),
        ("0001-01-01T00:00:00+00:01", YearOutOfRange),
        ("9999-12-31T23:59:59-00:01", YearOutOfRange),
    ] {
        assert_eq!(text.parse::<UnixTime>(), Err(error), "{text:?}");
    }
    let long = format!("2026-01-31T12:00:00.{}Z", "0".repeat(44));
    assert_eq!(long.parse::<UnixTime>(), Err(Syntax));
    assert!(long.replacen('0', "", 2).len() < 64);
    assert!(format!("2026-01-31T12:00:00.{}Z", "0".repeat(43)).parse::<UnixTime>().is_ok());
}

#[test]
fn each_error_has_its_own_code_and_text() {
    let errors = [
        "",
        "2026-01-31T12:00:00",
        "2026-02-30T00:00:00Z",
        "2026-02-20T24:00:00Z",
        "2026-02-20T23:59:60Z",
        "2026-02-20T23:59:00+99:00",
        "0000-01-01T00:00:00Z",
    ]
    .map(|text| text.parse::<UnixTime>().unwrap_err());
    let codes: std::collections::HashSet<_> = errors.iter().map(TimeError::code).collect();
    let texts: std::collections::HashSet<_> = errors.iter().map(ToString::to_string).collect();
    assert_eq!((codes.len(), texts.len()), (errors.len(), errors.len()));
}

#[test]
fn a_time_without_a_year_in_rfc_3339_is_written_as_seconds() {
    for secs in [i64::MIN, -62_135_596_801, 253_402_300_800, i64::MAX] {
        assert_eq!(UnixTime::from_secs(secs).to_string(), format!("@{secs}"));
    }
}

/// The last second of which jiff knows: its range ends a day early, so that every offset can be applied.
const LAST_OF_JIFF: i64 = 253_402_207_200;

#[test]
fn every_day_is_written_as_jiff_writes_it() {
    for day in -719_162_i64..2_932_895 {
        // A different second in each day.
        let secs = day * 86_400 + (day * 7919).rem_euclid(86_400);
        let text = UnixTime::from_secs(secs).to_string();
        assert_eq!(text, Timestamp::from_second(secs).unwrap().to_string());
        assert_eq!(text.parse(), Ok(UnixTime::from_secs(secs)));
    }
}

/// Texts near to RFC 3339: each field may be wrong.
fn near_rfc_3339() -> impl Strategy<Value = String> {
    let date = (0_u16..=9999, 0_u8..=14, 0_u8..=33).prop_map(|(y, m, d)| format!("{y:04}-{m:02}-{d:02}"));
    let time = (0_u8..=25, 0_u8..=61, 0_u8..=59).prop_map(|(h, m, s)| format!("{h:02}:{m:02}:{s:02}"));
    let offset = prop_oneof![
        Just("Z".to_owned()),
        (0_u8..=23, 0_u8..=59).prop_map(|(h, m)| format!("+{h:02}:{m:02}")),
        (0_u8..=23, 0_u8..=59).prop_map(|(h, m)| format!("-{h:02}:{m:02}")),
    ];
    (date, "[Tt]", time, "(\\.[0-9]{1,9})?", offset)
        .prop_map(|(date, t, time, fraction, offset)| format!("{date}{t}{time}{fraction}{offset}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn what_is_read_is_what_jiff_reads(text in near_rfc_3339()) {
        // jiff also reads the year 0000 and what an offset moves out of 0001..=9999: neither can be written in RFC 3339
        // with four digits, or with a year that all readers know.
        let theirs = text.parse::<Timestamp>().ok().map(|time| time.as_nanosecond().div_euclid(1_000_000_000));
        let theirs = theirs.filter(|secs| !text.starts_with("0000") && (-62_135_596_800..=253_402_300_799).contains(secs));
        let ours = text.parse::<UnixTime>().ok().filter(|time| time.as_secs() <= LAST_OF_JIFF);
        let ours = ours.map(|time| i128::from(time.as_secs()));
        prop_assert_eq!(ours, theirs);
    }

    #[test]
    fn what_is_written_is_read_again(secs in -62_135_596_800_i64..=LAST_OF_JIFF) {
        let text = UnixTime::from_secs(secs).to_string();
        prop_assert_eq!(text.parse(), Ok(UnixTime::from_secs(secs)));
        prop_assert_eq!(&text, &Timestamp::from_second(secs).unwrap().to_string());
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,80}") {
        if let Ok(time) = text.parse::<UnixTime>() {
            prop_assert_eq!(time.to_string().parse(), Ok(time));
        }
    }

    #[test]
    fn a_changed_character_is_refused_or_another_reading(at in 0_usize..20, with in any::<char>()) {
        let mut characters: Vec<char> = "2026-01-31T12:34:56Z".chars().collect();
        characters[at] = with;
        let text: String = characters.into_iter().collect();
        match (text.parse::<UnixTime>(), text.parse::<Timestamp>()) {
            (Ok(ours), Ok(theirs)) => prop_assert_eq!(ours.as_secs(), theirs.as_second()),
            (Ok(_), Err(_)) => prop_assert!(false, "{} is read", text),
            // What jiff reads beyond RFC 3339: a space for `T`, a leap second.
            (Err(_), _) => {}
        }
    }
}
