//! Spans of time in words.

use std::time::Duration;

use crate::text::count;

/// As a person says it: seconds below two minutes, else hours and minutes, rounded up.
pub fn words(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 120 {
        return count(usize::try_from(seconds).unwrap_or(usize::MAX), "second");
    }
    let minutes = usize::try_from(seconds.div_ceil(60)).unwrap_or(usize::MAX);
    match (minutes / 60, minutes % 60) {
        (0, minutes) => count(minutes, "minute"),
        (hours, 0) => count(hours, "hour"),
        (hours, minutes) => format!("{} {}", count(hours, "hour"), count(minutes, "minute")),
    }
}

/// Units in which a distance of time is told, the largest first: seconds of one, and its word.
const UNITS: [(i64, &str); 5] = [
    (365 * 86_400, "year"),
    (30 * 86_400, "month"),
    (86_400, "day"),
    (3600, "hour"),
    (60, "minute"),
];

/// A moment as a person says it: `in 3 days`, `2 hours ago`. One unit, rounded down, and never one of
/// which there is less than two where a smaller one says more.
pub fn relative(at: i64, now: i64) -> String {
    let distance = at.saturating_sub(now).saturating_abs();
    let unit = UNITS.iter().find(|(seconds, _)| distance >= 2 * seconds);
    let told = match unit.or_else(|| UNITS.iter().find(|(seconds, _)| distance >= *seconds)) {
        Some((seconds, word)) => {
            count(usize::try_from(distance / seconds).unwrap_or(usize::MAX), word)
        }
        None => return "now".to_owned(),
    };
    if at > now { format!("in {told}") } else { format!("{told} ago") }
}

/// Seconds since 1970 as RFC 3339, UTC.
pub fn utc(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), |t| t.to_string())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{relative, words};

    #[test]
    fn a_moment_is_told_by_how_far_it_is() {
        for (at, told) in [
            (0, "now"),
            (59, "now"),
            (60, "in 1 minute"),
            (-119, "1 minute ago"),
            (3_600, "in 60 minutes"),
            (7_200, "in 2 hours"),
            (-86_400, "24 hours ago"),
            (3 * 86_400, "in 3 days"),
            (-59 * 86_400, "59 days ago"),
            (61 * 86_400, "in 2 months"),
            (-800 * 86_400, "2 years ago"),
            (i64::MAX, "in 292471208677 years"),
        ] {
            assert_eq!(relative(at, 0), told, "{at}");
        }
    }

    #[test]
    fn times_are_words_of_hours_minutes_and_seconds_and_never_too_short() {
        for (seconds, expected) in [
            (0, "0 seconds"),
            (1, "1 second"),
            (119, "119 seconds"),
            (120, "2 minutes"),
            (121, "3 minutes"),
            (600, "10 minutes"),
            (3541, "1 hour"),
            (3600, "1 hour"),
            (3601, "1 hour 1 minute"),
            (5400, "1 hour 30 minutes"),
            (43_199, "12 hours"),
            (43_200, "12 hours"),
        ] {
            assert_eq!(words(Duration::from_secs(seconds)), expected, "{seconds}");
        }
    }
}
