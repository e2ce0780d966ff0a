//! The shop's opening hours: when somebody is there to answer, and when next. Pure: text and an instant in, an answer out.
//!
//! The shop writes them in JSON, by the clock on its own wall:
//!
//! ```json
//! {
//!   "time_zone": "Europe/Berlin",
//!   "open": { "monday": ["09:00-12:30", "13:30-18:00"], "tuesday": ["09:00-18:00"] },
//!   "holidays": { "2026-12-24": ["09:00-12:00"], "2026-12-25": [] }
//! }
//! ```
//!
//! A day that is not named, or has an empty list, is closed; a holiday stands in for its weekday. A span begins with its first
//! minute and ends before its last; `24:00` ends a day, and what runs past midnight is written as two spans.
//!
//! Open means: the clock on the wall shows a time inside a span. When clocks are put forward, a skipped time never comes, and a
//! span that begins in it begins with the first minute after. When they are put back, a repeated time is open both times.
//!
//! The rules of time zones are bundled with the program, so that every machine gives the same answer; they are brought up to
//! date with the library `jiff`.

use jiff::{
    SignedDuration, Timestamp, ToSpan,
    civil::{Date, DateTime},
    tz::{AmbiguousOffset, TimeZone},
};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use std::{collections::BTreeMap, fmt};

/// How far ahead an opening is looked for, in days.
const DAYS: i16 = 366;
/// Minutes of a day by the clock on the wall.
const DAY: u16 = 24 * 60;

/// When the shop is open, by the clock on its wall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpeningHours {
    zone: TimeZone,
    /// Monday first.
    week: [Vec<Span>; 7],
    holidays: BTreeMap<Date, Vec<Span>>,
}

/// Why opening hours could not be read.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableHours {
    /// It is no JSON, or a field is missing, unknown or of another kind.
    #[error(
        "the opening hours cannot be read: {0}; write \"time_zone\", \"open\" with a list of spans for each weekday such \
         as \"monday\": [\"09:00-17:30\"], and perhaps \"holidays\" with one for each date"
    )]
    Json(#[from] serde_json::Error),
    /// There is no such time zone.
    #[error("`time_zone`: there is no time zone {0:?}; write a name of the IANA database, such as \"Europe/Berlin\"")]
    TimeZone(String),
    /// A holiday is no date.
    #[error("`holidays`: {0:?} is no date; write year, month and day, such as \"2026-12-25\"")]
    Date(String),
    /// A holiday is there twice.
    #[error("`holidays`: {0} is there twice; write all spans of that day into one list")]
    Twice(Date),
    /// A span is not two times of a day.
    #[error("`{field}`: {span:?} is no span of time; write when it begins and ends, such as \"09:00-17:30\"")]
    Span {
        /// The day's place in the JSON.
        field: String,
        /// As it was written.
        span: String,
    },
    /// A span ends when it begins.
    #[error("`{field}`: {span:?} ends when it begins; write [] for a closed day and [\"00:00-24:00\"] for a whole one")]
    Empty {
        /// The day's place in the JSON.
        field: String,
        /// As it was written.
        span: String,
    },
    /// A span ends on the next day.
    #[error(
        "`{field}`: {span:?} runs past midnight; split it: \"{begin}-24:00\" here and \"00:00-{end}\" on the next day"
    )]
    PastMidnight {
        /// The day's place in the JSON.
        field: String,
        /// As it was written.
        span: String,
        /// When it begins.
        begin: String,
        /// When it ends.
        end: String,
    },
    /// Two spans of a day cover the same time.
    #[error(
        "`{field}`: {first:?} and {second:?} overlap; write one span for both, or end the first where the second begins"
    )]
    Overlap {
        /// The day's place in the JSON.
        field: String,
        /// The one that begins first.
        first: String,
        /// The other.
        second: String,
    },
}

impl OpeningHours {
    /// Reads what the shop wrote.
    ///
    /// # Errors
    /// When it cannot be understood, or could be in two ways; the message names the field and how to mend it.
    pub fn parse(json: &str) -> Result<OpeningHours, UnreadableHours> {
        let Written { time_zone, open, holidays: Holidays(written) } = serde_json::from_str(json)?;
        let zone = TimeZone::get(&time_zone).map_err(|_| UnreadableHours::TimeZone(time_zone))?;
        let week = [
            spans("open.monday", &open.monday)?,
            spans("open.tuesday", &open.tuesday)?,
            spans("open.wednesday", &open.wednesday)?,
            spans("open.thursday", &open.thursday)?,
            spans("open.friday", &open.friday)?,
            spans("open.saturday", &open.saturday)?,
            spans("open.sunday", &open.sunday)?,
        ];
        let mut holidays = BTreeMap::new();
        for (day, written) in written {
            // The library reads more ways to write a date than the one that is promised.
            let date = day.parse::<Date>().ok().filter(|date| date.to_string() == day);
            let date = date.ok_or_else(|| UnreadableHours::Date(day.clone()))?;
            if holidays.insert(date, spans(&format!("holidays.{day}"), &written)?).is_some() {
                return Err(UnreadableHours::Twice(date));
            }
        }
        Ok(OpeningHours { zone, week, holidays })
    }

    /// Whether the shop is open at this instant, in milliseconds since the Unix epoch.
    #[must_use]
    pub fn is_open(&self, at_ms: u64) -> bool {
        instant(at_ms).is_some_and(|at| self.is_open_at(at))
    }

