//! `azvault exec`

mod variables;

use std::ffi::OsString;
use std::process::Command;

use azvault_agent::Leader;
use azvault_model::{Context, ContextName, Current, ProcessScope};
use azvault_os::process::become_command;
use azvault_service::endpoint;
use azvault_service::endpoint::{Chosen, Reach, Start, ToolFacts};
use azvault_service::failure::{Failure, Kind};
use azvault_service::opening::{OpenVault, Opener, Reopener};
use azvault_service::session::Session;
use azvault_service::text::{shown, shown_path};
use azvault_service::{audit, inherited, policy};
use azvault_vault::{Subject, VaultId};

use self::variables::{VariableOptions, Variables};
use crate::app::{App, Exit};
use crate::options::name::name;
use crate::options::reach::ReachOption;

/// Run a command with a context: azvault exec NAME -- COMMAND
///
/// The command is a session of its own, in which that context is active whatever the default is, and
/// gets tokens from an identity endpoint on this machine, in the forms in which az, azd, Terraform and
/// the SDKs ask for them: no sign-in, and no secret to find but what --env-token or --env-principal
/// puts there. The endpoint serves the account of that context alone, in all its tenants. Variables
/// by which tools would sign in as somebody else are removed, and so is all that could unlock the
/// vault: descriptors and variables. While it runs the vault counts as used, unless a policy sets
/// unlock.idle: the idle limit does not lock it. Once it is locked no token comes until azvault
/// unlock, and with --no-agent none at all. The command takes this process over: its exit code, its
/// signals and its terminal are its own. 127 if it is not found, 126 if it cannot be run.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The context: its name, the beginning of it, or its subscription or tenant [default: the active one]
    #[arg(value_parser = name)]
    name: Option<String>,
    #[command(flatten)]
    options: Options,
    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

impl Args {
    pub(crate) fn run(mut self, app: &App) -> Exit {
        let name = self.name.map(ContextName::new);
        let begun = begin(app, name, Start::Command, &self.options)?;
        let program = self.command.remove(0);
        become_session(app, begun, &program, &self.command)
    }
}

/// What `exec` and `shell` both take.
#[derive(clap::Args)]
pub(crate) struct Options {
    #[command(flatten)]
    reach: ReachOption,
    #[command(flatten)]
    variables: VariableOptions,
}

/// A session that is about to begin.
pub(super) struct Begun {
    start: Start,
    reopener: Reopener,
    state: ProcessScope,
    tool_facts: ToolFacts,
    variables: Variables,
}

/// What a session in which that context is active begins with: all that this session has.
pub(super) fn begin(
    app: &App,
    name: Option<ContextName>,
    start: Start,
    options: &Options,
) -> Result<Begun, Failure> {
    let mut open = Opener::new(app).open()?;
    let contexts = &open.contexts;
    let acting = match (&name, start) {
        (Some(name), _) => Some(contexts.meant_aloud(app, name)?.context),
        (None, Start::Command) => Some(contexts.acting()?.context),
        (None, Start::Shell) => {
            contexts.active()?.0.and_then(|name| contexts.find(name)).map(|seen| seen.context)
        }
    };
    if let Some(context) = acting {
        policy::acts(app, context)?;
    }
    // What is released below may read the contexts again.
    let acting = acting.map(Context::copied);
    let acting = acting.as_ref();
    let reach = options.reach.reach(acting);
    if let Reach::AllAccounts = reach {
        let told = Subject { id: None, what: "endpoint for all accounts".to_owned() };
        let verb = start.verb();
        let written = open.vault.write(|writing| audit::log(app, writing, verb, vec![told]));
        written?;
    }
    let tool_facts =
        endpoint::tool_facts(&open.contexts, acting, reach.clone(), &options.reach.as_identity);
    let variables = options.variables.release(app, &mut open, acting)?;
    let active = acting.map_or(Current::Nothing, |context| Current::To(context.name.clone()));
    let OpenVault { reopener, contexts, .. } = open;
    let accounts = contexts.accounts();
    let mut state = contexts.session.map(|session| session.state).unwrap_or_default();
    reach.confine(&accounts, &mut state);
    state.active = Some(active);
    Ok(Begun { start, reopener, state, tool_facts, variables })
}

/// Turns this process into a program that is a session. Comes back only if that failed.
pub(super) fn become_session(
    app: &App,
    Begun { start, reopener, state, tool_facts, variables }: Begun,
    program: &OsString,
    arguments: &[OsString],
) -> Exit {
    let vault = Opener::new(app).locked()?.vault_id();
    let chosen = chosen(app, vault, state)?;
    let environment = endpoint::open(app, start, &reopener, tool_facts, &chosen)?;
    let mut command = Command::new(program);
    endpoint::surround(&mut command, environment);
    variables.surround(&mut command);
    command.args(arguments);
    chosen.surround(&mut command);
    inherited::without_unlocking(app, &mut command).map_err(|e| {
        let what = format!("what the command would inherit cannot be looked at: {e}");
        Failure::new(Kind::ChildNotRun, what).hint("mount /proc")
    })?;
    if let Some(file) = endpoint::own_contexts(program) {
        app.ui.warning(format!(
            "{} has contexts of Azure PowerShell's own, and it begins with them; in it: \
             Connect-AzVault, or Connect-AzAccount -Identity -Scope Process",
            shown_path(&file)
        ));
    }
    app.before.restore();
    let error = become_command(&mut command);
    let kind = match error.kind() {
        std::io::ErrorKind::NotFound => Kind::ChildNotFound,
        _ => Kind::ChildNotRun,
    };
    Err(Failure::new(kind, format!("{}: {error}", shown(&program.to_string_lossy()))))
}

/// Starts the session of the command. Where `--no-agent` is given and there can be none, a variable
/// names the context; what a session has of its own fits into no variable.
fn chosen(app: &App, vault: VaultId, state: ProcessScope) -> Result<Chosen, Failure> {
    match Session::start(vault, Leader::Caller, &state) {
        Ok((_, handle)) => Ok(Chosen::Session(handle)),
        Err(_) if app.options.no_agent && has_a_choice_alone(&state) => {
            Ok(Chosen::Variable(match state.active {
                Some(Current::To(name)) => Some(name),
                Some(Current::Nothing) | None => None,
            }))
        }
        Err(failure) => Err(failure),
    }
}

fn has_a_choice_alone(state: &ProcessScope) -> bool {
    // What it does not see may be of accounts that the endpoint does not serve either.
    state.contexts.is_empty() && state.secrets.is_empty()
}
