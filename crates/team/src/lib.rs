//! A team's log: sealed and signed records in an order that a database keeps.
//!
//! The database is not trusted. It sees which device wrote when and how much; every device verifies every
//! record before it takes it, and remembers the last one it verified. What one device knows of the log is a
//! [`Replica`]: records go in ([`Replica::take`]), and records that others will take come out
//! (`Replica::draft_…`). Nothing here but [`Database`] does I/O.

mod address;
mod body;
mod bytes;
mod database;
mod device;
mod epoch;
mod id;
mod invitation;
mod login;
mod members;
mod membership;
mod record;
mod replica;
mod state;
mod words;

pub use address::{Address, NotAnAddress};
pub use bytes::Misshapen;
pub use database::{Database, DatabaseError, News, SCHEMA};
pub use device::{DeviceKeys, PublicKeys};
pub use id::{DeviceId, Head, ItemId, RecordHash, TeamId};
pub use invitation::{Invitation, JoinRequest};
pub use login::{Login, Shown};
pub use members::{Member, Members, Role};
pub use membership::{Membership, Stage, Waiting};
pub use record::{Kind, MAX_BODY, Record};
pub use replica::{
    Applied, Fault, NoStart, Past, Refused, RefusedBecause, Replica, Start, Taken, What,
};
pub use rustls::pki_types::CertificateDer;
pub use state::{Edit, Item, ItemKind, State};
