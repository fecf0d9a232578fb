//! Replies: status, head and body in memory that is wiped.

use zeroize::Zeroizing;

/// Characters of a reason in a status line at most: clients read lines of limited length.
const MAX_REASON: usize = 1024;

/// The statuses that are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Ok,
    BadRequest,
    Unauthorised,
    Forbidden,
    NotFound,
    NoSuchMethod,
    LengthRequired,
    BodyTooLarge,
    HeadTooLarge,
    Broken,
    Unavailable,
}

impl Status {
    pub(crate) fn code(self) -> u16 {
        match self {
            Self::Ok => 200,
            Self::BadRequest => 400,
            Self::Unauthorised => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::NoSuchMethod => 405,
            Self::LengthRequired => 411,
            Self::BodyTooLarge => 413,
            Self::HeadTooLarge => 431,
            Self::Broken => 500,
            Self::Unavailable => 503,
        }
    }

    fn reason(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::BadRequest => "Bad Request",
            Self::Unauthorised => "Unauthorized",
            Self::Forbidden => "Forbidden",
            Self::NotFound => "Not Found",
            Self::NoSuchMethod => "Method Not Allowed",
            Self::LengthRequired => "Length Required",
            Self::BodyTooLarge => "Content Too Large",
            Self::HeadTooLarge => "Request Header Fields Too Large",
            Self::Broken => "Internal Server Error",
            Self::Unavailable => "Service Unavailable",
        }
    }
}

/// What becomes of a connection after a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum After {
    Close,
    NextRequest,
}

/// A whole reply, in memory of its final size.
pub(crate) struct Reply {
    pub(crate) bytes: Zeroizing<Vec<u8>>,
    pub(crate) after: After,
}

/// A reply that closes its connection, as all do that hand nothing out.
pub(crate) fn last(status: Status, body: &str) -> Reply {
    last_with_reason(status, status.reason(), body)
}

/// The same with a reason of its own in the status line. What no status line can have is left out.
pub(crate) fn last_with_reason(status: Status, reason: &str, body: &str) -> Reply {
    let is_plain = |c: &char| c.is_ascii_graphic() || *c == ' ';
    let reason: String = reason.chars().filter(is_plain).take(MAX_REASON).collect();
    let line = format!("{} {reason}", status.code());
    whole(&line, After::Close, &[body.as_bytes()])
}

/// A reply with a token, whose parts are copied once.
pub(crate) fn token(after: After, body: &[&[u8]]) -> Reply {
    whole("200 OK", after, body)
}

fn whole(status: &str, after: After, body: &[&[u8]]) -> Reply {
    let length: usize = body.iter().map(|part| part.len()).sum();
    // A connection of HTTP/1.1 goes on where nothing else is said (RFC 9112, 9.3).
    let connection = if after == After::Close { "Connection: close\r\n" } else { "" };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json; charset=utf-8\r\n\
         Content-Length: {length}\r\nCache-Control: no-store\r\n{connection}\r\n"
    );
    let mut bytes = Zeroizing::new(Vec::with_capacity(head.len() + length));
    bytes.extend_from_slice(head.as_bytes());
    for part in body {
        bytes.extend_from_slice(part);
    }
    Reply { bytes, after }
}

/// The same reply with a line more in its head: a pause (RFC 9110, 10.2.3), or a challenge (RFC 6750, 3),
/// as resources give it.
pub(crate) fn with_line(line: &str, reply: Reply) -> Reply {
    let at = reply.bytes.windows(2).position(|two| two == b"\r\n").map_or(0, |at| at + 2);
    let (first, rest) = reply.bytes.split_at(at);
    Reply { bytes: Zeroizing::new([first, line.as_bytes(), b"\r\n", rest].concat()), ..reply }
}

/// Text as JSON has it. Not for secrets: the text is copied.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_else(|_| String::from("\"\""))
}
