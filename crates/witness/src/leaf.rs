//! One value with its name: is it a credential, is it none, or is there something inside?

use crate::encoded::{self, Encoding};
use crate::entropy;
use crate::escapes::unescape;
use crate::finding::{Confidence, Kind, NotASecret};
use crate::names::{Name, Sense};
use crate::nature::{Nature, nature};
use crate::walk::{As, Selection, Walk};
use crate::{pieces, shapes};

/// Values below this length that no name makes a credential say nothing.
const MIN_NAMELESS: usize = 12;

/// Looks at one value.
pub(crate) fn read(walk: &mut Walk<'_>, name: Name, value: &str) {
    let value = value.trim();
    if walk.selection == Selection::Texts {
        walk.found(Kind::Named, Confidence::Likely, value);
    }
    let names_it =
        matches!(name.sense, Sense::Credential | Sense::Weak) || name.around == Sense::Credential;
    if value.is_empty() || (!names_it && value.len() < MIN_NAMELESS) {
        return;
    }
    if walk.is_known(value, name, As::Value) {
        return;
    }
    let value = shapes::without_scheme(value);
    if let Some(kind) = shapes::whole(value).or_else(|| shapes::broken_jwt(value)) {
        return walk.found(kind, kind_confidence(kind), value);
    }
    let before = walk.count;
    look_inside(walk, name, value);
    if walk.count > before {
        return;
    }
    if let Some(kind) = shapes::inside(value) {
        return walk.found(kind, Confidence::Certain, value);
    }
    by_name(walk, name, value);
    if walk.count == before {
        by_looks(walk, name, value);
    }
}

/// How sure the shape alone makes.
fn kind_confidence(kind: Kind) -> Confidence {
    match kind {
        Kind::JwtPart => Confidence::Likely,
        _ => Confidence::Certain,
    }
}

/// Structure inside the value: text that is JSON or has keys, and what is encoded.
pub(crate) fn look_inside(walk: &mut Walk<'_>, name: Name, value: &str) {
    match value.as_bytes() {
        [b'{', .., b'}'] | [b'[', .., b']'] => {
            return walk.deeper(value.len(), |walk| walk.read_text(name, value));
        }
        [b'"', inside @ .., b'"'] if !inside.is_empty() => {
            let inside = unescape(&value[1..value.len() - 1]);
            return walk.deeper(value.len(), |walk| read(walk, name, &inside));
        }
        _ => {}
    }
    if value.contains("-----BEGIN ") {
        return walk.deeper(value.len(), |walk| walk.read_text(name, value));
    }
    if let Some(plain) = encoded::percent_decoded(value)
        && starts_something(plain.as_bytes())
    {
        return walk.deeper(plain.len(), |walk| walk.read_text(name, &plain));
    }
    let Some(encoding) = encoded::encoding(value) else { return };
    let bytes = encoded::decode(value, encoding);
    let nature = nature(&bytes);
    let opens = match nature {
        // By chance a short value decodes to letters, and a long one to some.
        Nature::Text => bytes.len() >= 8 && starts_something(&bytes),
        Nature::Binary => encoding == Encoding::Base64 && bytes.len() >= 48,
        Nature::Zlib => bytes.len() >= 64,
        Nature::Utf16Little
        | Nature::Utf16Big
        | Nature::Utf32Little
        | Nature::Utf32Big
        | Nature::Packed => bytes.len() >= 16,
        Nature::Gzip | Nature::Sealed(_) | Nature::Public(_) => true,
    };
    if !opens {
        return;
    }
    // What lies in a member of an unknown kind has no name of its own.
    let inner = match nature {
        Nature::Utf16Little | Nature::Utf16Big | Nature::Utf32Little | Nature::Utf32Big => {
            Name::none()
        }
        _ => Name { around: Sense::Neutral, ..name },
    };
    let mark = walk.enter(encoding.step());
    let before = walk.count;
    walk.deeper(bytes.len(), |walk| walk.read_bytes(inner, &bytes));
    walk.leave(mark);
    if walk.count == before && nature == Nature::Text && is_part_of_a_token(&bytes) {
        walk.found(Kind::JwtPart, Confidence::Likely, value);
    }
}

