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

/// Seconds since 1970 as RFC 3339, UTC.
pub fn utc(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), |t| t.to_string())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::words;

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
