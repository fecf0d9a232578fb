//! What a reader is told beside the bytes.

/// What a reader is told beside the bytes.
pub struct Reading<'a> {
    /// File name without folder: a hint where content says nothing (`{}`, zero bytes, INI).
    pub file_name: &'a str,
    /// Zone of the machine that wrote the file: `accessTokens.json` has local times.
    pub time_zone: &'a jiff::tz::TimeZone,
}
