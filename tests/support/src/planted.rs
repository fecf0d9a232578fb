//! Random files of random formats, each with secrets at places that readers know and at others.
//!
//! Files are made as their products make them; then they are bent in ways that have been seen: wrong
//! types, unknown members, encoded ones, white space in base64, another encoding, zeros behind the end,
//! junk before it.

mod bends;
mod files;

use proptest::prelude::*;
use serde_json::Value;

pub use bends::{bend, bytes_of};
pub use files::file;

/// A file: its place in a home, its content, and the secrets in it.
#[derive(Debug, Clone)]
pub struct Planted {
    pub place: &'static str,
    pub content: Content,
    pub secrets: Vec<String>,
}

#[derive(Debug, Clone)]
pub enum Content {
    Json(Value),
    /// Sections of `name = value`.
    Ini(String),
}

impl Planted {
    pub fn name(&self) -> &'static str {
        self.place.rsplit('/').next().unwrap_or(self.place)
    }
}

/// A secret of a shape that tells what it is, whatever its member is called.
fn secret() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{3}8Q~[A-Z][a-z][0-9][A-Za-z0-9_.~-]{30}",
        "eyJ[a-zA-Z0-9]{20}\\.eyJ[a-zA-Z0-9_-]{40}\\.[a-zA-Z0-9_-]{43}",
        "0\\.A[A-Za-z0-9_-]{80}",
        "[a-z]{2}[0-9][A-Za-z0-9+/]{82}[a-z0-9]==",
    ]
}

/// A password as people make them up: its member's name alone tells what it is.
fn password() -> impl Strategy<Value = String> {
    "[A-Za-z]{3,8}[0-9][!?#a-z0-9]{0,12}[a-z]"
}
