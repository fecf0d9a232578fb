//! A team's vault: what is shared with whom. The vault's side of it answers requests, and has the keys; the
//! command's side has the connection, and sees sealed records alone.

pub(crate) mod background;
mod carried;
pub mod carrier;
mod carrier_process;
mod connection;
pub mod exchange;
pub(crate) mod items;
pub(crate) mod kept;
mod password;
pub(crate) mod shared;
pub(crate) mod synced;

use azvault_team::{Address, Invitation, NotAnAddress};
use azvault_vault::Vault;

pub use password::DatabasePassword;
pub use synced::TeamSyncState;

use crate::app::App;
use crate::ask::said_by_agent;
use crate::failure::{Failure, Kind};
use crate::verbs::WakeTeams;

/// What an administrator of a database runs once.
pub const SCHEMA: &str = azvault_team::SCHEMA;

/// Whether a URL says where a team's database is.
pub fn check_address(address: &str) -> Result<(), NotAnAddress> {
    Address::parse(address).map(drop)
}

/// Who signs in at a database, as its URL says.
pub fn user_of(address: &str) -> Option<String> {
    Address::parse(address).ok().map(|address| address.user().to_owned())
}

/// Where an invitation says that the database is, for a user of it; `None` where it is no invitation.
pub fn address_in(code: &str, user: &str) -> Option<String> {
    let invitation = Invitation::from_code(code).ok()?;
    let (scheme, place) = invitation.database.split_once("://")?;
    let user = percent_encoding::utf8_percent_encode(user, percent_encoding::NON_ALPHANUMERIC);
    Some(format!("{scheme}://{user}@{place}"))
}

/// Has the agent, which was just handed the keys, sync the teams of this vault. One that does not is none to tell of.
pub fn wake(app: &App, vault: &Vault) {
    let teams = vault.snapshot().map(|now| kept::all(now.records().secrets()).count());
    if teams.is_ok_and(|teams| teams > 0) {
        let _ = said_by_agent(app, &mut WakeTeams {});
    }
}

/// Compares the words that both sides have, however they were typed.
pub fn check_words(ours: &str, theirs: &str) -> Result<(), Failure> {
    let words = |text: &str| text.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>();
    match words(ours) == words(theirs) {
        true => Ok(()),
        false => {
            let what = "the six words differ: the request is not the one that was sent";
            Err(Failure::new(Kind::Refused, what)
                .hint("azvault team invite, and another way to send the code"))
        }
    }
}
