//! Members of a file that nobody here knows, kept as they were written.

use std::sync::Arc;

use zeroize::Zeroizing;

/// Unknown or unmodelled members of a source: the text of one JSON object that maps a JSON
/// pointer (RFC 6901, within the context or file) to the member's value as written. Empty text
/// when there are none.
///
/// An unknown member may hold a secret, so this is handled like one: wiped, never shown. Contexts of
/// one file keep the same, as a rule: they share it, and the last one wipes it.
#[derive(Default)]
pub struct Kept(Option<Arc<Zeroizing<Box<str>>>>);

impl Kept {
    /// Takes over the text of one JSON object, or the empty text.
    pub fn new(object: Zeroizing<String>) -> Self {
        if object.is_empty() {
            return Self(None);
        }
        // Copied into memory of its size, so that shrinking leaves nothing behind.
        Self(Some(Arc::new(Zeroizing::new(object.as_str().into()))))
    }

    /// Shares the other's memory where both say the same.
    pub fn share(&mut self, other: &Self) {
        if self.as_json() == other.as_json() {
            self.0.clone_from(&other.0);
        }
    }

    /// Whether nothing was kept.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The same once more, for a context that takes over what another file kept.
    pub fn copied(&self) -> Self {
        Self(self.0.clone())
    }

    /// The JSON object. Callers seal it or write it back; nobody shows it.
    pub fn as_json(&self) -> &str {
        self.0.as_ref().map_or("", |object| object)
    }
}
