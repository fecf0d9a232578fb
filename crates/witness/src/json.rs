//! JSON, also when it is damaged: names, values, and where they stand.
//!
//! Nothing is refused. What is not JSON is said, so that the same text is looked at line by line.

use std::borrow::Cow;

use zeroize::Zeroize;

use crate::escapes::unescape;
use crate::leaf;
use crate::names::{Name, Sense, sense};
use crate::shapes;
use crate::walk::Walk;

/// Deeper nesting than any product writes; beyond it lines are looked at.
const MAX_NESTING: usize = 256;

/// Whether the text was JSON to its end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Soundness {
    Sound,
    Damaged,
}

/// Names that say nothing of what they name.
const VALUES: [&str; 4] = ["value", "val", "v", "defaultvalue"];

/// What came of a scan.
pub(crate) struct Scanned {
    /// Where the value ended.
    pub(crate) end: usize,
    pub(crate) soundness: Soundness,
}

struct Frame<'t> {
    close: u8,
    mark: usize,
    index: usize,
    /// What the name of the container says of its values.
    sense: Sense,
    /// The value of a member `name`, which names the value beside it.
    label: Option<Text<'t>>,
}

/// Text of a string: borrowed, or unescaped in memory that is wiped.
struct Text<'t>(Cow<'t, str>);

impl Drop for Text<'_> {
    fn drop(&mut self) {
        if let Cow::Owned(text) = &mut self.0 {
            text.zeroize();
        }
    }
}

struct Scan<'t> {
    text: &'t str,
    at: usize,
    frames: Vec<Frame<'t>>,
    key: Option<Text<'t>>,
    soundness: Soundness,
    outer: Sense,
}

/// Scans the object or array at the start of `text`.
pub(crate) fn read(walk: &mut Walk<'_>, name: Name, text: &str) -> Scanned {
    let soundness = Soundness::Sound;
    let outer = name.sense;
    let mut scan = Scan { text, at: 0, frames: Vec::new(), key: None, soundness, outer };
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(scan.at).copied() {
        match byte {
            b'{' | b'[' => scan.open(walk, byte),
            b'}' | b']' => {
                scan.close(walk, byte);
                if scan.frames.is_empty() {
                    break;
                }
            }
            b'"' | b'\'' => {
                let value = scan.string(byte);
                scan.name_or_value(walk, value);
            }
            b',' => {
                scan.at += 1;
                scan.key = None;
                if let Some(frame) = scan.frames.last_mut() {
                    frame.index += 1;
                }
            }
            byte if byte.is_ascii_whitespace() => scan.at += 1,
            b':' => scan.stray(),
            b'/' => scan.comment(),
            _ => scan.bare(walk),
        }
        if scan.frames.len() > MAX_NESTING {
            scan.soundness = Soundness::Damaged;
            scan.at = text.len();
        }
    }
    if let Some(first) = scan.frames.first() {
        scan.soundness = Soundness::Damaged;
        walk.leave(first.mark);
    }
    Scanned { end: scan.at, soundness: scan.soundness }
}

impl<'t> Scan<'t> {
    fn open(&mut self, walk: &mut Walk<'_>, byte: u8) {
        let sense = match (&self.key, self.frames.last()) {
            // A value of its own in an object says no more than the object's name.
            (Some(key), Some(frame)) if is_one_of(&key.0, &VALUES) => frame.sense,
            (Some(key), _) => sense(&key.0),
            (None, Some(frame)) if frame.close == b']' => frame.sense,
            (None, _) => self.outer,
        };
        let mark = self.enter(walk);
        self.key = None;
        let close = if byte == b'{' { b'}' } else { b']' };
        self.frames.push(Frame { close, mark, index: 0, sense, label: None });
        self.at += 1;
    }

    fn close(&mut self, walk: &mut Walk<'_>, byte: u8) {
        self.at += 1;
        self.key = None;
        if let Some(frame) = self.frames.pop() {
            walk.leave(frame.mark);
            if frame.close != byte {
                self.soundness = Soundness::Damaged;
            }
        }
    }

