//! `azvault agent`: how the agent is started. Not for people.

use std::path::PathBuf;
use std::process::Stdio;

use azvault_agent::{ServeError, Watcher};
use azvault_os::pipe::Stream;
use azvault_os::process::{keep_descriptors_here, leave_terminal};
use azvault_service::agent::{Post, agent_command};
use azvault_service::caller::Places;
use azvault_service::failure::{Failure, Kind};
use azvault_service::policy;
use azvault_service::service::Service;

use crate::app::{App, Exit};

/// Serve the keys of an unlocked vault; started by azvault itself
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Which step
    step: Step,
    /// Where to listen
    #[arg(long, value_name = "PATH")]
    socket: PathBuf,
    /// The id of the vault
    #[arg(long, value_name = "ID")]
    vault_id: String,
    /// The user's own policy
    #[arg(long, value_name = "PATH")]
    user_policy: Option<PathBuf>,
    /// Where this machine remembers vaults
    #[arg(long, value_name = "FOLDER")]
    anchors: PathBuf,
    /// The address of the system's bus
    #[arg(long, value_name = "ADDRESS", default_value = "unix:path=/run/dbus/system_bus_socket")]
    system_bus: String,
}

/// The agent is nobody's child: the first step starts the second and ends. The third hears the login
/// manager for it.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Step {
    Start,
    Serve,
    Watch,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let Self { step, socket, vault_id, user_policy, anchors, system_bus } = self;
        let places = Places { anchors, user_policy };
        let post = Post { socket, vault_id, places, system_bus };
        match step {
            Step::Start => start(&post),
            Step::Serve => serve(app, &post),
            Step::Watch => watch(post),
        }
    }
}

fn start(post: &Post) -> Exit {
    keep_descriptors_here(|_| true).map_err(|e| other(&e))?;
    let mut command = agent_command(post, "serve").map_err(|e| other(&e))?;
    // Its standard input is the pair whose other end its starter has. It is no leader of a process
    // group, which could not have a terminal session of its own.
    command.stdin(Stdio::inherit()).spawn().map_err(|e| other(&e))?;
    Ok(0)
}

fn serve(app: &App, post: &Post) -> Exit {
    // A terminal that closes has nothing to say to the agent of the next one.
    leave_terminal();
    let starter = Stream::of_input().map_err(|e| other(&e))?;
    let allowed = || policy::of_agent_by(post.places.user_policy.as_deref());
    let watcher = || start_watcher(post).ok();
    let mut service = Service::new(app, post.vault_id.clone(), post.places.clone());
    let at = azvault_agent::Post { socket: &post.socket, vault: &post.vault_id };
    match azvault_agent::serve(at, starter, &mut service, watcher, allowed) {
        Ok(()) | Err(ServeError::AlreadyServed) => Ok(0),
        Err(e) => Err(other(&e)),
    }
}

/// The process that hears the login manager. It has nothing but the bus and its end of a pair.
fn start_watcher(post: &Post) -> std::io::Result<Watcher> {
    let (own, its) = Stream::pair()?;
    let process = agent_command(post, "watch")?.stdin(its.into_input()).spawn()?;
    Ok(Watcher::new(own, process))
}

fn watch(post: Post) -> Exit {
    leave_terminal();
    let agent = Stream::of_input().map_err(|e| other(&e))?;
    azvault_agent::watch(agent, post.system_bus).map_err(|e| other(&e))?;
    Ok(0)
}

fn other(error: &dyn std::error::Error) -> Failure {
    Failure::new(Kind::Other, format!("the agent: {error}"))
}
