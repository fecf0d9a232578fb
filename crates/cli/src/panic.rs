//! When a machine or an account may be in other hands: everything is locked, then what there is to
//! revoke is listed.
//!
//! Locking comes first and needs nothing but the kernel. The list is read with the keys of an agent
//! that is about to end, if it has them; that gets a few seconds and can hold up nothing else.

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use azvault_agent::presence::{self, Present};
use azvault_vault::{Error, Subject, Try, Vault};

use crate::app::App;
use crate::contexts::Contexts;
use crate::door::{PRESENCE, az_folder};
use crate::failure::{Code, Failure};
use crate::session::Session;
use crate::{audit, paths, unlock};

/// How long agents are left their keys, so that the list can be read with them.
const PATIENCE: Duration = Duration::from_secs(5);

/// What became of the processes that hold keys.
#[derive(Default)]
pub(crate) struct Ended {
    pub(crate) agents: usize,
    pub(crate) doors: usize,
    /// Files of processes that could not be ended, and their numbers where they are known.
    pub(crate) left: Vec<(std::path::PathBuf, Option<u32>)>,
}

/// Whether the vault's log tells of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Logged {
    Yes,
    No,
}

/// Ends everything, and reads the list if an agent had the keys for it.
pub(crate) fn lock_all(app: &App) -> (Ended, Option<(Contexts, Logged)>) {
    let folder = paths::runtime_as_it_is();
    let mut ended = Ended::default();
    // No token is needed for the list: doors go at once.
    end(app, &folder, is_door, &mut ended);
    let read = thread::scope(|scope| {
        let (send, receive) = channel();
        scope.spawn(move || {
            if let Err(failure) = read(app, &send) {
                app.ui.warning(format!("not read with the agent's keys: {}", failure.what));
            }
        });
        let read = receive_in_time(&receive);
        end(app, &folder, |_| true, &mut ended);
        read
    });
    (ended, read)
}

/// The list, with whatever opens the vault now that everything is locked.
pub(crate) fn read_afterwards(app: &App) -> Result<(Contexts, Logged), Failure> {
    let locked = unlock::locked(app)?;
    let opened = unlock::without_agent(app, locked, Try::All, unlock::Hold::Nowhere);
    let opened = opened.map_err(|failure| match failure.code {
        Code::NeedsTerminal => Failure::new(
            Code::NeedsTerminal,
            "everything is locked; what there is to revoke is sealed, and nobody can be asked",
        )
        .hint("azvault panic in a terminal, or azvault panic --passphrase-file FILE"),
        _ => failure,
    })?;
    let mut vault = opened.vault;
    let contexts = Contexts::to_revoke(app, &vault, None)?;
    let logged = match log(app, &mut vault) {
        Ok(()) => Logged::Yes,
        Err(_) => Logged::No,
    };
    Ok((contexts, logged))
}

/// What the reading says on its way.
enum Step {
    Read(Box<Contexts>),
    Logged,
}

/// Reads with the keys of the agent; silent where it has none.
fn read(app: &App, send: &Sender<Step>) -> Result<(), Failure> {
    let Some(mut vault) = unlock::by_agent(app, unlock::locked(app)?)? else { return Ok(()) };
    let session = Session::current(vault.id()).ok().flatten();
    let contexts = Contexts::to_revoke(app, &vault, session)?;
    // Nobody receives it where that took too long.
    let _ = send.send(Step::Read(Box::new(contexts)));
    let path = app.vault_path()?;
    log(app, &mut vault).map_err(|e| Failure::from_vault(e, &path))?;
    let _ = send.send(Step::Logged);
    Ok(())
}

fn receive_in_time(receive: &Receiver<Step>) -> Option<(Contexts, Logged)> {
    let start = Instant::now();
    let next = || receive.recv_timeout(PATIENCE.saturating_sub(start.elapsed())).ok();
    let Some(Step::Read(contexts)) = next() else { return None };
    let logged = if next().is_some() { Logged::Yes } else { Logged::No };
    Some((*contexts, logged))
}

fn log(app: &App, vault: &mut Vault) -> Result<(), Error> {
    let told = Subject { id: None, what: "every agent and door ended".to_owned() };
    vault.write(|writing| audit::log(app, writing, "panic", vec![told]))
}

fn is_door(file: &Path) -> bool {
    file.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(PRESENCE))
}

/// Ends those that are meant. What cannot be looked for is said, and stops nothing.
fn end(app: &App, folder: &Path, is_meant: impl Fn(&Path) -> bool, ended: &mut Ended) {
    let mut found = presence::present(folder).unwrap_or_else(|e| {
        app.ui.warning(format!("{}: {e}", crate::ui::shown_path(folder)));
        Vec::new()
    });
    found.retain(|present| is_meant(&present.file));
    let number = |present: &Present| present.process.as_ref().map(|process| process.pid);
    let all: Vec<_> = found.iter().map(|one| (one.file.clone(), number(one))).collect();
    let left: Vec<_> = presence::end(found).into_iter().map(|one| one.file).collect();
    for (file, pid) in all {
        if left.contains(&file) {
            ended.left.push((file, pid));
            continue;
        }
        if !is_door(&file) {
            ended.agents += 1;
            continue;
        }
        ended.doors += 1;
        if let Some(pid) = pid {
            let _ = std::fs::remove_file(folder.join(format!("{PRESENCE}{pid}.lock")));
            az_folder::sweep(folder);
        }
    }
}
