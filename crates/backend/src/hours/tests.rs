//! Opening hours by the clock on the wall, in four time zones and across every change of the clocks; and what is refused.

use super::*;
use proptest::prelude::*;

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;

const BERLIN: &str = r#"{
    "time_zone": "Europe/Berlin",
    "open": {"monday": ["09:00-12:30", "13:30-18:00"], "friday": ["09:00-12:30"], "saturday": []},
    "holidays": {"2026-12-25": [], "2026-12-24": ["10:00-12:00"]}
}"#;

fn hours(json: &str) -> OpeningHours {
    OpeningHours::parse(json).expect("opening hours")
}

/// The same span on every day.
fn daily(time_zone: &str, span: &str) -> OpeningHours {
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let days = days.map(|day| format!(r#""{day}":["{span}"]"#)).join(",");
    hours(&format!(r#"{{"time_zone":"{time_zone}","open":{{{days}}}}}"#))
}

/// Milliseconds of an instant, such as `2026-01-05T08:00:00Z`.
fn ms(instant: &str) -> u64 {
    let instant: Timestamp = instant.parse().expect("an instant");
    instant.as_millisecond().try_into().expect("after 1970")
}

fn opens_next(hours: &OpeningHours, at: &str) -> Option<String> {
    hours
        .opens_next(ms(at))
        .map(|at| Timestamp::from_millisecond(at.try_into().expect("small")).expect("near").to_string())
}

/// Holds the shop to be open exactly between these instants, closed right before and after, and to open next at each begin.
fn is_open_exactly(hours: &OpeningHours, spans: &[(&str, &str)]) {
    for (index, (begin, end)) in spans.iter().enumerate() {
        let (begin, end) = (ms(begin), ms(end));
        for (at, expected) in [(begin - 1, false), (begin, true), (end - 1, true), (end, false)] {
            assert_eq!(
                hours.is_open(at),
                expected,
                "{} in {spans:?}",
                Timestamp::from_millisecond(at as i64).expect("near")
            );
        }
        assert_eq!(hours.opens_next(begin - 1), Some(begin), "{spans:?}");
        if let Some((next, _)) = spans.get(index + 1) {
            assert_eq!(hours.opens_next(end), Some(ms(next)), "{spans:?}");
        }
    }
}

#[test]
fn a_week_goes_by_its_spans() {
    // 5 January 2026 is a Monday.
    is_open_exactly(
        &hours(BERLIN),
        &[
            ("2026-01-05T08:00:00Z", "2026-01-05T11:30:00Z"),
            ("2026-01-05T12:30:00Z", "2026-01-05T17:00:00Z"),
            ("2026-01-09T08:00:00Z", "2026-01-09T11:30:00Z"),
            ("2026-01-12T08:00:00Z", "2026-01-12T11:30:00Z"),
        ],
    );
    // The same hours by the wall are an hour earlier in summer.
    is_open_exactly(&hours(BERLIN), &[("2026-07-06T07:00:00Z", "2026-07-06T10:30:00Z")]);
}

#[test]
fn a_holiday_stands_in_for_its_weekday() {
    // 24 December 2026 is a Thursday, which is closed otherwise; the 25th a Friday, which is open otherwise.
    is_open_exactly(
        &hours(BERLIN),
        &[("2026-12-24T09:00:00Z", "2026-12-24T11:00:00Z"), ("2026-12-28T08:00:00Z", "2026-12-28T11:30:00Z")],
    );
}

#[test]
fn each_shop_lives_by_its_own_clock() {
    is_open_exactly(&daily("America/New_York", "09:00-17:00"), &[("2026-01-05T14:00:00Z", "2026-01-05T22:00:00Z")]);
    is_open_exactly(&daily("America/New_York", "09:00-17:00"), &[("2026-07-06T13:00:00Z", "2026-07-06T21:00:00Z")]);
    is_open_exactly(&daily("Asia/Kathmandu", "10:00-17:30"), &[("2026-01-05T04:15:00Z", "2026-01-05T11:45:00Z")]);
    // In Kiritimati (UTC+14) Monday begins when it is still Sunday noon in UTC.
    let monday = r#"{"time_zone":"Pacific/Kiritimati","open":{"monday":["00:00-24:00"]}}"#;
    is_open_exactly(
        &hours(monday),
        &[("2026-01-04T10:00:00Z", "2026-01-05T10:00:00Z"), ("2026-01-11T10:00:00Z", "2026-01-12T10:00:00Z")],
    );
}

#[test]
fn a_span_up_to_midnight_meets_the_next_days() {
    let json =
        r#"{"time_zone":"Europe/Berlin","open":{"friday":["20:00-24:00"],"saturday":["00:00-02:00","22:00-00:00"]}}"#;
    is_open_exactly(
        &hours(json),
        &[("2026-01-09T19:00:00Z", "2026-01-10T01:00:00Z"), ("2026-01-10T21:00:00Z", "2026-01-10T23:00:00Z")],
    );
}

/// In Berlin 02:00 becomes 03:00 on 29 March 2026 at 01:00 UTC; in New York on 8 March at 07:00 UTC.
#[test]
fn a_skipped_time_never_comes() {
    // Begins before, begins within, lies within, ends within.
    let next_day = ("2026-03-30T00:00:00Z", "2026-03-30T00:30:00Z");
    is_open_exactly(&daily("Europe/Berlin", "01:30-03:30"), &[("2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z")]);
    is_open_exactly(&daily("Europe/Berlin", "02:30-04:00"), &[("2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z")]);
    is_open_exactly(
        &daily("Europe/Berlin", "02:00-02:30"),
        &[("2026-03-28T01:00:00Z", "2026-03-28T01:30:00Z"), next_day],
    );
    is_open_exactly(&daily("Europe/Berlin", "01:30-02:30"), &[("2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z")]);
    is_open_exactly(&daily("America/New_York", "02:30-04:00"), &[("2026-03-08T07:00:00Z", "2026-03-08T08:00:00Z")]);
}

/// In Berlin 03:00 becomes 02:00 on 25 October 2026 at 01:00 UTC; in New York 02:00 becomes 01:00 on 1 November at 06:00 UTC.
#[test]
fn a_repeated_time_is_open_both_times() {
    is_open_exactly(
        &daily("Europe/Berlin", "02:15-02:45"),
        &[
            ("2026-10-24T00:15:00Z", "2026-10-24T00:45:00Z"),
            ("2026-10-25T00:15:00Z", "2026-10-25T00:45:00Z"),
            ("2026-10-25T01:15:00Z", "2026-10-25T01:45:00Z"),
            ("2026-10-26T01:15:00Z", "2026-10-26T01:45:00Z"),
        ],
    );
    // The clock jumps back into the middle of this one.
    is_open_exactly(
        &daily("Europe/Berlin", "01:00-02:30"),
        &[("2026-10-24T23:00:00Z", "2026-10-25T00:30:00Z"), ("2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z")],
    );
    is_open_exactly(&daily("America/New_York", "00:30-02:30"), &[("2026-11-01T04:30:00Z", "2026-11-01T07:30:00Z")]);
}

/// In St. John's the clock went back from 00:01 to 23:01 of the day before, on 7 November 2010 at 02:31 UTC.
#[test]
fn an_evening_that_comes_again_after_midnight_is_found() {
    let sunday_early =
        r#"{"time_zone":"America/St_Johns","open":{"saturday":["23:30-23:40"],"sunday":["00:00-01:00"]}}"#;
    is_open_exactly(
        &hours(sunday_early),
        &[
            ("2010-11-07T02:00:00Z", "2010-11-07T02:10:00Z"),
            ("2010-11-07T02:30:00Z", "2010-11-07T02:31:00Z"),
            ("2010-11-07T03:00:00Z", "2010-11-07T03:10:00Z"),
            ("2010-11-07T03:30:00Z", "2010-11-07T04:30:00Z"),
        ],
    );
    // Asked when the wall says Sunday and Saturday's evening is still to come.
    let evening = hours(r#"{"time_zone":"America/St_Johns","open":{"saturday":["23:30-23:40"]}}"#);
    assert_eq!(opens_next(&evening, "2010-11-07T02:30:30Z").as_deref(), Some("2010-11-07T03:00:00Z"));
}

#[test]
fn a_shop_that_stays_closed_for_a_year_has_no_next_opening() {
    assert_eq!(opens_next(&hours(r#"{"time_zone":"UTC","open":{}}"#), "2026-01-01T00:00:00Z"), None);
    let far = hours(r#"{"time_zone":"UTC","open":{},"holidays":{"2027-06-01":["09:00-10:00"]}}"#);
    assert_eq!(opens_next(&far, "2026-05-31T08:59:59Z"), None);
    assert_eq!(opens_next(&far, "2026-05-31T09:00:00Z").as_deref(), Some("2027-06-01T09:00:00Z"));
    assert_eq!(opens_next(&far, "2027-06-01T10:00:00Z"), None);
    // Begins in a skipped hour.
    let skipped = hours(r#"{"time_zone":"Europe/Berlin","open":{},"holidays":{"2027-03-28":["02:00-03:30"]}}"#);
    assert_eq!(opens_next(&skipped, "2026-03-20T00:00:00Z"), None);
    assert_eq!(opens_next(&skipped, "2026-04-01T00:00:00Z").as_deref(), Some("2027-03-28T01:00:00Z"));
}

#[test]
fn an_instant_beyond_all_calendars_is_closed() {
    let always = daily("Europe/Berlin", "00:00-24:00");
    assert!(!always.is_open(u64::MAX));
    assert_eq!(always.opens_next(u64::MAX), None);
    assert_eq!(always.opens_next(0), Some(0));
}

#[test]
fn what_cannot_be_understood_is_refused_with_its_place_and_how_to_mend_it() {
    let open = |day: &str| format!(r#"{{"time_zone":"Europe/Berlin","open":{day}}}"#);
    let holidays = |days: &str| format!(r#"{{"time_zone":"Europe/Berlin","open":{{}},"holidays":{days}}}"#);
    for (json, said) in [
        ("[]".into(), r#"write "time_zone", "open""#),
        (r#"{"open":{}}"#.into(), "missing field `time_zone`"),
        (r#"{"time_zone":"UTC","open":{},"closed":[]}"#.into(), "unknown field `closed`"),
        (open(r#"{"mondey":[]}"#), "unknown field `mondey`, expected one of `monday`"),
        (open(r#"{"monday":[],"monday":[]}"#), "duplicate field `monday`"),
        (open(r#"{"monday":"09:00-10:00"}"#), "line 1 column"),
        (r#"{"time_zone":"Europe/Berlon","open":{}}"#.into(), r#"`time_zone`: there is no time zone "Europe/Berlon""#),
        (open(r#"{"friday":["nine to five"]}"#), r#"`open.friday`: "nine to five" is no span of time"#),
        (open(r#"{"friday":["9-17"]}"#), "is no span of time"),
        (open(r#"{"friday":["09:00-17:60"]}"#), "is no span of time"),
        (open(r#"{"friday":["09:00-24:01"]}"#), "is no span of time"),
        (open(r#"{"friday":["24:00-02:00"]}"#), "is no span of time"),
        (open(r#"{"friday":["09:00-+9:30"]}"#), "is no span of time"),
        (open(r#"{"friday":["09:5-10:00"]}"#), "is no span of time"),
        (open(r#"{"friday":["09:00-09:00"]}"#), "`open.friday`: \"09:00-09:00\" ends when it begins; write []"),
        (open(r#"{"friday":["22:00-02:00"]}"#), r#"split it: "22:00-24:00" here and "00:00-02:00" on the next day"#),
        (
            open(r#"{"friday":["13:00-18:00","09:00-13:30"]}"#),
            r#"`open.friday`: "09:00-13:30" and "13:00-18:00" overlap"#,
        ),
        (holidays(r#"{"25.12.2026":[]}"#), r#"`holidays`: "25.12.2026" is no date"#),
        (holidays(r#"{"2026-02-29":[]}"#), "is no date"),
        (holidays(r#"{"20261225":[]}"#), "is no date"),
        (holidays(r#"{"2026-12-25":[],"2026-12-25":["09:00-10:00"]}"#), "`holidays`: 2026-12-25 is there twice"),
        (holidays(r#"{"2026-12-25":["10:00"]}"#), r#"`holidays.2026-12-25`: "10:00" is no span"#),
        (holidays(r#"["2026-12-25"]"#), "an object with a list of spans for each date"),
    ] {
        let error = OpeningHours::parse(&json).expect_err(&json).to_string();
        assert!(error.contains(said), "{json}: {error}");
    }
}

#[test]
fn spans_are_read_as_people_write_them() {
    for span in ["9:00-17:00", "09:00 - 17:00", "09:00–17:00"] {
        assert_eq!(daily("UTC", span), daily("UTC", "09:00-17:00"), "{span}");
    }
}

/// A shop of any kind, in zones with and without changes of the clock, some of half an hour.
fn shops() -> impl Strategy<Value = OpeningHours> {
    let zones =
        ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati", "Australia/Lord_Howe", "UTC"];
    // Few minutes or many, rather at night, when clocks are changed.
    let span = (prop_oneof![0..5 * 60u16, 0..DAY], prop_oneof![1..90u16, 1..DAY]);
    let day = prop::collection::vec(span, 0..3).prop_map(|spans| {
        let mut day: Vec<Span> = Vec::new();
        for (begin, minutes) in spans {
            let span = Span { begin, end: DAY.min(begin + minutes) };
            if day.iter().all(|other| other.end <= span.begin || span.end <= other.begin) {
                day.push(span);
            }
        }
        day
    });
    let holidays = prop::collection::btree_map(0..370i64, day.clone(), 0..40);
    (prop::sample::select(zones.to_vec()), prop::array::uniform7(day), holidays).prop_map(|(zone, week, holidays)| {
        let first = Date::constant(2026, 1, 1);
        let holidays = holidays.into_iter().map(|(day, spans)| (first + day.days(), spans)).collect();
        OpeningHours { zone: TimeZone::get(zone).expect("a time zone"), week, holidays }
    })
}

/// Milliseconds from 2026 on, often within two days of a change of the clocks somewhere.
fn instants() -> impl Strategy<Value = u64> {
    let changes = ["2026-03-08T07:00:00Z", "2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z", "2026-11-01T06:00:00Z"];
    let near = (prop::sample::select(changes.to_vec()), 0..96 * HOUR);
    prop_oneof![
        near.prop_map(|(change, later)| ms(change) - 48 * HOUR + later),
        (0..365 * 24 * HOUR).prop_map(|later| ms("2026-01-01T00:00:00Z") + later),
    ]
}

proptest! {
    #[test]
    fn the_next_opening_is_open_and_nothing_before_it_is(shop in shops(), at in instants()) {
        let next = shop.opens_next(at);
        prop_assert_eq!(shop.is_open(at), next == Some(at));
        let end = next.unwrap_or(at + 366 * 24 * HOUR);
        prop_assert!(next.is_none_or(|next| next >= at && shop.is_open(next)));
        // Each minute of a week, and the last one before it opens; beyond a week, one in an hour.
        let minutes = (at..end.min(at + 7 * 24 * HOUR)).step_by(MINUTE as usize);
        let hours = (at..end).step_by(HOUR as usize);
        for closed in minutes.chain(hours).chain(end.checked_sub(1).filter(|before| *before >= at)) {
            prop_assert!(!shop.is_open(closed), "{} ms before the end", end - closed);
        }
    }
}
