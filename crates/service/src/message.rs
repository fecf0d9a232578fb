//! How requests and answers cross a socket.
//!
//! ```text
//! message = version (u8) ‖ head ‖ body ‖ secret …
//! part    = length (u32, big-endian) ‖ bytes
//! ```
//!
//! Head and body are MessagePack with the names of their members: what a newer version adds, an older
//! one passes over. A secret is never inside of them, but a part of its own, in memory that is wiped.

mod frame;
pub(crate) mod held;
mod sent_profile;

pub(crate) use self::frame::{framed, length_of, received};
pub use self::sent_profile::SentProfile;

use azvault_model::Secret;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// What commands and agents of this version say. Another one is another language.
const VERSION: u8 = 1;

/// Secrets in one message.
const MAX_SECRETS: usize = 1024 * 1024;

/// What a request or an answer consists of.
pub trait Message: Serialize + DeserializeOwned + 'static {
    /// The secrets in it, which are not encoded with the rest, in one order. What was decoded has empty
    /// ones in their place.
    fn secrets(&mut self) -> Vec<&mut Secret> {
        Vec::new()
    }

    /// Makes parts of what is a secret by another type, before it is encoded.
    fn pack(&mut self) {}

    /// Puts back what came in such parts.
    fn unpack(&mut self) -> Result<(), Foreign> {
        Ok(())
    }
}

/// A message as bytes, wiped when it is dropped.
pub type Bytes = Zeroizing<Vec<u8>>;

/// The bytes are no message, or one of a version that this one does not speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Foreign;

/// A message that was taken apart.
pub(crate) struct Parts<'a> {
    head: &'a [u8],
    body: &'a [u8],
    secrets: Vec<&'a [u8]>,
}

/// Puts a message together. The secrets of the body go last, behind those of the head.
pub(crate) fn encode(head: &mut impl Message, body: &mut impl Message) -> Bytes {
    body.pack();
    let texts = [text(head), text(body)];
    let secrets: Vec<&mut Secret> = head.secrets().into_iter().chain(body.secrets()).collect();
    let lengths = texts.iter().map(|text| text.len()).chain(secrets.iter().map(|one| one.len()));
    // Memory of the final size, once: what grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(1 + lengths.map(|l| 4 + l).sum::<usize>()));
    bytes.push(VERSION);
    let mut part = |part: &[u8]| {
        // A part that is longer than that is longer than any message may be.
        bytes.extend(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend_from_slice(part);
    };
    texts.iter().for_each(|text| part(text));
    // EXPOSE: on its way to the process that asked, or that is asked.
    secrets.iter().for_each(|secret| part(secret.expose()));
    bytes
}

/// Takes a message apart that has no head.
pub(crate) fn decode<T: Message>(bytes: &[u8]) -> Result<T, Foreign> {
    split(bytes)?.body(0)
}

/// Takes a message apart.
pub(crate) fn split(bytes: &[u8]) -> Result<Parts<'_>, Foreign> {
    let mut rest = bytes.strip_prefix(&[VERSION]).ok_or(Foreign)?;
    let mut parts = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk() {
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        let (part, after) = after.split_at_checked(length).ok_or(Foreign)?;
        parts.push(part);
        rest = after;
        if parts.len() > MAX_SECRETS {
            return Err(Foreign);
        }
    }
    match (parts.as_slice(), rest) {
        ([head, body, ..], []) => Ok(Parts { head, body, secrets: parts[2..].to_vec() }),
        _ => Err(Foreign),
    }
}

impl Parts<'_> {
    /// The head, and how many secrets it has taken.
    pub(crate) fn head<T: Message>(&self) -> Result<(T, usize), Foreign> {
        let mut head: T = value(self.head)?;
        let secrets = head.secrets();
        let taken = secrets.len();
        fill(secrets, self.secrets.get(..taken).ok_or(Foreign)?);
        Ok((head, taken))
    }

    /// The body, whose secrets come after that many of the head.
    pub(crate) fn body<T: Message>(&self, of_head: usize) -> Result<T, Foreign> {
        let mut body: T = value(self.body)?;
        let own = self.secrets.get(of_head..).unwrap_or_default();
        let secrets = body.secrets();
        if secrets.len() != own.len() {
            return Err(Foreign);
        }
        fill(secrets, own);
        body.unpack()?;
        Ok(body)
    }
}

fn fill(secrets: Vec<&mut Secret>, parts: &[&[u8]]) {
    for (secret, part) in secrets.into_iter().zip(parts) {
        *secret = Secret::copied_from(part);
    }
}

fn text(message: &impl Message) -> Vec<u8> {
    rmp_serde::to_vec_named(message).expect("messages are plain data")
}

fn value<T: Message>(text: &[u8]) -> Result<T, Foreign> {
    rmp_serde::from_slice(text).map_err(|_| Foreign)
}

/// Paths in messages: as bytes, since a path need not be text.
pub(crate) mod path {
    use std::path::{Path, PathBuf};

    use azvault_os::file::{path_bytes, path_of_bytes};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<S: Serializer>(path: &Path, to: S) -> Result<S::Ok, S::Error> {
        path_bytes(path).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<PathBuf, D::Error> {
        Vec::deserialize(from).map(path_of_bytes)
    }
}

/// A secret in a message: encoded as nothing, and its value as a part of its own.
#[derive(Serialize, Deserialize)]
pub(crate) struct SecretPart {
    #[serde(skip, default = "not_there_yet")]
    value: Secret,
}

impl SecretPart {
    pub(crate) fn new(value: Secret) -> Self {
        Self { value }
    }

    pub(crate) fn value(&self) -> &Secret {
        &self.value
    }

    pub(crate) fn value_mut(&mut self) -> &mut Secret {
        &mut self.value
    }

    pub(crate) fn into_value(self) -> Secret {
        self.value
    }

    /// The same value, for another message.
    pub(crate) fn copied(&self) -> Self {
        // EXPOSE: one copy for each process that is told.
        Self::new(Secret::copied_from(self.value.expose()))
    }
}

/// A secret of a message that is being decoded, until its part is put in its place.
pub fn not_there_yet() -> Secret {
    Secret::copied_from(&[])
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use azvault_os::file::path_of_bytes;
    use serde::{Deserialize, Serialize};

    use super::{Message, encode, path, split};

    #[derive(Serialize, Deserialize)]
    struct Named {
        #[serde(with = "path")]
        path: PathBuf,
    }

    impl Message for Named {}

    #[test]
    fn a_path_that_is_no_text_crosses_the_socket() {
        for bytes in [&b"/home/a"[..], b"/home/\xff\xfe", b""] {
            let of = || Named { path: path_of_bytes(bytes.to_vec()) };
            let message = encode(&mut of(), &mut of());
            let parts = split(&message).unwrap();
            let (head, taken) = parts.head::<Named>().unwrap();
            let body: Named = parts.body(taken).unwrap();
            assert!(head.path == of().path && body.path == of().path);
        }
    }
}
