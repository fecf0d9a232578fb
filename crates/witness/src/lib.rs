//! Finds what looks like a credential in any bytes, without knowing a single format.
//!
//! The readers of azvault know what each product writes; what one of them overlooks, a proof that
//! asks the same reader overlooks too. This crate is the second witness: it shares no code with
//! them, knows shapes and names instead of formats, and works on damaged files. It looks through
//! base64, hex, UTF-16, gzip and text inside text, in linear time and within bounds; where a bound
//! ends its look, it says so.
//!
//! It prints nothing and a place never holds a value.

mod encoded;
mod entropy;
mod escapes;
mod finding;
mod json;
mod layer;
mod leaf;
mod ledger;
mod lines;
mod markup;
mod names;
mod nature;
mod outline;
mod pem;
mod pieces;
mod shapes;
mod table;
mod text;
mod walk;

pub use finding::{Confidence, Finding, Kind, Looked, NotASecret, Seen, SetAside, Unread};
pub use ledger::{Held, Ledger, LeftOut, Testimony, Unaccounted};
use zeroize::Zeroizing;

const READERS: walk::Readers = walk::Readers { text: text::read, bytes: layer::read };

/// Everything in `bytes` that looks like a credential. A value that stands at several places is
/// reported once, at the first.
pub fn look(bytes: &[u8], file_name: &str) -> Looked {
    let mut findings = Vec::new();
    let (unread, set_aside) = each(bytes, file_name, &mut |seen| {
        // Allocated at its final size: no copy is left behind by growing.
        let mut value = Zeroizing::new(Vec::with_capacity(seen.value.len()));
        value.extend_from_slice(seen.value);
        findings.push(Finding {
            place: seen.place.to_owned(),
            kind: seen.kind,
            confidence: seen.confidence,
            value,
        });
    });
    Looked { findings, unread, set_aside }
}

/// As [`look`], handing each finding over as it is seen, so that none has to be kept.
pub fn each(
    bytes: &[u8],
    file_name: &str,
    sink: &mut dyn FnMut(Seen<'_>),
) -> (Vec<Unread>, Vec<SetAside>) {
    let mut walk = walk::Walk::new(bytes.len(), file_name, READERS, sink);
    walk.read_bytes(names::Name::none(), bytes);
    walk.end()
}

/// Every text in `bytes` and in the layers inside, credential or not.
fn texts(bytes: &[u8], sink: &mut dyn FnMut(&[u8])) {
    let mut hand_over = |seen: Seen<'_>| sink(seen.value);
    let mut walk = walk::Walk::new(bytes.len(), "", READERS, &mut hand_over);
    walk.selection = walk::Selection::Texts;
    walk.read_bytes(names::Name::none(), bytes);
}
