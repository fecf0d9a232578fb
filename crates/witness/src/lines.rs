//! Text line by line: assignments, options of commands, and words that stand alone.

use crate::encoded::is_hex_bytes;
use crate::escapes::unescape;
use crate::finding::Confidence;
use crate::leaf;
use crate::names::{Name, Sense, sense};
use crate::outline::Outline;
use crate::pieces::{self, is_identifier, named};
use crate::walk::{Reach, Walk};

/// Wrapped base64: lines of at least this length without a space.
const MIN_WRAPPED: usize = 32;

/// Longest name before a sign.
const MAX_NAME: usize = 256;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Word,
    Quoted,
    Assign,
}

#[derive(Clone, Copy)]
struct Token<'t> {
    kind: Kind,
    text: &'t str,
}

/// Looks at text line by line; the first one has this number, unless there is but one.
pub(crate) fn read(walk: &mut Walk<'_>, name: Name, text: &str, first_line: Option<usize>) {
    if text.trim().is_empty() {
        return;
    }
    let mut wrapped: Option<Wrapped> = None;
    let mut outline = Outline::default();
    let mut at = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let (start, end) = (at, at + line.len());
        at = end;
        let whole = line;
        let line = line.trim();
        if is_wrapped(line) {
            let block = wrapped.get_or_insert(Wrapped { start, end, lines: 0, first: number });
            (block.end, block.lines) = (end, block.lines + 1);
        } else if wrapped.as_ref().is_some_and(|block| !block.takes(line)) {
            flush(walk, text, first_line, wrapped.take());
        } else if let Some(block) = &mut wrapped {
            // The last line of a block is shorter.
            (block.end, block.lines) = (end, block.lines + 1);
            flush(walk, text, first_line, wrapped.take());
        }
        let mark = first_line.map(|first| walk.enter_number("line", first + number));
        outline.line(walk, whole);
        one(walk, name, line);
        mark.into_iter().for_each(|mark| walk.leave(mark));
    }
    flush(walk, text, first_line, wrapped);
}

/// Lines that may be one base64 text.
struct Wrapped {
    start: usize,
    end: usize,
    lines: usize,
    /// Number of the first line, from 0.
    first: usize,
}

impl Wrapped {
    fn takes(&self, last: &str) -> bool {
        !last.is_empty() && is_base64(last)
    }
}

fn is_wrapped(line: &str) -> bool {
    line.len() >= MIN_WRAPPED && is_base64(line)
}

/// Padding stands at the end alone: `name=value` is no base64.
fn is_base64(line: &str) -> bool {
    let is_part = |b: u8| b.is_ascii_alphanumeric() || b"+/-_".contains(&b);
    line.trim_end_matches('=').bytes().all(is_part)
}

/// Looks into lines that together are one text; each of them was looked at by itself.
fn flush(walk: &mut Walk<'_>, text: &str, first_line: Option<usize>, wrapped: Option<Wrapped>) {
    let Some(block) = wrapped.filter(|block| block.lines > 1) else { return };
    let mark = first_line.map(|first| walk.enter_number("line", first + block.first));
    leaf::look_inside(walk, Name::none(), &text[block.start..block.end]);
    mark.into_iter().for_each(|mark| walk.leave(mark));
}

/// Looks at one line.
fn one(walk: &mut Walk<'_>, name: Name, line: &str) {
    if line.is_empty() {
        return;
    }
    if is_hex_bytes(line) {
        return leaf::look_inside(walk, name, line);
    }
    let tokens = tokens(line);
    if walk.reach == Reach::Line
        && let Some(setting) = setting(line, &tokens)
    {
        return leaf::read(walk, named(tokens[0].text, setting), setting);
    }
    // A value that is one word keeps the name of where it stands.
    if let [token] = &tokens[..]
        && token.kind != Kind::Assign
    {
        return value(walk, name, *token);
    }
    let mut at = 0;
    while at < tokens.len() {
        let token = tokens[at];
        let next = tokens.get(at + 1).copied();
        let second = tokens.get(at + 2).copied();
        match (next, second) {
            (Some(Token { kind: Kind::Assign, .. }), Some(second))
                if second.kind != Kind::Assign && token.kind != Kind::Assign =>
            {
                value(walk, named(token.text, second.text), second);
                at += 3;
            }
            (Some(next), _) if next.kind != Kind::Assign && takes_secret(line, token) => {
                if !next.text.starts_with('-') || next.kind == Kind::Quoted {
                    // An option of any program is less sure than a sign-in.
                    let surety = match token.text.starts_with("--") || token.text.len() > 8 {
                        true => named("", next.text).surety,
                        false => Confidence::Certain,
                    };
                    let name = Name { sense: Sense::Credential, surety, ..Name::none() };
                    value(walk, name, next);
                    at += 2;
                } else {
                    // `ConvertTo-SecureString -String x`: options before the value.
                    at += 1;
                }
            }
            _ => {
                if token.kind != Kind::Assign {
                    value(walk, Name::none(), token);
                }
                at += 1;
            }
        }
    }
}

