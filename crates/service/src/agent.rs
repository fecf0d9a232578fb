//! The way to the agent of a vault: asking it, and starting it.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use azvault_agent::hold::Terms;
use azvault_agent::holder::{self, Holder, Whose};
use azvault_agent::{CallError, Client, KeysToHold, Status, hand};
use azvault_os::pipe::Stream;
use azvault_vault::{Vault, VaultId};

use crate::app::App;
use crate::caller::Places;
use crate::failure::{Failure, Kind};
use crate::shell_word::shell_path;
use crate::{paths, policy, runtime};

/// An agent that is only looked at has so long to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// The agent's client for a vault: of the one that listens, in whichever folder of this user a shell
/// with another environment has started it, else of one that could.
pub fn client(vault: VaultId) -> Result<Client, Failure> {
    let usual = runtime::folder().map(|folder| folder.join(socket_name(vault)));
    let listening = match (&usual, &sockets(vault)[..]) {
        // As a rule. Whether it listens, the first question tells.
        (Ok(usual), []) => return Ok(Client::new(usual.clone())),
        (Ok(usual), [only]) if usual == only => return Ok(Client::new(usual.clone())),
        (_, sockets) => sockets.iter().cloned().map(Client::new).find(Client::is_listening),
    };
    listening.map_or_else(|| usual.map(Client::new), Ok)
}

/// Those of all agents of a vault: one, as a rule, and none that is known not to listen.
pub fn clients(vault: VaultId) -> Vec<Client> {
    let mut clients: Vec<Client> = sockets(vault).into_iter().map(Client::new).collect();
    if clients.len() > 1 {
        clients.retain(Client::is_listening);
    }
    clients
}

/// Sockets of agents of a vault, in all folders of this user. An agent that was killed leaves its own.
/// Where none is found, one may listen in a folder that only another shell's environment names: the
/// kernel knows that process, and its command line says where.
fn sockets(vault: VaultId) -> Vec<PathBuf> {
    let name = socket_name(vault);
    let sockets = runtime::folders().into_iter().map(|folder| folder.join(&name));
    let found: Vec<PathBuf> = sockets.filter(|socket| socket.exists()).collect();
    if !found.is_empty() {
        return found;
    }
    let holders = holder::look(Whose::Vault(&vault.to_string())).unwrap_or_default();
    let agents = holders.iter().filter(|holder| holder.kind == holder::Kind::Agent);
    agents.filter_map(Holder::pid).filter_map(socket_of).collect()
}

/// Where an agent listens, by its command line. Whether it does, and whose it is, a connection tells.
fn socket_of(agent: u32) -> Option<PathBuf> {
    let arguments = azvault_os::process::arguments(agent)?;
    let mut words = arguments.into_iter().skip_while(|word| word != "--socket");
    let path = PathBuf::from(words.nth(1)?);
    path.is_absolute().then_some(path)
}

/// The agent of whichever vault, where the usual folder has the socket of one vault alone.
pub(crate) fn only_one() -> Option<Client> {
    let folder = runtime::folder().ok()?;
    let files = std::fs::read_dir(folder).ok()?.filter_map(Result::ok).map(|file| file.path());
    let mut sockets = files.filter(|file| file.extension().is_some_and(|end| end == SOCKET));
    let only = sockets.next()?;
    sockets.next().is_none().then(|| Client::new(only))
}

/// How the names of sockets end.
const SOCKET: &str = "sock";

/// The name of the socket of a vault's agent.
pub(crate) fn socket_name(vault: VaultId) -> String {
    format!("{vault}.{SOCKET}")
}

/// How the agent of a vault is; `None` if none runs, or none may be used.
pub fn status(app: &App, vault: VaultId) -> Option<Status> {
    if app.options.no_agent {
        return None;
    }
    client(vault).ok()?.status().ok()
}

/// As [`status`], also where the agent is not to be used: a search for keys looks everywhere.
pub(crate) fn at_socket(vault: VaultId) -> Option<Status> {
    client(vault).ok()?.within(PATIENCE).status().ok()
}

/// As [`status`]. Keys that it would hold for longer than the policy of this process allows are locked.
pub fn status_within_policy(app: &App, vault: VaultId) -> Option<Status> {
    let status = status(app, vault)?;
    let seconds = Duration::from_secs;
    let is_allowed = status
        .unlocked
        .is_none_or(|held| policy::may_hold(app, seconds(held.idle_s), seconds(held.expires_s)));
    if is_allowed {
        return Some(status);
    }
    let _ = client(vault).ok()?.lock();
    Some(Status { unlocked: None, ..status })
}

/// Has an agent hold keys of a vault: a new one, to which the sessions of one that runs go over. They take
/// the place of those from before a rotation, and of no other vault's.
pub fn hold(vault: &Vault, epoch: u32, keys: &[u8], terms: Terms) -> Result<(), Failure> {
    let client = placed(vault.id())?;
    let keys = KeysToHold { epoch, bytes: keys, terms };
    let held = || start(&client, vault.id(), Some(&keys));
    match held() {
        Err(CallError::OthersKeys) => {}
        held => return held.map_err(|e| not_started(&e, vault.id(), &client)),
    }
    if !has_former(&client, vault)? {
        let what = "the agent holds the keys of another vault with the id of this one";
        return Err(Failure::new(Kind::Refused, what)
            .hint("azvault lock, and then the command again; or add --no-agent"));
    }
    client.lock().map_err(|e| failed(&e))?;
    held().map_err(|e| not_started(&e, vault.id(), &client))
}

