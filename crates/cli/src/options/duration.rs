//! Spans of time, as they are typed.

use std::time::Duration;

use jiff::SignedDuration;

/// Longest that anything is kept open for.
pub(crate) const MAX_TIME: Duration = Duration::from_secs(24 * 3600);

/// From a second to [`MAX_TIME`].
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let time: SignedDuration = text.parse().map_err(|_| "a time is 8h, 45m, 1h30m".to_owned())?;
    match Duration::try_from(time) {
        Ok(time) if time >= Duration::from_secs(1) && time <= MAX_TIME => Ok(time),
        _ => Err("from 1s to 24h".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::duration;

    #[test]
    fn times_are_read_as_people_write_them_and_bounded() {
        for (text, seconds) in [
            ("8h", Some(8 * 3600)),
            ("45m", Some(45 * 60)),
            ("1h30m", Some(5400)),
            ("1 hour 30 minutes", Some(5400)),
            ("24h", Some(24 * 3600)),
            ("25h", None),
            ("0s", None),
            ("-8h", None),
            ("8", None),
            ("", None),
        ] {
            assert_eq!(duration(text).ok(), seconds.map(Duration::from_secs), "{text}");
        }
    }
}