/// The value of several words that a line of settings gives to a credential's name.
fn setting<'t>(line: &'t str, tokens: &[Token<'t>]) -> Option<&'t str> {
    let [name, assign, first, _, ..] = tokens else { return None };
    let is_setting = assign.kind == Kind::Assign
        && first.kind == Kind::Word
        && line.starts_with(name.text)
        && sense(name.text) == Sense::Credential;
    let (_, value) = line.split_once(assign.text).filter(|_| is_setting)?;
    Some(value.trim())
}

fn value(walk: &mut Walk<'_>, name: Name, token: Token<'_>) {
    let before = walk.count;
    if token.kind == Kind::Quoted && token.text.contains('\\') {
        let text = unescape(token.text);
        leaf::read(walk, name, &text);
    } else {
        leaf::read(walk, name, token.text);
    }
    // What is a credential as a whole is not taken apart.
    if walk.count == before && token.kind == Kind::Word && token.text.contains(['&', ';', ',']) {
        pieces::read(walk, token.text);
    }
}

/// Whether a word is an option, or a command, whose next word is a credential.
fn takes_secret(line: &str, token: Token<'_>) -> bool {
    if token.kind != Kind::Word {
        return false;
    }
    let option = token.text;
    if option.eq_ignore_ascii_case("ConvertTo-SecureString") {
        return true;
    }
    let has = |word: &str| line.split_whitespace().any(|w| w.trim_start_matches(';') == word);
    match option {
        "-p" => has("login") || has("sshpass") || has("create-for-rbac") || has("bcp"),
        "-P" => has("sqlcmd") || has("bcp"),
        "-u" | "--user" => has("curl") && line.contains(':'),
        "-String" => line.contains("SecureString"),
        _ => option.starts_with('-') && option.len() > 2 && sense(option) == Sense::Credential,
    }
}

/// The words of a line, its quoted texts, and the signs between names and values.
fn tokens(line: &str) -> Vec<Token<'_>> {
    let bytes = line.as_bytes();
    let mut tokens = Vec::new();
    // A quote that nothing closes is a sign like another, and so are all after it.
    let mut open_ended = [false; 2];
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        let which = usize::from(byte == b'\'');
        if (byte == b'"' || byte == b'\'') && !open_ended[which] {
            match closing(bytes, at) {
                Some(end) => {
                    tokens.push(Token { kind: Kind::Quoted, text: &line[at + 1..end] });
                    at = end + 1;
                }
                None => {
                    open_ended[which] = true;
                    at += 1;
                }
            }
            continue;
        }
        if byte.is_ascii_whitespace() || b"\"',(){}[]<>|`;#".contains(&byte) {
            at += 1;
            continue;
        }
        if byte == b'=' || byte == b':' {
            tokens.push(Token { kind: Kind::Assign, text: &line[at..=at] });
            at += 1;
            continue;
        }
        at = word(line, at, &mut tokens);
    }
    tokens
}

/// Where the quoted text ends that begins at `at`. Only a backslash before the quote itself keeps
/// it open: paths end in one.
fn closing(bytes: &[u8], at: usize) -> Option<usize> {
    let quote = bytes[at];
    let mut from = at + 1;
    loop {
        let end = from + memchr::memchr(quote, &bytes[from..])?;
        let slashes = bytes[at + 1..end].iter().rev().take_while(|b| **b == b'\\').count();
        if slashes % 2 == 0 || quote == b'\'' {
            return Some(end);
        }
        from = end + 1;
    }
}

/// A bare word from `at` on, split where a name ends; says where it ended.
fn word<'t>(line: &'t str, at: usize, tokens: &mut Vec<Token<'t>>) -> usize {
    let bytes = line.as_bytes();
    let is_value = tokens.last().is_some_and(|token| token.kind == Kind::Assign);
    let mut end = at;
    while let Some(byte) = bytes.get(end).copied() {
        let ends = byte.is_ascii_whitespace()
            || b"\"'`<>|".contains(&byte)
            || (!is_value && b",(){}[];".contains(&byte));
        if ends {
            break;
        }
        // A sign ends a name only where one can stand before it.
        if !is_value && matches!(byte, b'=' | b':') && (1..=MAX_NAME).contains(&(end - at)) {
            let name = &line[at..end];
            let next = bytes.get(end + 1).copied();
            let says = sense(name) == Sense::Credential;
            let splits = match byte {
                b'=' => !matches!(next, None | Some(b'=')) || says,
                _ => {
                    matches!(next, None | Some(b' ' | b'\t' | b'"' | b'\''))
                        || (says && next != Some(b'/'))
                }
            };
            if splits && is_identifier(name) {
                break;
            }
        }
        end += 1;
    }
    let text = &line[at..end];
    let text = if is_value { text.trim_end_matches([',', ';', ')', ']', '}']) } else { text };
    tokens.push(Token { kind: Kind::Word, text });
    end.max(at + 1)
}
