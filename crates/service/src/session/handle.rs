//! What the environment says of a session, `AZVAULT_SESSION=<id>.<key>`, and whether that is true.

use std::time::Duration;

use azvault_agent::CallError;
use azvault_model::Secret;
use azvault_vault::{Id, SessionKey, VaultId};
use zeroize::Zeroizing;

use crate::{agent, paths};

/// What became of the session that the environment names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handle {
    /// This process belongs to it.
    Alive,
    /// The text is no handle.
    Malformed,
    /// No agent runs that could have it.
    NoAgent,
    /// It has ended, or this process is of another shell: an agent says the same of both.
    NotHere,
    /// An agent does not answer.
    Unknown,
}

/// Asks the agents of a vault, for no longer than that each; the vault stays as locked as it is.
pub fn look(vault: VaultId, patience: Duration) -> Handle {
    let Some(named) = paths::session() else { return Handle::Malformed };
    // EXPOSE: taken apart into id and key, which stay in wiped memory.
    let Some((id, key)) = parse(named.expose()) else { return Handle::Malformed };
    let mut found = Handle::NoAgent;
    for client in agent::clients(vault) {
        match client.within(patience).read_session(id) {
            Ok(stored) => match key.open(vault, id, stored.revision, &stored.sealed) {
                Ok(_) => return Handle::Alive,
                Err(_) => found = Handle::NotHere,
            },
            Err(CallError::NotRunning) => {}
            Err(CallError::NoSession | CallError::Refused) => found = Handle::NotHere,
            Err(_) => return Handle::Unknown,
        }
    }
    found
}

/// The handle of a session.
pub(super) fn of(id: Id, key: &SessionKey) -> Secret {
    let (id, key) = (id.to_string(), key.to_text());
    let mut text = Zeroizing::new(Vec::with_capacity(id.len() + 1 + key.len()));
    for part in [id.as_bytes(), b".", key.as_bytes()] {
        text.extend_from_slice(part);
    }
    Secret::new(text)
}

/// Id and key.
pub(super) fn parse(text: &[u8]) -> Option<(Id, SessionKey)> {
    let dot = text.iter().position(|byte| *byte == b'.')?;
    let id = std::str::from_utf8(&text[..dot]).ok()?.parse().ok()?;
    Some((id, SessionKey::parse(&text[dot + 1..])?))
}