/// Whether text is more than a word: JSON, markup, keys, lines with names.
fn starts_something(bytes: &[u8]) -> bool {
    matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'[' | b'<' | b'"' | b'-'))
        || (bytes.contains(&b'=') && bytes.contains(&b'\n'))
        || bytes.windows(3).any(|window| window == b"eyJ" || window == b"://")
        || bytes.contains(&b';')
}

/// The claims of a token, whose header and signature are elsewhere.
fn is_part_of_a_token(bytes: &[u8]) -> bool {
    let has = |word: &str| memchr::memmem::find(bytes, word.as_bytes()).is_some();
    has("\"exp\"") && (has("\"aud\"") || has("\"iss\""))
}

/// What the name says of the value.
fn by_name(walk: &mut Walk<'_>, name: Name, value: &str) {
    let is_credential = match name.sense {
        Sense::Credential | Sense::Doubtful => true,
        Sense::KeyFile if shapes::is_path(value) => {
            return walk.found(Kind::KeyPath, Confidence::Likely, value);
        }
        // A certificate by its thumbprint.
        Sense::KeyFile if entropy::is_digest(value) => return walk.set_aside(NotASecret::Digest),
        Sense::Weak | Sense::KeyFile => {
            entropy::could_be_a_key(value) && !shapes::is_address(value) && !shapes::is_path(value)
        }
        Sense::Neutral => name.around == Sense::Credential && !shapes::is_address(value),
        Sense::Digest => {
            if value.len() >= 24 && !value.contains(' ') {
                walk.set_aside(NotASecret::Digest);
            }
            return;
        }
        Sense::Public => {
            if value.len() >= 24 {
                walk.set_aside(NotASecret::PublicKey);
            }
            return;
        }
        Sense::Fact => false,
    };
    if !is_credential || shapes::is_literal(value) {
        return;
    }
    if shapes::is_placeholder(value) {
        return walk.set_aside(NotASecret::Placeholder);
    }
    if shapes::is_key_path(value) {
        return walk.found(Kind::KeyPath, Confidence::Likely, value);
    }
    if shapes::is_address(value) {
        return walk.set_aside(NotASecret::Address);
    }
    let surety = match name.sense {
        Sense::Credential => name.surety,
        _ => Confidence::Likely,
    };
    walk.found(Kind::Named, surety, value);
}

/// What the value looks like, where its name says nothing.
fn by_looks(walk: &mut Walk<'_>, name: Name, value: &str) {
    if value.len() < MIN_NAMELESS || name.sense == Sense::Digest {
        return;
    }
    if shapes::is_key_path(value) {
        return walk.found(Kind::KeyPath, Confidence::Likely, value);
    }
    if value.contains(char::is_whitespace) || value.starts_with('<') {
        return walk.deeper(value.len(), |walk| walk.read_text(Name::none(), value));
    }
    if entropy::is_digest(value) {
        return walk.set_aside(NotASecret::Digest);
    }
    // One pair or several in one word, as in a form or a URL.
    let before = walk.count;
    if let Some(at) = value.find('=')
        && at > 0
        && at + 1 < value.trim_end_matches('=').len()
    {
        pieces::read(walk, value);
    }
    if walk.count > before {
        return;
    }
    if let Some((kind, part)) = shapes::within(value) {
        walk.found(kind, Confidence::Certain, &value[part.clone()]);
        by_looks(walk, Name::none(), &value[..part.start]);
        return by_looks(walk, Name::none(), &value[part.end..]);
    }
    if name.sense == Sense::Fact {
        return;
    }
    if shapes::could_be_a_client_secret(value) {
        walk.found(Kind::ClientSecret, Confidence::Likely, value);
    } else if entropy::is_random(value) {
        walk.found(Kind::Random, Confidence::Likely, value);
    }
}
