//! `CacheData`: the token cache inside a context, in base64. The first bytes tell which one it is
//! (RM/Serialization/CacheBuffer.cs).

use std::collections::HashSet;

use data_encoding::BASE64_NOPAD;
use zeroize::Zeroizing;

use super::token_cache_dat;
use crate::Found;
use crate::formats::msal_cache;
use crate::json::{Dialect, Document, Node, Unread};

/// The same cache stands in every context of a saved file: it is read once.
#[derive(Default)]
pub(super) struct Caches {
    seen: HashSet<Vec<u8>>,
}

impl Caches {
    /// Reads `TokenCache`: an object with `CacheData`, or the data itself.
    pub(super) fn read<'t>(&mut self, node: &Node<'t>, unread: &Unread<'t>, found: &mut Found) {
        if !node.is_object() {
            return self.read_data(node, unread, found);
        }
        let Ok(mut fields) = node.fields(unread) else { return };
        for data in fields.take_all("CacheData") {
            self.read_data(&data, unread, found);
        }
        for (_, node) in fields.remaining().filter(|(_, node)| !node.says_nothing()) {
            unread.add(node, "a member of a token cache that azvault does not know");
        }
    }

    fn read_data<'t>(&mut self, data: &Node<'t>, unread: &Unread<'t>, found: &mut Found) {
        if !self.seen.insert(fingerprint(data.raw())) {
            return;
        }
        let Some(bytes) = decode(data) else {
            return unread.add(data.clone(), "a token cache that is not base64");
        };
        match read_cache(&bytes, found) {
            Ok(inside) => take_over(inside, data, unread, found),
            Err(what) => unread.add(data.clone(), what),
        }
    }
}

/// What a cache holds; an error if it is none.
fn read_cache(bytes: &[u8], found: &Found) -> Result<Found, &'static str> {
    let mut inside = Found::new(found.format, found.product);
    match bytes {
        [] => {}
        [2 | 3, 0, 0, 0, ..] => token_cache_dat::read_into(bytes, &mut inside),
        _ => {
            let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            let text = std::str::from_utf8(text).map_err(|_| "a token cache that is not UTF-8")?;
            let document = Document::of(text, Dialect::Newtonsoft)
                .map_err(|_| "a token cache that is neither ADAL's nor JSON")?;
            for departure in &document.departures {
                inside.warn(&departure.place, departure.what);
            }
            msal_cache::read_into(&document.root(), &mut inside).map_err(|error| error.what)?;
        }
    }
    Ok(inside)
}

/// What of the cache went unread is kept as its text is: places inside are behind that of the data.
fn take_over<'t>(mut inside: Found, data: &Node<'t>, unread: &Unread<'t>, found: &mut Found) {
    let is_whole = inside.unread == 0;
    for held in std::mem::take(&mut inside.profile.secrets) {
        found.hold(held.description, held.value);
    }
    for account in std::mem::take(&mut inside.profile.accounts) {
        found.know(account);
    }
    for left_out in inside.left_out {
        let place = within(data, &left_out.place);
        found.leave_out(place, left_out.value, left_out.why);
    }
    for note in inside.notes {
        found.warn(within(data, &note.place), note.text);
    }
    if !is_whole {
        unread.add(data.clone(), "a token cache of which not all was understood");
    }
}

fn within(data: &Node<'_>, place: &str) -> String {
    let separator = if place.starts_with('/') { "" } else { "/" };
    format!("{}!base64{separator}{place}", data.place())
}

/// Base64 as .NET reads it: white space is ignored, and so are the bits behind the last byte. Padding
/// may be missing. Newtonsoft reads an array of numbers as bytes, too (JsonReader.ReadAsBytes).
fn decode(data: &Node<'_>) -> Option<Zeroizing<Vec<u8>>> {
    if data.is_array() {
        let mut bytes = Zeroizing::new(Vec::with_capacity(data.raw().len()));
        for item in data.items().ok()? {
            bytes.push(u8::try_from(item.integer().ok()?).ok()?);
        }
        return Some(bytes);
    }
    let text = data.text().ok().filter(|_| data.is_string())?;
    let mut digits = Zeroizing::new(Vec::with_capacity(text.len()));
    digits.extend(text.bytes().filter(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n')));
    let end = digits.iter().rposition(|byte| *byte != b'=').map_or(0, |at| at + 1);
    if digits.len() - end > 2 {
        return None;
    }
    digits.truncate(end);
    clear_trailing_bits(&mut digits);
    let mut bytes = Zeroizing::new(vec![0; BASE64_NOPAD.decode_len(digits.len()).ok()?]);
    let length = BASE64_NOPAD.decode_mut(&digits, &mut bytes).ok()?;
    bytes.truncate(length);
    Some(bytes)
}

/// The last digit of a text that ends within three bytes says less than six bits; the others mean
/// nothing to .NET, and the decoder refuses them.
fn clear_trailing_bits(digits: &mut [u8]) {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let meaningful = match digits.len() % 4 {
        2 => 0b11_0000,
        3 => 0b11_1100,
        _ => return,
    };
    let Some(last) = digits.last_mut() else { return };
    if let Some(value) = DIGITS.iter().position(|digit| digit == last) {
        *last = DIGITS[value & meaningful];
    }
}

/// Enough to know a repeated cache again without keeping it: its length and a keyless hash.
fn fingerprint(text: &str) -> Vec<u8> {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    [hasher.finish().to_le_bytes(), (text.len() as u64).to_le_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::decode;
    use crate::json::document;

    /// As the real Convert.FromBase64String and Newtonsoft.Json 13 read each, but for the padding
    /// that is missing.
    #[test]
    fn base64_is_read_as_dotnet_reads_it() {
        for (json, bytes) in [
            (r#""AQID""#, Some(&[1, 2, 3][..])),
            (r#""AQID\r\n BAUG\t""#, Some(&[1, 2, 3, 4, 5, 6])),
            (r#"" A Q I D B A = = ""#, Some(&[1, 2, 3, 4])),
            (r#""AQIDBB==""#, Some(&[1, 2, 3, 4])),
            (r#""AQIDBA""#, Some(&[1, 2, 3, 4])),
            (r#""""#, Some(&[])),
            ("[1,2,255]", Some(&[1, 2, 255])),
            ("[1,256]", None),
            ("[1,\"x\"]", None),
            (r#""AQ=ID""#, None),
            (r#""AQID====""#, None),
            (r#""AQ-_""#, None),
            (r#""A""#, None),
            ("1234", None),
            ("true", None),
        ] {
            let read = decode(&document(json).unwrap());
            assert_eq!(read.as_ref().map(|bytes| &bytes[..]), bytes, "{json}");
        }
    }
}
