//! The way through nested layers: where it is, what it may still spend, what it has seen.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use crate::finding::{Confidence, Kind, NotASecret, Seen, SetAside, Unread};
use crate::names::{Name, Sense};

/// Layers inside layers that are opened: a product's cache has four.
const MAX_DEPTH: usize = 12;

/// Decoded bytes beyond four times the file's own size.
const MAX_EXTRA: usize = 32 * 1024 * 1024;

/// Places of a kind that are listed; the next ones are like them.
const MAX_LISTED: usize = 10_000;

/// How far the value of an assignment reaches.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// To the next space, as in a shell.
    Word,
    /// To the end of the line, as in settings.
    Line,
}

impl Reach {
    fn of(file_name: &str) -> Self {
        let name = file_name.to_lowercase();
        let end = name.rsplit('.').next().unwrap_or_default();
        let settings = ["ini", "cfg", "conf", "config", "properties", "yml", "yaml", "credentials"];
        if settings.contains(&end) { Self::Line } else { Self::Word }
    }
}

/// What is handed over.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Selection {
    /// What looks like a credential.
    Credentials,
    /// Every text, whatever it looks like.
    Texts,
}

/// As what a text is looked at: each finds what the other cannot.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum As {
    /// As one value with its name.
    Value,
    /// As a text that has names and values inside.
    Text,
}

/// The ways into what lies inside a value: a text, or bytes of any kind. A value is judged without
/// knowing what reads either.
#[derive(Clone, Copy)]
pub(crate) struct Readers {
    pub(crate) text: fn(&mut Walk<'_>, Name, &str),
    pub(crate) bytes: fn(&mut Walk<'_>, Name, &[u8]),
}

/// Shortest text that is worth remembering.
const MIN_KNOWN: usize = 256;

/// One look.
pub(crate) struct Walk<'s> {
    sink: &'s mut dyn FnMut(Seen<'_>),
    readers: Readers,
    place: String,
    depth: usize,
    budget: usize,
    hasher: RandomState,
    values: HashSet<(u64, Confidence)>,
    texts: HashSet<u64>,
    unread: Vec<Unread>,
    set_aside: Vec<SetAside>,
    /// How far a value reaches in a line of this file.
    pub(crate) reach: Reach,
    pub(crate) selection: Selection,
    /// How much was found or set aside so far.
    pub(crate) count: usize,
}

impl<'s> Walk<'s> {
    pub(crate) fn new(
        length: usize,
        file_name: &str,
        readers: Readers,
        sink: &'s mut dyn FnMut(Seen<'_>),
    ) -> Self {
        Self {
            sink,
            readers,
            place: String::new(),
            depth: 0,
            budget: length.saturating_mul(4).saturating_add(MAX_EXTRA),
            hasher: RandomState::new(),
            values: HashSet::new(),
            texts: HashSet::new(),
            unread: Vec::new(),
            set_aside: Vec::new(),
            reach: Reach::of(file_name),
            selection: Selection::Credentials,
            count: 0,
        }
    }

    /// Looks into text.
    pub(crate) fn read_text(&mut self, name: Name, text: &str) {
        (self.readers.text)(self, name, text);
    }

    /// Looks into bytes, whatever they are.
    pub(crate) fn read_bytes(&mut self, name: Name, bytes: &[u8]) {
        (self.readers.bytes)(self, name, bytes);
    }

    pub(crate) fn end(self) -> (Vec<Unread>, Vec<SetAside>) {
        (self.unread, self.set_aside)
    }

    /// Extends the place by one step; [`Walk::leave`] takes it back.
    pub(crate) fn enter(&mut self, step: &str) -> usize {
        let mark = self.place.len();
        self.place.push_str(step);
        mark
    }

    /// Extends the place by a member's name, escaped as in a JSON pointer.
    pub(crate) fn enter_member(&mut self, name: &str) -> usize {
        let mark = self.enter("/");
        for character in name.chars() {
            match character {
                '~' => self.place.push_str("~0"),
                '/' => self.place.push_str("~1"),
                other => self.place.push(other),
            }
        }
        mark
    }

    /// Extends the place by `line 12` or `byte 2500`.
    pub(crate) fn enter_number(&mut self, unit: &str, number: usize) -> usize {
        let separator = if self.place.is_empty() { "" } else { ", " };
        self.enter(&format!("{separator}{unit} {number}"))
    }

    pub(crate) fn leave(&mut self, mark: usize) {
        self.place.truncate(mark);
    }

    /// Goes one layer deeper, for at most `length` decoded bytes; says where that is too much.
    pub(crate) fn deeper(&mut self, length: usize, inside: impl FnOnce(&mut Self)) {
        if self.depth >= MAX_DEPTH {
            self.unread("more layers inside each other than are opened");
            return;
        }
        if length > self.budget {
            self.unread("more inside than is opened");
            return;
        }
        self.budget -= length;
        self.depth += 1;
        inside(self);
        self.depth -= 1;
    }

    /// Decoded bytes that may still be produced.
    pub(crate) fn budget(&self) -> usize {
        self.budget
    }

    pub(crate) fn unread(&mut self, why: &'static str) {
        if self.unread.len() < MAX_LISTED {
            self.unread.push(Unread { place: self.place.clone(), why });
        }
    }

    pub(crate) fn found(&mut self, kind: Kind, confidence: Confidence, value: &str) {
        self.found_bytes(kind, confidence, value.trim().as_bytes());
    }

    pub(crate) fn found_bytes(&mut self, kind: Kind, confidence: Confidence, value: &[u8]) {
        self.count += 1;
        if value.is_empty() || !self.values.insert((self.hasher.hash_one(value), confidence)) {
            return;
        }
        (self.sink)(Seen { place: &self.place, kind, confidence, value });
    }

    pub(crate) fn set_aside(&mut self, why: NotASecret) {
        self.count += 1;
        if self.set_aside.len() < MAX_LISTED {
            self.set_aside.push(SetAside { place: self.place.clone(), why });
        }
    }

    /// Whether this long text was looked at before as the same thing, under a name that says the
    /// same: saved files repeat a cache in every context.
    pub(crate) fn is_known(&mut self, text: &str, name: Name, what: As) -> bool {
        let seen: (As, Sense, Sense, &str) = (what, name.sense, name.around, text);
        text.len() > MIN_KNOWN && !self.texts.insert(self.hasher.hash_one(seen))
    }
}
