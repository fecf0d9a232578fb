//! One thing that is wrong with a policy, or with what it is about.

use std::path::PathBuf;

use azvault_policy::{Loosens, Wrong};
use serde::{Deserialize, Serialize};

use crate::text::{shown, shown_path};

/// One thing that is wrong with a policy, or with what it is about: what, where, what to do.
#[derive(Serialize, Deserialize)]
pub struct Finding {
    pub file: PathBuf,
    pub line: Option<usize>,
    pub what: String,
    pub next: String,
}

impl Finding {
    /// Where and what, in one line.
    pub fn line(&self) -> String {
        let file = shown_path(&self.file);
        match self.line {
            Some(line) => format!("{file} line {line}: {}", shown(&self.what)),
            None => format!("{file}: {}", shown(&self.what)),
        }
    }
}

impl From<Wrong> for Finding {
    fn from(Wrong { place, what, instead }: Wrong) -> Self {
        Self { file: place.file, line: Some(place.line), what, next: format!("write {instead}") }
    }
}

impl From<Loosens> for Finding {
    fn from(Loosens { key, system, user }: Loosens) -> Self {
        let what = format!("{key} may only tighten {system}");
        let next = "make the line stricter, or remove it".to_owned();
        Self { file: user.file, line: Some(user.line), what, next }
    }
}

impl From<azvault_policy::Refusal> for Finding {
    fn from(azvault_policy::Refusal { place, what, next }: azvault_policy::Refusal) -> Self {
        Self { file: place.file, line: Some(place.line), what, next }
    }
}
