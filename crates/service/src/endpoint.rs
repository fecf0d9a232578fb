//! The endpoint of `exec` and `shell`: a process that hands tokens to their children over loopback,
//! and is gone when they are.

mod asked;
mod asked_again;
pub mod az_folder;
mod az_profile;
mod azure_powershell;
mod begin;
mod bounds;
mod for_process;
mod in_place;
mod issue;
mod kept;
mod launch;
mod named_identity;
mod private_network;
pub(crate) mod reach;
mod reported;
mod served;
mod started_for;
mod terms;
pub(crate) mod token;
mod tool_facts;

use std::process::Command;
use std::sync::Arc;

use azvault_agent::holder::{self, Beacon};
use azvault_endpoint::{Keys, TokenEndpoint};
use azvault_model::Secret;
use azvault_os::process::{
    ProcessHandle, Programs, confine_calls, descends, silence_errors, silence_output,
};
use azvault_vault::Vault;
use serde::{Deserialize, Serialize};

pub(crate) use self::asked::Asked;
use self::az_folder::{AzContexts, AzFolder, Followed};
pub use self::az_folder::{OwnAzFiles, is_around};
pub use self::az_profile::LeftFromAz;
pub(crate) use self::az_profile::az_profile;
pub use self::azure_powershell::own_contexts;
use self::begin::Chosen;
pub use self::begin::{Ready, begin};
pub use self::bounds::Bounds;
pub use self::for_process::{OpenedFor, open_for_process};
pub use self::in_place::open_in_place;
use self::issue::Question;
use self::kept::{Endpoint, Kept, Stop};
use self::launch::Launch;
pub(crate) use self::named_identity::NamedIdentity;
pub use self::private_network::Network;
pub use self::reach::Reach;
pub(crate) use self::reported::Reported;
use self::terms::{HandedKeys, Means};
pub use self::terms::{Served, Start};
use self::tool_facts::Facts;
pub use self::tool_facts::ToolFacts;
pub(crate) use self::tool_facts::tool_facts;
use crate::app::App;
use crate::contexts::Contexts;
use crate::failure::{Failure, Kind};
use crate::message::{Message, SecretPart};
use crate::opening::Opener;
use crate::paths;
use crate::variables::Variables;

/// What the environment of the child has to say: keys to the endpoint and facts, no token.
#[derive(Serialize, Deserialize)]
pub struct Environment {
    set: Vec<(String, String)>,
}

/// What an endpoint is started with.
#[derive(Serialize, Deserialize)]
pub struct Handed {
    means: Means,
    facts: Facts,
}

impl Message for Handed {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        let Means { keys, grant } = &mut self.means;
        let keys = keys.iter_mut().map(|HandedKeys { bytes, .. }| bytes);
        keys.chain(grant).map(SecretPart::value_mut).collect()
    }
}

/// Opens an endpoint for this process, which is about to become another program, and whatever that
/// starts. It gets tokens of the context that is chosen there. In a network of its own this process is from
/// here on.
pub fn open(app: &App, start: Start, network: Network, ready: Ready) -> Result<Begins, Failure> {
    let Ready { variables, chosen, means, tool_facts } = ready;
    let surround = |command: &mut Command| chosen.surround(command);
    let leader = std::process::id();
    let launch = Launch { start, leader, network, means, tool_facts, surround: &surround };
    let environment = launch.start(app)?;
    Ok(Begins { environment, variables, chosen })
}

/// What a command that begins has in its environment.
pub struct Begins {
    environment: Environment,
    variables: Variables,
    chosen: Chosen,
}

impl Begins {
    /// Puts it there.
    pub fn surround(self, command: &mut Command) {
        surround(command, self.environment);
        self.variables.surround(command);
        self.chosen.surround(command);
    }
}

/// In a shell with an endpoint: another context is active, and az acts as it from now on. Where another
/// process asks, that is told what its shell's az may know, and sees to it with [`follow_as`].
pub(crate) fn follow(app: &App, vault: &Vault) -> Option<AzContexts> {
    let reach = match app.caller() {
        Some(caller) => caller.reach.clone()?,
        None => az_folder::reach_around()?,
    };
    match Contexts::of(app, vault) {
        Ok(contexts) => {
            let contexts = az_folder::az_contexts(&contexts, &reach);
            if app.caller().is_some() {
                return Some(contexts);
            }
            follow_as(app, &contexts);
        }
        Err(failure) => say_as_before(app, &failure.what),
    }
    None
}

/// Has az in the shell around this process act as the context that is active now.
pub(crate) fn follow_as(app: &App, contexts: &AzContexts) {
    let Some(folder) = az_folder::around() else { return };
    if paths::told_subscription() != contexts.subscription {
        app.console.warning(
            "ARM_SUBSCRIPTION_ID and the like name what this shell began with: for Terraform, \
             azvault exec -- COMMAND",
        );
    }
    match contexts.followed {
        Followed::Yes => {
            if let Err(e) = az_folder::follow(&folder, contexts) {
                say_as_before(app, &e.to_string());
            }
        }
        Followed::NotServed => app.console.warning(
            "the tools of this shell get tokens of the account with which it began: for another one, \
             azvault shell NAME",
        ),
    }
}

fn say_as_before(app: &App, why: &str) {
    app.console.warning(format!("az in this shell acts as before: {why}"));
}