    /// The first instant at or after this one at which the shop is open; both in milliseconds since the Unix epoch. None
    /// when it stays closed for a year (366 days).
    #[must_use]
    pub fn opens_next(&self, at_ms: u64) -> Option<u64> {
        let at = instant(at_ms)?;
        if self.is_open_at(at) {
            return Some(at_ms);
        }
        let last = at.checked_add(SignedDuration::from_hours(24 * i64::from(DAYS))).ok()?;
        // A shop opens where a span begins, or where the clock is put into the middle of one.
        let mut jumps = self.zone.following(at).map(|jump| jump.timestamp()).take_while(|jump| *jump <= last);
        let mut next = jumps.find(|jump| self.is_open_at(*jump));
        // A clock that is put back at midnight shows the evening again, hence a day more at both ends.
        let mut date = self.zone.to_datetime(at).date().yesterday().ok()?;
        for _ in 0..DAYS + 3 {
            if next.is_some_and(|next| self.zone.to_datetime(next).date() < date.saturating_sub(1.day())) {
                break;
            }
            let begins = self.begins(date).filter(|begin| at < *begin && *begin <= last);
            next = begins.chain(next).min();
            date = date.tomorrow().ok()?;
        }
        u64::try_from(next?.as_millisecond()).ok()
    }

    fn is_open_at(&self, at: Timestamp) -> bool {
        let wall = self.zone.to_datetime(at);
        self.spans_of(wall.date()).iter().any(|span| span.begin <= minute_of(wall) && minute_of(wall) < span.end)
    }

    fn spans_of(&self, date: Date) -> &[Span] {
        let weekday = usize::from(date.weekday().to_monday_zero_offset().unsigned_abs());
        self.holidays.get(&date).unwrap_or(&self.week[weekday])
    }

    /// The instants at which a span of this day begins: twice when that time is repeated, never when it is skipped.
    fn begins(&self, date: Date) -> impl Iterator<Item = Timestamp> {
        self.spans_of(date).iter().flat_map(move |span| {
            let wall = date.at(0, 0, 0, 0).saturating_add(i64::from(span.begin).minutes());
            let offsets = match self.zone.to_ambiguous_timestamp(wall).offset() {
                AmbiguousOffset::Unambiguous { offset } => [Some(offset), None],
                AmbiguousOffset::Fold { before, after } => [Some(before), Some(after)],
                AmbiguousOffset::Gap { .. } => [None, None],
            };
            offsets.into_iter().flatten().filter_map(move |offset| offset.to_timestamp(wall).ok())
        })
    }
}

fn instant(at_ms: u64) -> Option<Timestamp> {
    Timestamp::from_millisecond(i64::try_from(at_ms).ok()?).ok()
}

fn minute_of(wall: DateTime) -> u16 {
    60 * u16::from(wall.hour().unsigned_abs()) + u16::from(wall.minute().unsigned_abs())
}

/// From a minute of a day up to another, which is no part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    begin: u16,
    end: u16,
}

/// The JSON's shape.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    time_zone: String,
    open: Week,
    #[serde(default)]
    holidays: Holidays,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct Week {
    monday: Vec<String>,
    tuesday: Vec<String>,
    wednesday: Vec<String>,
    thursday: Vec<String>,
    friday: Vec<String>,
    saturday: Vec<String>,
    sunday: Vec<String>,
}

/// A list and not a map, which would keep the last of two entries for one day without a word.
#[derive(Default)]
struct Holidays(Vec<(String, Vec<String>)>);

impl<'de> Deserialize<'de> for Holidays {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;

        impl<'de> Visitor<'de> for Entries {
            type Value = Holidays;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object with a list of spans for each date")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Holidays, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Holidays(entries))
            }
        }

        deserializer.deserialize_map(Entries)
    }
}

/// The spans of the day at `field`, in order.
fn spans(field: &str, written: &[String]) -> Result<Vec<Span>, UnreadableHours> {
    let mut spans = Vec::with_capacity(written.len());
    for text in written {
        spans.push((span(field, text)?, text));
    }
    spans.sort_by_key(|(span, _)| span.begin);
    for pair in spans.windows(2) {
        if let [(first, first_text), (second, second_text)] = pair
            && first.end > second.begin
        {
            let (first, second) = ((*first_text).clone(), (*second_text).clone());
            return Err(UnreadableHours::Overlap { field: field.to_owned(), first, second });
        }
    }
    Ok(spans.into_iter().map(|(span, _)| span).collect())
}

fn span(field: &str, text: &str) -> Result<Span, UnreadableHours> {
    let (field, span) = (field.to_owned(), text.to_owned());
    let times = text.split_once(['-', '–']).map(|(begin, end)| (begin.trim(), end.trim()));
    let read = times.and_then(|(begin, end)| Some((begin, minute(begin)?, end, minute(end)?)));
    match read {
        None | Some((_, DAY, _, _)) => Err(UnreadableHours::Span { field, span }),
        Some((_, begin, _, end)) if begin == end => Err(UnreadableHours::Empty { field, span }),
        // Midnight as people write it.
        Some((_, begin, _, 0)) => Ok(Span { begin, end: DAY }),
        Some((_, begin, _, end)) if begin < end => Ok(Span { begin, end }),
        Some((begin, _, end, _)) => {
            Err(UnreadableHours::PastMidnight { field, span, begin: begin.to_owned(), end: end.to_owned() })
        }
    }
}

/// Reads `9:00` or `09:00`, up to `24:00`, as a minute of the day.
fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let number = |text: &str, longest: usize| {
        let is_number = (1..=longest).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| text.parse::<u16>().ok()).flatten()
    };
    let (hour, minute) = (number(hour, 2)?, number(minute, 2).filter(|_| minute.len() == 2)?);
    (minute < 60 && 60 * hour + minute <= DAY).then_some(60 * hour + minute)
}

#[cfg(test)]
mod tests;
