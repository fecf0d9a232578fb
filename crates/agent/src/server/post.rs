//! Taking the post of a vault: one agent serves it, and one at a time takes over.
//!
//! ```text
//! ID.turn   held while an agent starts
//! ID.lock   held as long as an agent serves
//! ID.next   the socket of one that starts, before it has the name
//! ID.sock   the socket that commands know
//! ```

use std::fs::File;
use std::io;
use std::path::Path;
use std::time::Duration;

use azvault_os::clock::ClockWatch;
use azvault_os::file::{Facts, Kind as FileKind, create_private_folders, open_or_create_private};
use azvault_os::lock::{Share, Tried, within};
use azvault_os::pipe::Listener;
use azvault_os::process::{Signal, Signals};

use super::answer::AgentState;
use super::bound_socket::BoundSocket;
use super::predecessor::{HandedOver, Predecessor};
use super::{Ears, Post, ServeError};
use crate::answers::Answers;
use crate::handing::Starter;
use crate::holder::{Beacon, Kind};
use crate::presence::Presence;

/// How long others may take that start at the same moment.
const TURNS: Duration = Duration::from_secs(10);

/// How long an agent that handed its sessions over has to end.
const TO_GO: Duration = Duration::from_secs(2);

/// A post that was taken, and what is held there from the beginning.
pub(super) struct Taken<'a> {
    pub(super) ears: Ears<'a>,
    pub(super) held: AgentState<'a>,
    pub(super) _lock: Presence,
}

/// Takes the post, and whatever its starter and the agent from before hand over. Keys are read last,
/// before the name is taken: what serves then has them.
pub(super) fn take<'a>(
    post: Post<'a>,
    starter: &mut Starter,
    service: &'a mut dyn Answers,
) -> Result<Taken<'a>, ServeError> {
    let Post { socket, vault } = post;
    check_folder(socket)?;
    let _turn = turn(socket)?;
    let signals =
        Signals::of(&[Signal::End, Signal::Interrupt, Signal::HangUp, Signal::FileLimit])?;
    let beacon = Beacon::raise(Kind::Agent, vault)?;
    let lock = socket.with_extension("lock");
    let mut presence = Presence::announce(&lock)?;
    let mut held = AgentState::new(service);
    let mut predecessor = None;
    if presence.is_none() {
        let Some(fingerprint) = starter.fingerprint() else {
            return Err(ServeError::AlreadyServed);
        };
        // Where nobody listens it is just ending.
        if let Some(HandedOver { waits, heritage }) = Predecessor::ask(socket, fingerprint)? {
            held.take_over(heritage);
            predecessor = Some(waits);
        }
    }
    if let Some((keys, terms)) = starter.keys().map_err(ServeError::Starter)? {
        held.hold(keys, terms, starter.terminal());
    }
    if predecessor.as_ref().is_some_and(Predecessor::may_have_gone_on) {
        return Err(ServeError::InTheWay);
    }
    let (listener, place) = publish(socket)?;
    drop(predecessor);
    // The system may have no such clock to give: then the loop's own turn notices.
    let clock = ClockWatch::new().ok();
    let ears = Ears { listener, signals, beacon, place, clock, watcher: None };
    if presence.is_none() {
        presence = match Presence::announce_within(&lock, TO_GO) {
            Ok(presence) => presence,
            Err(e) => {
                ears.place.clear();
                return Err(e.into());
            }
        };
    }
    let Some(_lock) = presence else {
        ears.place.clear();
        return Err(ServeError::InTheWay);
    };
    Ok(Taken { ears, held, _lock })
}

/// Makes the folder if need be. It is this user's alone.
fn check_folder(socket: &Path) -> Result<(), ServeError> {
    let folder = socket.parent().unwrap_or(Path::new("/"));
    create_private_folders(folder)?;
    let facts = Facts::of_name(folder)?;
    if !facts.is_folder() || !facts.is_own() || !facts.is_private() {
        return Err(ServeError::UnsafeFolder);
    }
    Ok(())
}

/// Waits until no other agent is starting.
fn turn(socket: &Path) -> Result<File, ServeError> {
    let file = open_or_create_private(&socket.with_extension("turn"))?;
    match within(&file, Share::Nothing, TURNS)? {
        Tried::Held => Ok(file),
        Tried::Busy => Err(ServeError::InTheWay),
        Tried::Unsupported(error) => Err(error.into()),
    }
}

/// Has callers come here from now on, in one step: there is no moment at which they find nobody.
fn publish(socket: &Path) -> Result<(Listener, BoundSocket<'_>), ServeError> {
    // What has the name is the socket of an agent that goes, or has died; nothing else is replaced.
    must_be_socket(socket)?;
    let next = socket.with_extension("next");
    if must_be_socket(&next)?.is_some() {
        std::fs::remove_file(&next)?;
    }
    // Nobody can come before it is private: the folder is this user's alone.
    let listener = Listener::bind(&next)?;
    std::fs::rename(&next, socket)?;
    let place = BoundSocket::of(socket)?;
    Ok((listener, place))
}

/// A file of that name has to be a socket of this user; `None` where there is none.
fn must_be_socket(path: &Path) -> io::Result<Option<()>> {
    let facts = match Facts::of_name(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        facts => facts?,
    };
    if facts.kind() == FileKind::Socket && facts.is_own() {
        return Ok(Some(()));
    }
    Err(io::ErrorKind::AlreadyExists.into())
}
