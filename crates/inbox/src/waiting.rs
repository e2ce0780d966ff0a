//! How long somebody has waited, as a running clock and in words.

use crate::strings::{ENGLISH, fill};

/// `2:05`, or `1:02:05` from an hour on, for `ms` milliseconds.
pub fn clock(ms: u64) -> String {
    let seconds = ms / 1_000;
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours == 0 { format!("{minutes}:{seconds:02}") } else { format!("{hours}:{minutes:02}:{seconds:02}") }
}

/// `less than a minute`, `3 min`, `1 h 2 min`: for whoever hears it, without a word every second.
pub fn words(ms: u64) -> String {
    let minutes = ms / 60_000;
    let counted = |text, count: u64| fill(text, "{count}", &count.to_string());
    match (minutes / 60, minutes % 60) {
        (0, 0) => ENGLISH.under_a_minute.to_owned(),
        (0, minutes) => counted(ENGLISH.minutes, minutes),
        (hours, 0) => counted(ENGLISH.hours, hours),
        (hours, minutes) => format!("{} {}", counted(ENGLISH.hours, hours), counted(ENGLISH.minutes, minutes)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_a_clock_for_the_eye_and_words_for_the_ear() {
        for (ms, clocked, worded) in [
            (0, "0:00", "less than a minute"),
            (65_999, "1:05", "1 min"),
            (3_599_000, "59:59", "59 min"),
            (3_725_000, "1:02:05", "1 h 2 min"),
            (7_200_000, "2:00:00", "2 h"),
        ] {
            assert_eq!((clock(ms).as_str(), words(ms).as_str()), (clocked, worded), "{ms} ms");
        }
    }
}
