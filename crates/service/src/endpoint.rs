//! The endpoint of `exec` and `shell`: a process that hands tokens to their children over loopback,
//! and is gone when they are.

pub mod az_folder;
mod azure_powershell;
mod issue;
mod kept;
pub(crate) mod reach;
mod reported;

use std::io::Read;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use azvault_agent::holder::{self, Beacon};
use azvault_endpoint::{AzConfig, Keys, TokenEndpoint};
use azvault_model::{Context, ContextName};
use azvault_os::process::{ProcessHandle, silence_errors, silence_output};
use azvault_vault::Vault;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use self::az_folder::{AzContexts, AzFolder, Followed};
pub use self::azure_powershell::own_contexts;
use self::kept::Kept;
pub use self::reach::Reach;
use crate::app::App;
use crate::contexts::Contexts;
use crate::failure::{Failure, Kind};
use crate::opening::{Opener, Reopener};
use crate::{child_process, paths};

/// What is started beside it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// Acts as a context, and uses the vault as long as it runs.
    Command,
    /// A context may be active, and the vault is used when something in it asks.
    Shell,
}

impl Start {
    /// The verb, for the audit log.
    pub fn verb(self) -> &'static str {
        match self {
            Self::Command => "exec",
            Self::Shell => "shell",
        }
    }
}

/// What the tools behind an endpoint are told without asking.
pub struct ToolFacts {
    facts: Facts,
    az: AzConfig,
}

/// Of the context that acts.
#[derive(Serialize, Deserialize)]
pub struct Facts {
    tenant: Option<String>,
    subscription: Option<String>,
    environment: Option<String>,
    /// Whom the endpoint serves.
    reach: Reach,
    /// Further ids by which tools name the acting identity.
    as_identity: Vec<String>,
    /// The folder of az that goes with it; told once it is made.
    az_folder: Option<PathBuf>,
}

/// What the environment of the child has to say: keys to the endpoint and facts, no token.
#[derive(Serialize, Deserialize)]
pub struct Environment {
    set: Vec<(String, String)>,
}

/// What there is to tell when that context acts, and tools may name it by those ids as well.
pub fn tool_facts(
    contexts: &Contexts,
    acting: Option<&Context>,
    reach: Reach,
    as_identity: &[String],
) -> ToolFacts {
    let az = az_folder::content(contexts, acting, &reach);
    let facts = Facts {
        tenant: acting
            .and_then(|own| own.tenant.as_ref())
            .map(|tenant| tenant.id.clone())
            .map(|text| text.to_string()),
        subscription: acting
            .and_then(|own| own.subscription.as_ref())
            .map(|own| own.id.clone())
            .map(|text| text.to_string()),
        environment: acting.and_then(|own| own.environment.clone()).map(|text| text.to_string()),
        reach,
        as_identity: as_identity.to_vec(),
        az_folder: None,
    };
    ToolFacts { facts, az }
}

/// How the child knows who acts in it.
pub enum Chosen {
    /// By the session that `AZVAULT_SESSION` names: its handle.
    Session(Zeroizing<String>),
    /// By `AZVAULT_CONTEXT`, where no agent can hold a session; nobody, where there is no name.
    Variable(Option<ContextName>),
}

impl Chosen {
    /// Says it in the environment of a command. A context that was given for this command would stand
    /// above the session, and act in place of the one that was chosen here.
    pub fn surround(&self, command: &mut Command) {
        command.env_remove(paths::SESSION).env_remove(paths::CONTEXT);
        match self {
            Self::Session(handle) => command.env(paths::SESSION, handle.as_str()),
            Self::Variable(Some(name)) => command.env(paths::CONTEXT, name.as_str()),
            Self::Variable(None) => command,
        };
    }
}

/// Opens an endpoint for this process, which is about to become another program, and whatever that
/// starts. It gets tokens of the context that is chosen there.
pub fn open(
    app: &App,
    start: Start,
    reopener: &Reopener,
    mut tool_facts: ToolFacts,
    chosen: &Chosen,
) -> Result<Environment, Failure> {
    let cannot = |e: std::io::Error| Failure::new(Kind::Other, format!("the token endpoint: {e}"));
    let mut command = child_process::command(app, "door").map_err(cannot)?;
    chosen.surround(&mut command);
    command.arg("--leader").arg(std::process::id().to_string());
    if start == Start::Command {
        command.arg("--in-use");
    }
    // Held here until the endpoint holds it too.
    let folder = AzFolder::make(&tool_facts.az).map_err(cannot)?;
    tool_facts.facts.az_folder = Some(folder.path().to_owned());
    let child = child_process::start(&mut command, reopener, &tool_facts.facts).map_err(cannot)?;
    let mut answer = Zeroizing::new(Vec::with_capacity(child_process::MAX_MESSAGE));
    if let Some(stdout) = child.stdout {
        // It closes its standard output when it is ready, and goes on.
        let mut stdout = stdout.take(child_process::MAX_MESSAGE as u64);
        stdout.read_to_end(&mut answer).map_err(cannot)?;
    }
    serde_json::from_slice(&answer).map_err(|_| {
        let what = "the token endpoint of the command could not be started";
        Failure::new(Kind::Other, what).hint("azvault status")
    })
}

/// In a shell with an endpoint: another context is active, and az acts as it from now on. Where another
/// process asks, that is told what its shell's az may know, and sees to it with [`follow_as`].
pub(crate) fn follow(app: &App, vault: &Vault) -> Option<AzContexts> {
    let reach = match app.caller() {
        Some(caller) => caller.reach.clone()?,
        None => reach_around()?,
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

/// Whom the endpoint around this process serves, if there is one.
pub(crate) fn reach_around() -> Option<Reach> {
    az_folder::reach(&az_folder::around()?).ok()
}

/// Whose endpoint a process is.
pub struct Post {
    pub start: Start,
    pub reopener: Reopener,
    pub facts: Facts,
    /// The process whose endpoint it is.
    pub leader: u32,
}

/// Serves as the endpoint of a process until that has ended. Says what the environment of the process
/// has to say once it is ready.
pub fn serve(app: &App, post: Post, ready: impl FnOnce(&Environment)) -> Result<(), Failure> {
    let Post { start, reopener, facts, leader } = post;
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
    // The handle is of who started this process, and of nobody who came after it.
    if !leader.is_parent() {
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
    let endpoint = TokenEndpoint::open(&keys).map_err(cannot)?;
    if start == Start::Command {
        issue::keep_unlocked(app, &reopener);
    }
    let kept = Arc::new(Kept::new(app, start, reopener, leader.pid())?);
    kept::watch(Arc::clone(&kept), beacon).map_err(cannot)?;
    ready(&environment(&endpoint, &facts));
    // Whoever reads what the command prints does not wait for this process too.
    silence_output().and_then(|()| silence_errors()).map_err(cannot)?;
    let served =
        endpoint.serve(&leader, || app.now(), |asked| issue::issue(app, &kept, &facts, asked));
    // What is left to do needs none.
    kept.wipe();
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

/// Puts the environment of an endpoint into a command's, in the place of what would have its tools
/// sign in as somebody else.
pub fn surround(command: &mut Command, environment: Environment) {
    for (name, _) in paths::foreign_variables() {
        command.env_remove(name);
    }
    command.envs(environment.set);
}
