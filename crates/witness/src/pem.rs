//! PEM blocks, also such as were cut off, and with line breaks written as `\n`.

use memchr::memmem;

use crate::finding::{Confidence, Kind, NotASecret};
use crate::walk::Walk;

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";

/// A part of a text.
pub(crate) enum Part<'t> {
    Plain(&'t str),
    Block(&'t str),
}

/// The text in blocks and what stands between.
pub(crate) fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut at = 0;
    while let Some(found) = memmem::find(&text.as_bytes()[at..], BEGIN.as_bytes()) {
        let start = at + found;
        let end = end_of(text, start);
        if start > at {
            parts.push(Part::Plain(&text[at..start]));
        }
        parts.push(Part::Block(&text[start..end]));
        at = end;
    }
    if at < text.len() || parts.is_empty() {
        parts.push(Part::Plain(&text[at..]));
    }
    parts
}

/// Says what a block holds.
pub(crate) fn judge(walk: &mut Walk<'_>, block: &str) {
    let label = block[BEGIN.len()..].split("-----").next().unwrap_or_default();
    if label.contains("PRIVATE KEY") {
        walk.found(Kind::PrivateKey, Confidence::Certain, block);
    } else if label.contains("CERTIFICATE") || label.contains("PKCS7") {
        walk.set_aside(NotASecret::PublicCertificate);
    } else if label.contains("PUBLIC KEY") || label.contains("PARAMETERS") {
        walk.set_aside(NotASecret::PublicKey);
    } else {
        walk.found(Kind::PrivateKey, Confidence::Likely, block);
    }
}

/// The end of the block that starts there: behind its last line, before the next block, or where
/// base64 ends.
fn end_of(text: &str, start: usize) -> usize {
    let body = start + BEGIN.len();
    let rest = &text.as_bytes()[body..];
    let next = memmem::find(rest, b"-----BEGIN ").map_or(text.len(), |at| body + at);
    if let Some(at) = memmem::find(&text.as_bytes()[body..next], END.as_bytes()) {
        let label = body + at + END.len();
        return memmem::find(&text.as_bytes()[label..next], b"-----")
            .map_or(next, |at| label + at + 5);
    }
    let is_outside =
        |c: char| !(c.is_ascii_alphanumeric() || c.is_ascii_whitespace() || "+/=-\\:,".contains(c));
    text[body..next].find(is_outside).map_or(next, |at| body + at)
}