/// Whether the agent holds keys of another vault with the id of this one.
pub(crate) fn holds_anothers(vault: &Vault) -> bool {
    let Ok(client) = client(vault.id()) else { return false };
    let holds = client.status().is_ok_and(|status| status.unlocked.is_some());
    holds && has_former(&client, vault).is_ok_and(|former| !former)
}

/// Whether the agent holds keys of an earlier epoch of a vault.
fn has_former(client: &Client, vault: &Vault) -> Result<bool, Failure> {
    match client.is_of_former(vault.former()) {
        Err(CallError::Locked) => Ok(false),
        is => is.map_err(|e| failed(&e)),
    }
}

/// Has the agent of a vault wipe its keys; one that does not run has none.
pub fn lock(vault: VaultId) -> Result<(), Failure> {
    match client(vault)?.lock() {
        Ok(()) | Err(CallError::NotRunning) => Ok(()),
        Err(e) => Err(failed(&e)),
    }
}

/// The client of an agent that runs, started without keys if need be.
pub fn started(vault: VaultId) -> Result<Client, Failure> {
    let client = client(vault)?;
    // An agent that is about to go may take a connection and close it: another one is started.
    for _ in 0..3 {
        match client.status() {
            Ok(_) => return Ok(client),
            Err(CallError::NotRunning | CallError::Io(_)) => {
                placed(vault)?;
                start(&client, vault, None).map_err(|e| not_started(&e, vault, &client))?;
            }
            Err(e) => return Err(failed(&e)),
        }
    }
    client.status().map_err(|e| failed(&e))?;
    Ok(client)
}

/// The client of an agent that could be started: the folder is there. Looked at before anybody is asked
/// for a passphrase.
pub fn placed(vault: VaultId) -> Result<Client, Failure> {
    let client = client(vault)?;
    // It may be another shell's, in which an agent serves.
    if client.socket().parent().is_none_or(|folder| !folder.exists()) {
        runtime::made()?;
    }
    Ok(client)
}

/// What to say when the agent does not do it.
pub fn failed(error: &CallError) -> Failure {
    Failure::new(Kind::Other, format!("the agent: {error}")).hint("azvault doctor")
}

/// Why no agent serves that this command has started.
fn not_started(error: &CallError, vault: VaultId, client: &Client) -> Failure {
    match error {
        CallError::InTheWay => {
            let what = "what serves as the agent of this vault does not hand its sessions over: it \
                        hangs, or is of another version";
            Failure::new(Kind::Other, what).hint(to_end(vault, client, "kill"))
        }
        CallError::Io(e) => Failure::new(Kind::Other, format!("the agent does not start: {e}"))
            .hint("azvault doctor"),
        other => failed(other),
    }
}

/// What to type to end the agent of a vault.
pub(crate) fn to_end(vault: VaultId, client: &Client, how: &str) -> String {
    // Not by its socket alone, at which anything could listen.
    let found = holder::look(Whose::Vault(&vault.to_string())).unwrap_or_default();
    let agent = found.iter().find(|one| one.kind == holder::Kind::Agent).and_then(Holder::pid);
    match agent {
        Some(pid) => format!("{how} {pid}"),
        None => format!("fuser -k {}", shell_path(&client.socket().with_extension("lock"))),
    }
}

/// Starts an agent, and hands it the keys that it has to hold: through a connection that has no name,
/// so that nothing else can take them. By way of a process that ends at once: the agent is nobody's
/// child, holds no descriptor of its starter and nothing of the environment.
fn start(client: &Client, vault: VaultId, keys: Option<&KeysToHold<'_>>) -> Result<(), CallError> {
    let anchors = paths::anchors().map_err(|failure| std::io::Error::other(failure.what))?;
    let post = Post {
        socket: client.socket().to_owned(),
        vault_id: vault.to_string(),
        places: Places { anchors, user_policy: paths::user_policy() },
        system_bus: paths::system_bus(),
    };
    let (own, its) = Stream::pair()?;
    // The command has the other end of the pair until it is dropped.
    let mut child = agent_command(&post, "start")?.stdin(its.into_input()).spawn()?;
    let handed = hand(own, keys);
    child.wait()?;
    handed
}

/// Where an agent serves, for which vault, and what its user's environment would tell it: it has none.
pub struct Post {
    /// Where to listen
    pub socket: PathBuf,
    /// The id of the vault
    pub vault_id: String,
    /// Folders and files of the user
    pub places: Places,
    /// The address of the system's bus
    pub system_bus: String,
}

/// This program as the agent, or as what watches for it, in one of its steps. Its standard input is the pair to its starter.
pub fn agent_command(post: &Post, step: &str) -> std::io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["agent", step, "--socket"]).arg(&post.socket);
    command.arg("--vault-id").arg(&post.vault_id);
    command.arg("--anchors").arg(&post.places.anchors);
    if let Some(policy) = &post.places.user_policy {
        command.arg("--user-policy").arg(policy);
    }
    command.arg("--system-bus").arg(&post.system_bus);
    command.env_clear().current_dir("/").stdout(Stdio::null()).stderr(Stdio::null());
    Ok(command)
}
