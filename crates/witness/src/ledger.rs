//! Accounting: every finding is held, or left out for a reason; anything else is a loss.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use crate::encoded::{self, Encoding};
use crate::escapes::unescape;
use crate::finding::{Confidence, Kind, SetAside, Unread};

/// Values that are held, by keyed hashes of 128 bits: the values themselves are not kept.
#[derive(Default)]
pub struct Ledger {
    hashers: [RandomState; 2],
    values: HashMap<u128, usize>,
    paths: HashMap<u128, usize>,
    /// Texts of members that are kept as they were written.
    kept: HashMap<u128, usize>,
}

/// How a value is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// As a secret, or a part of one.
    AsSecret,
    /// In a member that is kept as it was written: nothing signs in with it.
    AsWritten,
    /// Nowhere.
    Nowhere,
}

/// What the witness says of a file, against a ledger.
#[derive(Debug, Default)]
pub struct Testimony {
    /// How many findings are held.
    pub held: usize,
    /// Those of them that are held as they were written alone.
    pub as_written: Vec<Unaccounted>,
    /// Findings that are left out, each with the reason.
    pub left_out: Vec<LeftOut>,
    /// Findings that are neither.
    pub unaccounted: Vec<Unaccounted>,
    /// Parts that were not looked into: they may hold anything.
    pub unread: Vec<Unread>,
    /// What has the look of a credential and is none.
    pub set_aside: Vec<SetAside>,
}

/// A finding that was left out.
#[derive(Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// As [`crate::Finding::place`].
    pub place: String,
    /// Why.
    pub why: &'static str,
}

/// A finding that is nowhere, or no secret where it is held.
#[derive(Debug, PartialEq, Eq)]
pub struct Unaccounted {
    /// As [`crate::Finding::place`].
    pub place: String,
    /// What it looks like.
    pub kind: Kind,
    /// How sure that is.
    pub confidence: Confidence,
}

impl Ledger {
    /// Holds a secret: its value and what the value consists of.
    pub fn hold(&mut self, value: &[u8]) {
        self.each_part(value, |count| *count += 1);
    }

    /// Takes a secret out again that was held.
    pub fn release(&mut self, value: &[u8]) {
        self.each_part(value, |count| *count = count.saturating_sub(1));
    }

    /// Holds every text of a document: members that are kept as they were written.
    pub fn hold_texts(&mut self, document: &[u8]) {
        let mut keys = Vec::new();
        crate::texts(document, &mut |text| keys.push(self.key(text)));
        for key in keys {
            *self.kept.entry(key).or_default() += 1;
        }
    }

    /// Holds the path of a file: it accounts for the path alone, never for a value.
    pub fn hold_path(&mut self, path: &[u8]) {
        *self.paths.entry(self.key(path)).or_default() += 1;
    }

    /// Whether a value of that kind is held, as it is or encoded.
    pub fn holds(&self, kind: Kind, value: &[u8]) -> bool {
        self.held(kind, value) != Held::Nowhere
    }

    /// How a value of that kind is held.
    pub fn held(&self, kind: Kind, value: &[u8]) -> Held {
        if self.has(value, |key| {
            is_in(&self.values, key) || (kind == Kind::KeyPath && is_in(&self.paths, key))
        }) {
            Held::AsSecret
        } else if self.has(value, |key| is_in(&self.kept, key)) {
            Held::AsWritten
        } else {
            Held::Nowhere
        }
    }

    fn has(&self, value: &[u8], is_in: impl Fn(u128) -> bool) -> bool {
        let has = |value: &[u8]| is_in(self.key(value));
        if has(value) {
            return true;
        }
        let Ok(text) = std::str::from_utf8(value) else { return false };
        // Settings escape signs, and readers take the escapes away.
        if text.contains('\\') && has(unescape(text).as_bytes()) {
            return true;
        }
        let Some(encoding) = encoded::encoding(text) else { return false };
        has(&encoded::decode(text, encoding))
            || (encoding == Encoding::Hex && has(&encoded::decode(text, Encoding::Base64)))
    }

    /// Has the witness look at a file and accounts for each finding. `otherwise` is asked for those
    /// that are not held: the reason to leave one out, if there is one.
    pub fn hear(
        &self,
        bytes: &[u8],
        file_name: &str,
        otherwise: &dyn Fn(&[u8]) -> Option<&'static str>,
    ) -> Testimony {
        let mut testimony = Testimony::default();
        let (unread, set_aside) = crate::each(bytes, file_name, &mut |seen| {
            let place = || seen.place.to_owned();
            let finding =
                || Unaccounted { place: place(), kind: seen.kind, confidence: seen.confidence };
            let held = self.held(seen.kind, seen.value);
            if held == Held::AsSecret {
                testimony.held += 1;
            } else if let Some(why) = otherwise(seen.value) {
                testimony.left_out.push(LeftOut { place: place(), why });
            } else if held == Held::AsWritten {
                testimony.held += 1;
                testimony.as_written.push(finding());
            } else {
                testimony.unaccounted.push(finding());
            }
        });
        Testimony { unread, set_aside, ..testimony }
    }

    fn each_part(&mut self, value: &[u8], change: impl Fn(&mut usize)) {
        let mut keys = vec![self.key(value)];
        let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.~+/=".contains(byte);
        if value.starts_with(b"eyJ") && value.iter().all(is_plain) {
            // A file can have the parts of a token in different places.
            keys.extend(value.split(|byte| *byte == b'.').take(2).map(|part| self.key(part)));
            if let Some(at) = value.iter().rposition(|byte| *byte == b'.') {
                keys.push(self.key(&value[..at]));
            }
        } else if !value.iter().all(is_plain) {
            crate::texts(value, &mut |text| keys.push(self.key(text)));
            let _ = crate::each(value, "", &mut |seen| keys.push(self.key(seen.value)));
        }
        for key in keys {
            change(self.values.entry(key).or_default());
        }
    }

    /// White space around a value is nobody's.
    fn key(&self, value: &[u8]) -> u128 {
        let value = value.trim_ascii();
        let [high, low] = self.hashers.each_ref().map(|hasher| hasher.hash_one(value));
        u128::from(high) << 64 | u128::from(low)
    }
}

fn is_in(map: &HashMap<u128, usize>, key: u128) -> bool {
    map.get(&key).is_some_and(|count| *count > 0)
}
