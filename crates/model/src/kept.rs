//! Members of a file that nobody here knows, kept as they were written.

use zeroize::Zeroizing;

/// Unknown or unmodelled members of a source: the text of one JSON object that maps a JSON
/// pointer (RFC 6901, within the context or file) to the member's value as written. Empty text
/// when there are none.
///
/// An unknown member may hold a secret, so this is handled like one: wiped, never shown.
#[derive(Default)]
pub struct Kept(Zeroizing<String>);

impl Kept {
    /// Takes over the text of one JSON object, or the empty text.
    pub fn new(object: Zeroizing<String>) -> Self {
        Self(object)
    }

    /// Whether nothing was kept.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A second one of its own, for a context that takes over what another file kept.
    pub fn copied(&self) -> Self {
        let mut own = Zeroizing::new(String::with_capacity(self.0.len()));
        own.push_str(&self.0);
        Self(own)
    }

    /// The JSON object. Callers seal it or write it back; nobody shows it.
    pub fn as_json(&self) -> &str {
        &self.0
    }
}
