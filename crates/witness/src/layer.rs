//! The way into bytes, by what they are.

use std::io::Read;

use flate2::read::{MultiGzDecoder, ZlibDecoder};
use memchr::memmem;
use zeroize::Zeroizing;

use crate::finding::{Confidence, Kind};
use crate::names::Name;
use crate::nature::{DPAPI, Nature, nature};
use crate::text;
use crate::walk::Walk;

/// Shortest text inside bytes of another kind that is looked at.
const MIN_RUN: usize = 6;

/// Looks into bytes, whatever they are.
pub(crate) fn read(walk: &mut Walk<'_>, name: Name, bytes: &[u8]) {
    // A crash or a full disk leaves zeros behind the content.
    let length = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |at| at + 1);
    let nature = nature(bytes);
    match nature {
        _ if length == 0 => {}
        Nature::Text => match std::str::from_utf8(&bytes[..length]) {
            Ok(text) => text::read(walk, name, text),
            Err(_) => text::read(walk, name, &Zeroizing::new(lossy(&bytes[..length]))),
        },
        Nature::Utf16Little => utf16(walk, name, bytes, u16::from_le_bytes),
        Nature::Utf16Big => utf16(walk, name, bytes, u16::from_be_bytes),
        Nature::Utf32Little => utf32(walk, name, bytes, u32::from_le_bytes),
        Nature::Utf32Big => utf32(walk, name, bytes, u32::from_be_bytes),
        Nature::Packed => walk.unread("packed in a form that is not opened"),
        Nature::Gzip => inflate(walk, name, MultiGzDecoder::new(bytes), "!gzip"),
        Nature::Zlib => inflate(walk, name, ZlibDecoder::new(bytes), "!zlib"),
        Nature::Sealed(kind) => walk.found_bytes(kind, Confidence::Certain, bytes),
        Nature::Public(why) => walk.set_aside(why),
        Nature::Binary => binary(walk, bytes),
    }
}

fn lossy(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 3);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
    text
}

fn utf16(walk: &mut Walk<'_>, name: Name, bytes: &[u8], unit: fn([u8; 2]) -> u16) {
    walk.deeper(bytes.len() / 2, |walk| {
        let mark = walk.enter("!utf-16");
        let (pairs, _) = bytes.as_chunks::<2>();
        // One unit becomes at most three bytes: the text never grows.
        let mut text = Zeroizing::new(String::with_capacity(pairs.len() * 3));
        for character in char::decode_utf16(pairs.iter().copied().map(unit)) {
            text.push(character.unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        text::read(walk, name, &text);
        walk.leave(mark);
        // Without a mark it was a guess, and text between other bytes may begin at an odd place.
        if !matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) {
            wide_runs(walk, bytes);
        }
    });
}

fn utf32(walk: &mut Walk<'_>, name: Name, bytes: &[u8], unit: fn([u8; 4]) -> u32) {
    walk.deeper(bytes.len() / 4, |walk| {
        let mark = walk.enter("!utf-32");
        let units = bytes.as_chunks::<4>().0;
        // One unit becomes at most four bytes: the text never grows.
        let mut text = Zeroizing::new(String::with_capacity(bytes.len()));
        for character in units.iter().map(|four| char::from_u32(unit(*four))) {
            text.push(character.unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        text::read(walk, name, &text);
        walk.leave(mark);
    });
}

fn inflate(walk: &mut Walk<'_>, name: Name, mut packed: impl Read, step: &str) {
    let most = walk.budget();
    let mark = walk.enter(step);
    let mut bytes = Zeroizing::new(Vec::new());
    let mut chunk = Zeroizing::new([0; 16 * 1024]);
    loop {
        match packed.read(&mut chunk[..]) {
            Ok(0) => break,
            Ok(count) if bytes.len() + count > most => {
                walk.unread("it unpacks to more than is opened");
                break;
            }
            Ok(count) => bytes.extend_from_slice(&chunk[..count]),
            Err(_) => {
                walk.unread("damaged: it unpacks in part");
                break;
            }
        }
    }
    walk.deeper(bytes.len(), |walk| read(walk, name, &bytes));
    walk.leave(mark);
}

/// Text inside bytes of another kind, in UTF-8 and in UTF-16, and what Windows encrypted.
fn binary(walk: &mut Walk<'_>, bytes: &[u8]) {
    if let Some(at) = memmem::find(bytes, DPAPI) {
        let mark = walk.enter_number("byte", at);
        walk.found_bytes(Kind::DpapiBlob, Confidence::Certain, &bytes[at..]);
        walk.leave(mark);
    }
    let mut at = 0;
    for chunk in bytes.utf8_chunks() {
        let is_end = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r');
        let start = at;
        for run in chunk.valid().split(is_end) {
            if run.len() >= MIN_RUN {
                let offset = start + (run.as_ptr() as usize - chunk.valid().as_ptr() as usize);
                run_of_text(walk, run, offset);
            }
        }
        at += chunk.valid().len() + chunk.invalid().len();
    }
    wide_runs(walk, bytes);
}

/// Runs of ASCII in UTF-16. In the other order they are the same, one byte on.
fn wide_runs(walk: &mut Walk<'_>, bytes: &[u8]) {
    let plain = |at: usize| {
        matches!(bytes.get(at), Some(b'\t' | b'\n' | b'\r' | 0x20..=0x7e))
            && bytes.get(at + 1) == Some(&0)
    };
    let mut at = 0;
    while let Some(found) = memchr::memchr(0, &bytes[at..]) {
        let start = (at + found).saturating_sub(1).max(at);
        let mut end = start;
        while plain(end) {
            end += 2;
        }
        if end - start >= 2 * MIN_RUN {
            let mut text = Zeroizing::new(String::with_capacity((end - start) / 2));
            text.extend(bytes[start..end].iter().step_by(2).map(|byte| char::from(*byte)));
            run_of_text(walk, &text, start);
        }
        at = end.max(at + found + 1);
    }
}

fn run_of_text(walk: &mut Walk<'_>, run: &str, offset: usize) {
    let mark = walk.enter_number("byte", offset);
    walk.deeper(run.len(), |walk| text::read(walk, Name::none(), run));
    walk.leave(mark);
}
