//! `azvault exec`

mod variables;

use std::ffi::OsString;
use std::process::Command;

use azvault_model::ContextName;
use azvault_os::process::become_command;
use azvault_service::endpoint;
use azvault_service::endpoint::{Begins, Network, OwnAzFiles, Start};
use azvault_service::failure::{Failure, Kind};
use azvault_service::inherited;
use azvault_service::text::{shown, shown_path};
use azvault_service::verbs::BeginCommand;

use self::variables::VariableOptions;
use crate::app::{App, Exit};
use crate::options::name::name;
use crate::options::reach::{BoundsOption, ReachOption};

/// Run a command with a context: azvault exec NAME -- COMMAND
///
/// The command is a session of its own, in which that context is active whatever the default is, and
/// gets tokens from an identity endpoint on this machine, in the forms in which az, azd, Terraform and
/// the SDKs ask for them: no sign-in, and no secret to find but what --env-token or --env-principal
/// puts there. The endpoint serves the account of that context alone, in all its tenants. Variables
/// by which tools would sign in as someone else are removed, and so is all that could unlock the
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
        let mut command = Command::new(self.command.remove(0));
        command.args(&self.command);
        become_session(app, begun, command)
    }
}

/// What `exec` and `shell` both take.
#[derive(clap::Args, Default)]
pub(crate) struct Options {
    #[command(flatten)]
    reach: ReachOption,
    #[command(flatten)]
    bounds: BoundsOption,
    #[command(flatten)]
    variables: VariableOptions,
    /// Serve tools that ask 169.254.169.254 alone too, as a machine of Azure does: in a network of the command's
    /// own, from which pasta (package passt) leads out. Nothing outside reaches a server of the command
    #[arg(long)]
    imds: bool,
}

/// What the command begins with: that context is active, and all that this session has.
pub(super) fn begin(
    app: &App,
    name: Option<ContextName>,
    start: Start,
    options: &Options,
) -> Result<Begins, Failure> {
    let verb = BeginCommand {
        start,
        name,
        serves: options.reach.serves(),
        as_identity: options.reach.as_identity.clone(),
        bounds: options.bounds.bounds(app),
        variables: options.variables.wanted(),
        own_az: OwnAzFiles::read(),
    };
    let ready = endpoint::begin(app, verb)?;
    let network = if options.imds { Network::Private } else { Network::Shared };
    endpoint::open(app, start, network, ready)
}

/// Turns this process into a program that is a session. Comes back only if that failed.
pub(super) fn become_session(app: &App, begins: Begins, mut command: Command) -> Exit {
    let program = command.get_program().to_owned();
    begins.surround(&mut command);
    inherited::without_unlocking(app, &mut command).map_err(|e| {
        let what = format!("what the command would inherit cannot be looked at: {e}");
        Failure::new(Kind::ChildNotRun, what)
    })?;
    if let Some(file) = endpoint::own_contexts(&program) {
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
