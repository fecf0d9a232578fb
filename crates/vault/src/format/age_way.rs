//! What the record of a slot has that opens by age, beside the master key that is wrapped in it.
//!
//! ```text
//! slot.box = length of the open part (u32) ‖ open part ‖ SEAL(KEK, AAD of the slot ‖ SHA-256(open part), VMK)
//! ```

use std::collections::BTreeMap;

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};

use crate::error::Problem;
use crate::format::key_text::RawKey;

/// Longest open part: it is read before anything vouches for it.
const MAX_OPEN_PART: usize = 256 * 1024;

/// How a value that opens a slot is encrypted, and what is needed to decrypt it. Nothing of it is a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgeWay {
    /// An age file (age-encryption.org/v1, binary) of the 32 bytes that open the slot.
    pub file: Vec<u8>,
    /// To whom, as age writes them.
    pub recipients: Vec<String>,
    /// Each plugin that a recipient needs, by its name, and where its program was when it was added.
    pub plugins: BTreeMap<String, String>,
    /// Where the identity lies, if that was said: an absolute path.
    pub identity: Option<String>,
}

/// The value of a way, decrypted.
pub struct AgeKey {
    /// 32 bytes.
    pub value: RawKey,
    /// Which way's it is.
    pub way: AgeWay,
}

/// As it stands in the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OpenPart {
    file: String,
    recipients: Vec<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    plugins: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    identity: Option<String>,
}

impl AgeWay {
    /// The one form in which it is written: JSON.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let Self { file, recipients, plugins, identity } = self.clone();
        let part = OpenPart { file: BASE64.encode(&file), recipients, plugins, identity };
        serde_json::to_vec(&part).expect("texts alone")
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let part: OpenPart = serde_json::from_slice(bytes).ok()?;
        let OpenPart { file, recipients, plugins, identity } = part;
        let file = BASE64.decode(file.as_bytes()).ok()?;
        let way = Self { file, recipients, plugins, identity };
        // Another text of the same meaning was written by someone else.
        (way.to_bytes() == bytes).then_some(way)
    }

    /// Whether it all hangs on one piece of hardware.
    pub fn is_one_piece_of_hardware(&self) -> bool {
        matches!(&self.recipients[..], [one] if is_of_hardware(one))
    }
}

/// Whether a recipient is of a key in hardware: `age1NAME1…`, as plugins make them, and the tags that stand for
/// such keys. `age1…` and SSH are files, as `age1pq1…` is.
pub fn is_of_hardware(recipient: &str) -> bool {
    let name = recipient.strip_prefix("age1").and_then(|rest| rest.rsplit_once('1'));
    name.is_some_and(|(name, _)| name != "pq")
}

/// Puts both parts of a slot's box together.
pub(crate) fn joined(open_part: &[u8], sealed: &[u8]) -> Vec<u8> {
    let length = u32::try_from(open_part.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes(), open_part, sealed].concat()
}

/// Takes them apart: the way, its bytes, and what is sealed.
pub(crate) fn split(both: &[u8]) -> Result<(AgeWay, &[u8], &[u8]), Problem> {
    let parts = || {
        let (length, rest) = both.split_first_chunk()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (open_part, sealed) = rest.split_at_checked(length)?;
        let is_short = length <= MAX_OPEN_PART;
        Some((is_short.then(|| AgeWay::parse(open_part))??, open_part, sealed))
    };
    parts().ok_or(Problem::tampered("a slot by age that is none"))
}