/// Whose endpoint a process is.
pub struct Post {
    pub start: Start,
    pub handed: Handed,
    /// The process whose endpoint it is.
    pub leader: u32,
    /// Where that process is.
    pub network: Network,
}

/// Serves as the endpoint of a process until that has ended. Says what the environment of the process
/// has to say once it is ready.
pub fn serve(app: &App, post: Post, ready: impl FnOnce(&Environment)) -> Result<(), Failure> {
    let Post { start, handed: Handed { means, facts }, leader, network } = post;
    let cannot = |e: std::io::Error| Failure::new(Kind::Other, format!("the token endpoint: {e}"));
    let refused = || Failure::new(Kind::Usage, "azvault door is started by azvault itself");
    let leader = ProcessHandle::open(leader).map_err(|e| match e.kind() {
        std::io::ErrorKind::InvalidInput => refused(),
        _ => cannot(e),
    })?;
    let vault = Opener::new(app).locked()?.vault_id();
    // Before there is anything to hand out: what cannot be found cannot be locked.
    let beacon = Beacon::raise(holder::Kind::Endpoint, &vault.to_string()).map_err(cannot)?;
    let az_folder = facts.az_folder.as_deref().map(AzFolder::hold).transpose().map_err(cannot)?;
    // The handle is of a process that started this one, and of nobody who came after it.
    let is_its = match start {
        Start::Command | Start::Shell => leader.is_parent(),
        Start::Process | Start::ShellInit => {
            descends(std::process::id(), leader.pid()) && !leader.has_ended()
        }
    };
    if !is_its {
        return Err(refused());
    }
    let random = || azvault_vault::random_key();
    let keys = Keys {
        identity_header: random(),
        azd_key: random(),
        azurerm_path: random(),
        msi_path: random(),
        msi_secret: random(),
    };
    let (endpoint, way_out) = match network {
        Network::Shared => (TokenEndpoint::open(&keys).map_err(cannot)?, None),
        Network::Private => {
            let mut private = azvault_os::network::handed_over().map_err(cannot)?;
            let listeners = private.take_listeners();
            let folder = az_folder.as_ref().map(AzFolder::path).ok_or_else(refused)?;
            let way_out = private_network::lead_out(&private, folder)?;
            (TokenEndpoint::within(&keys, listeners).map_err(cannot)?, Some(way_out))
        }
    };
    // With keys of its own it starts renewals itself.
    let programs = if means.keys.is_some() { Programs::Started } else { Programs::None };
    let whose =
        Endpoint { start, leader: leader.pid(), vault, bounds: facts.served.bounds.clone() };
    let kept = Arc::new(Kept::new(app, whose, means)?);
    if start == Start::Process {
        kept.claim()?;
    }
    // Before it has threads. Of files nothing is given up: whose a connection is, the kernel says of other
    // processes by theirs (Landlock would hide them).
    let _ = confine_calls(programs);
    let stop = Arc::new(Stop::new(leader).map_err(cannot)?);
    kept::watch(Arc::clone(&kept), beacon, Arc::clone(&stop)).map_err(cannot)?;
    ready(&match start {
        Start::ShellInit => environment_in_place(&endpoint),
        Start::Command | Start::Shell | Start::Process => environment(&endpoint, &facts),
    });
    // Whoever reads what the command prints does not wait for this process too.
    silence_output().and_then(|()| silence_errors()).map_err(cannot)?;
    let served = endpoint.serve(
        stop.bell(),
        || app.now(),
        |request, caller| {
            let process = caller.process(kept.leader());
            issue::issue(app, &kept, &facts.served, &Question { request, process })
        },
    );
    // What is left to do needs none.
    kept.wipe();
    drop(way_out);
    if let Some(folder) = az_folder {
        folder.remove();
    }
    served.map_err(cannot)
}

fn environment(endpoint: &TokenEndpoint, facts: &Facts) -> Environment {
    let no_proxy = paths::no_proxy();
    let no_proxy: Vec<&str> = no_proxy.iter().map(String::as_str).collect();
    let az_folder = facts.az_folder.as_ref().map(|folder| folder.to_string_lossy());
    let facts = azvault_endpoint::Facts {
        tenant: facts.tenant.as_deref(),
        subscription: facts.subscription.as_deref(),
        environment: facts.environment.as_deref(),
        az_folder: az_folder.as_deref(),
        no_proxy: &no_proxy,
    };
    let set = endpoint.environment(&facts).into_iter();
    Environment {
        set: set.map(|(name, value)| (name.to_owned(), value.as_str().to_owned())).collect(),
    }
}

/// Of a shell whose tools act as they did before: those that name an account ask the endpoint.
fn environment_in_place(endpoint: &TokenEndpoint) -> Environment {
    let no_proxy = paths::has_proxy_for_loopback().then(paths::no_proxy);
    let no_proxy: Option<Vec<&str>> =
        no_proxy.as_ref().map(|all| all.iter().map(String::as_str).collect());
    let set = endpoint.environment_in_place(no_proxy.as_deref()).into_iter();
    Environment {
        set: set.map(|(name, value)| (name.to_owned(), value.as_str().to_owned())).collect(),
    }
}

/// Puts the environment of an endpoint into a command's, in the place of what would have its tools
/// sign in as somebody else.
fn surround(command: &mut Command, environment: Environment) {
    for (name, _) in paths::foreign_variables() {
        command.env_remove(name);
    }
    command.envs(environment.set);
}
