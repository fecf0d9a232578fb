//! `azvault secret`

pub(crate) mod list;
pub(crate) mod show;

use azvault_model::Secret;
use data_encoding::BASE64;
use zeroize::Zeroizing;

use crate::app::{App, Exit};

#[derive(clap::Subcommand)]
pub(crate) enum Verb {
    #[command(alias = "ls")]
    List(list::Args),
    Show(show::Args),
}

impl Verb {
    /// Whether values are printed.
    pub(crate) fn reveals(&self) -> bool {
        match self {
            Self::List(args) => args.reveal,
            Self::Show(args) => args.reveal,
        }
    }

    pub(crate) fn run(self, app: &App) -> Exit {
        match self {
            Self::List(args) => args.run(app),
            Self::Show(args) => args.run(app),
        }
    }
}

/// Writes a secret as a JSON string into `out`, which has room for it: a certificate can be
/// binary and then stands in base64.
pub(crate) fn push_json(out: &mut Zeroizing<Vec<u8>>, secret: &Secret) {
    // EXPOSE: the value was asked for with --reveal.
    let bytes = secret.expose();
    out.push(b'"');
    match std::str::from_utf8(bytes) {
        Ok(text) => push_escaped(out, text),
        Err(_) => push_base64(out, bytes),
    }
    out.push(b'"');
}

/// Room that [`push_json`] takes at the most.
pub(crate) fn json_room(secret: &Secret) -> usize {
    secret.len() * 6 + 16
}

fn push_escaped(out: &mut Zeroizing<Vec<u8>>, text: &str) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => out.extend([b'\\', byte]),
            b'\n' => out.extend(b"\\n"),
            0..=0x1f => {
                out.extend(b"\\u00");
                out.extend([HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
            }
            _ => out.push(byte),
        }
    }
}

fn push_base64(out: &mut Zeroizing<Vec<u8>>, bytes: &[u8]) {
    let start = out.len();
    out.resize(start + BASE64.encode_len(bytes.len()), 0);
    BASE64.encode_mut(bytes, &mut out[start..]);
}
