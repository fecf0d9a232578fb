//! JSON as Newtonsoft.Json writes it, into memory of its final size.
//!
//! A document is written twice by the same function: first only counted, then into a buffer that
//! never grows, because a buffer that grew would leave copies of secrets behind.

use data_encoding::BASE64;
use zeroize::Zeroizing;

/// How a document is laid out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// `Formatting.Indented` on Unix: two blanks a level, LF.
    Indented,
    /// `Formatting.None`.
    Compact,
}

trait Sink {
    fn push(&mut self, bytes: &[u8]);
}

struct Count(usize);

impl Sink for Count {
    fn push(&mut self, bytes: &[u8]) {
        self.0 += bytes.len();
    }
}

impl Sink for Zeroizing<Vec<u8>> {
    fn push(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// Writes one document behind `head`. `value` runs twice and has to write the same both times.
pub(crate) fn document(
    head: &[u8],
    layout: Layout,
    value: impl Fn(&mut Json<'_>),
) -> Zeroizing<Vec<u8>> {
    let mut count = Count(head.len());
    value(&mut Json::new(&mut count, layout));
    let mut bytes = Zeroizing::new(Vec::with_capacity(count.0));
    bytes.push(head);
    value(&mut Json::new(&mut bytes, layout));
    assert_eq!(bytes.len(), count.0, "a document is counted as it is written");
    bytes
}

/// Writes values one after the other.
pub(crate) struct Json<'o> {
    out: &'o mut dyn Sink,
    layout: Layout,
    depth: usize,
    /// Whether the object being written has no member yet.
    empty: bool,
}

impl<'o> Json<'o> {
    fn new(out: &'o mut dyn Sink, layout: Layout) -> Self {
        Self { out, layout, depth: 0, empty: true }
    }

    /// An object with the members that `members` writes.
    pub(crate) fn object(&mut self, members: impl FnOnce(&mut Self)) {
        self.out.push(b"{");
        let outer = std::mem::replace(&mut self.empty, true);
        self.depth += 1;
        members(self);
        self.depth -= 1;
        if !self.empty {
            self.new_line();
        }
        self.empty = outer;
        self.out.push(b"}");
    }

    /// The name of a member; its value is written next.
    pub(crate) fn member(&mut self, name: &str) -> &mut Self {
        if !self.empty {
            self.out.push(b",");
        }
        self.empty = false;
        self.new_line();
        self.text(name);
        self.out.push(if self.layout == Layout::Indented { b": " } else { b":" });
        self
    }

    /// A string, with the escapes of Newtonsoft's `JavaScriptUtils` (`StringEscapeHandling.Default`).
    pub(crate) fn text(&mut self, text: &str) {
        self.out.push(b"\"");
        let mut plain = 0;
        for (at, character) in text.char_indices() {
            let code;
            let escape: &[u8] = match character {
                '"' => b"\\\"",
                '\\' => b"\\\\",
                '\u{8}' => b"\\b",
                '\t' => b"\\t",
                '\n' => b"\\n",
                '\u{c}' => b"\\f",
                '\r' => b"\\r",
                '\0'..' ' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                    code = unicode_escape(u32::from(character));
                    &code
                }
                _ => continue,
            };
            self.out.push(&text.as_bytes()[plain..at]);
            self.out.push(escape);
            plain = at + character.len_utf8();
        }
        self.out.push(&text.as_bytes()[plain..]);
        self.out.push(b"\"");
    }

    /// A string, or `null`.
    pub(crate) fn optional(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.text(text),
            None => self.raw("null"),
        }
    }

    /// A value that is JSON already.
    pub(crate) fn raw(&mut self, json: &str) {
        self.out.push(json.as_bytes());
    }

    /// An array of values that are JSON already.
    pub(crate) fn array(&mut self, items: &[&str]) {
        self.out.push(b"[");
        self.depth += 1;
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.out.push(b",");
            }
            self.new_line();
            self.raw(item);
        }
        self.depth -= 1;
        if !items.is_empty() {
            self.new_line();
        }
        self.out.push(b"]");
    }

    /// A string that is the base64 of these bytes.
    pub(crate) fn base64(&mut self, bytes: &[u8]) {
        self.out.push(b"\"");
        let mut text = Zeroizing::new([0; 1024]);
        for chunk in bytes.chunks(768) {
            let text = &mut text[..BASE64.encode_len(chunk.len())];
            BASE64.encode_mut(chunk, text);
            self.out.push(text);
        }
        self.out.push(b"\"");
    }

    fn new_line(&mut self) {
        if self.layout == Layout::Indented {
            self.out.push(b"\n");
            for _ in 0..self.depth {
                self.out.push(b"  ");
            }
        }
    }
}

/// `\u0085`: hexadecimal in lower case.
fn unicode_escape(code: u32) -> [u8; 6] {
    let digit = |shift: u32| {
        let digit = char::from_digit(code >> shift & 15, 16).unwrap_or('0');
        digit as u8
    };
    [b'\\', b'u', digit(12), digit(8), digit(4), digit(0)]
}

#[cfg(test)]
mod tests {
    use super::{Layout, document};

    #[test]
    fn texts_have_the_escapes_of_newtonsoft() {
        for (text, json) in [
            ("plain 'text' æ 😀 </x>", "\"plain 'text' æ 😀 </x>\""),
            ("a\"b\\c", r#""a\"b\\c""#),
            ("\u{8}\t\n\u{c}\r", r#""\b\t\n\f\r""#),
            (
                "\0\u{1f}\u{7f}\u{85}\u{2028}\u{2029}",
                "\"\\u0000\\u001f\u{7f}\\u0085\\u2028\\u2029\"",
            ),
            ("\u{202e}x", "\"\u{202e}x\""),
        ] {
            let written = document(b"", Layout::Compact, |out| out.text(text));
            assert_eq!(std::str::from_utf8(&written).unwrap(), json);
        }
    }

    #[test]
    fn objects_are_laid_out_as_newtonsoft_does() {
        for (layout, json) in [
            (Layout::Compact, r#"{"a":{},"b":{"c":null},"d":"QUI=","e":[1,2],"f":[]}"#),
            (
                Layout::Indented,
                "{\n  \"a\": {},\n  \"b\": {\n    \"c\": null\n  },\n  \"d\": \"QUI=\",\n  \
                 \"e\": [\n    1,\n    2\n  ],\n  \"f\": []\n}",
            ),
        ] {
            let written = document(b"", layout, |out| {
                out.object(|out| {
                    out.member("a").object(|_| {});
                    out.member("b").object(|out| out.member("c").raw("null"));
                    out.member("d").base64(b"AB");
                    out.member("e").array(&["1", "2"]);
                    out.member("f").array(&[]);
                });
            });
            assert_eq!(std::str::from_utf8(&written).unwrap(), json);
            assert_eq!(written.len(), written.capacity(), "the buffer never grew");
        }
    }
}