    /// The step to the value that comes next.
    fn enter(&self, walk: &mut Walk<'_>) -> usize {
        match (&self.key, self.frames.last()) {
            // A name that is a credential itself is no place to be shown.
            (Some(key), _) if shapes::whole(&key.0).is_some() => walk.enter_member("(name)"),
            (Some(key), _) => walk.enter_member(&key.0),
            (None, Some(frame)) => walk.enter_member(&frame.index.to_string()),
            (None, None) => walk.enter(""),
        }
    }

    /// The string that starts here, without its quotes; to the end of the text if nothing ends it.
    fn string(&mut self, quote: u8) -> Text<'t> {
        let bytes = self.text.as_bytes();
        let start = self.at + 1;
        let mut at = start;
        loop {
            match memchr::memchr2(quote, b'\\', &bytes[at.min(bytes.len())..]) {
                Some(found) if bytes[at + found] == quote => {
                    self.at = at + found + 1;
                    return unescaped(&self.text[start..at + found]);
                }
                Some(found) => at += found + 2,
                None => {
                    self.soundness = Soundness::Damaged;
                    self.at = bytes.len();
                    return unescaped(&self.text[start..]);
                }
            }
        }
    }

    fn name_or_value(&mut self, walk: &mut Walk<'_>, text: Text<'t>) {
        let rest = &self.text.as_bytes()[self.at..];
        let gap = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        if rest.get(gap) == Some(&b':') && self.key.is_none() {
            self.at += gap + 1;
            if let Some(kind) = shapes::whole(&text.0) {
                walk.found(kind, crate::Confidence::Certain, &text.0);
            }
            self.key = Some(text);
            return;
        }
        if self.key.is_none() && self.frames.last().is_some_and(|frame| frame.close == b'}') {
            self.soundness = Soundness::Damaged;
        }
        self.value(walk, text);
    }

    fn value(&mut self, walk: &mut Walk<'_>, text: Text<'t>) {
        let mark = self.enter(walk);
        let around = self.frames.last().map_or(Sense::Neutral, |frame| frame.sense);
        let key = self.key.take();
        let name = match (&key, self.frames.last()) {
            (Some(key), Some(frame)) => match &frame.label {
                Some(label) if is_one_of(&key.0, &VALUES) => Name::new(&label.0),
                _ => Name { around, ..Name::new(&key.0) },
            },
            _ => Name { sense: around, ..Name::none() },
        };
        leaf::read(walk, name, &text.0);
        walk.leave(mark);
        if let (Some(key), Some(frame)) = (&key, self.frames.last_mut())
            && is_one_of(&key.0, &["name", "key", "n", "variable", "setting"])
        {
            frame.label = Some(text);
        }
    }

    fn stray(&mut self) {
        self.at += 1;
        self.soundness = Soundness::Damaged;
    }

    /// A comment may hold what was commented out: it is looked at as lines.
    fn comment(&mut self) {
        self.soundness = Soundness::Damaged;
        let rest = &self.text.as_bytes()[self.at..];
        self.at += match rest {
            [b'/', b'/', ..] => memchr::memchr(b'\n', rest).unwrap_or(rest.len()),
            [b'/', b'*', ..] => {
                memchr::memmem::find(rest, b"*/").map_or(rest.len(), |found| found + 2)
            }
            _ => 1,
        };
    }

    /// A number, a literal, or a word that nobody put into quotes.
    fn bare(&mut self, walk: &mut Walk<'_>) {
        let rest = &self.text[self.at..];
        let is_end = |c: char| c.is_ascii_whitespace() || ",:{}[]\"'".contains(c);
        let word = &rest[..rest.find(is_end).unwrap_or(rest.len())];
        if word.is_empty() {
            return self.stray();
        }
        self.at += word.len();
        let is_number = word.starts_with(|c: char| c == '-' || c.is_ascii_digit())
            && word.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
        if !is_number && !is_one_of(word, &["true", "false", "null"]) {
            self.soundness = Soundness::Damaged;
        }
        self.name_or_value(walk, Text(Cow::Borrowed(word)));
    }
}

fn is_one_of(name: &str, words: &[&str]) -> bool {
    words.iter().any(|word| word.eq_ignore_ascii_case(name))
}

fn unescaped(raw: &str) -> Text<'_> {
    if memchr::memchr(b'\\', raw.as_bytes()).is_none() {
        return Text(Cow::Borrowed(raw));
    }
    Text(Cow::Owned(std::mem::take(&mut *unescape(raw))))
}
