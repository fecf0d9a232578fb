//! `azvault endpoint`

use std::io::IsTerminal;
use std::path::Path;

use azvault_model::ContextName;
use azvault_service::endpoint::{
    LeftFromAz, OpenedFor, OwnAzFiles, is_around, open_for_process, open_in_place,
};
use azvault_service::failure::{Failure, Kind};
use azvault_service::verbs::{EndpointFor, OpenEndpoint, ServedContext};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::options::name::name;
use crate::options::reach::BoundsOption;
use crate::options::shell::Shell;
use crate::output::documents::SCHEMA;

/// Serve tokens of several accounts to a process that runs: eval "$(azvault endpoint --for-process $$ NAME)"
///
/// The endpoint serves the accounts of these contexts, each in the context's tenant, as long as the
/// process runs, and prints what the environment of the process has to say. A tool names an account by
/// client_id: its user name or application id at home, with the tenant behind it elsewhere
/// ("ada@contoso.example (fabrikam.example)"), an id of azvault's own where that is not one account's
/// alone; -o json has the names. Without one it gets the first. The process has to be one that started
/// this command. The endpoint asks the agent for each token: azvault lock, a policy and azvault grant
/// revoke hold at once. Programs that the process starts inherit the variables.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The process whose endpoint it is, and with which it ends
    #[arg(long, value_name = "PID", value_parser = clap::value_parser!(u32).range(1..))]
    for_process: u32,
    /// The contexts, as azvault exec takes one [default: the active one]
    #[arg(value_name = "NAME", value_parser = name)]
    names: Vec<String>,
    /// All contexts, the active one first
    #[arg(long, conflicts_with = "names")]
    all: bool,
    /// For a shell: open it, locked or not, and serve every account by its name while the vault is
    /// unlocked. Tools that name none get the default context's; az keeps its folder
    #[arg(long, conflicts_with_all = ["names", "all"])]
    when_unlocked: bool,
    #[command(flatten)]
    bounds: BoundsOption,
    /// The shell that evaluates the answer
    #[arg(long, default_value = "bash")]
    shell: Shell,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u8,
    /// The process with which it ends.
    process: u32,
    /// The id for `grant revoke`; `null` without an agent.
    grant: Option<&'a str>,
    /// The first is asked for where a tool names no account.
    contexts: Vec<ServedView<'a>>,
    /// A file without secrets, for `Import-AzContext`.
    az_profile: Option<&'a Path>,
    /// Contexts that it has not, and why.
    not_in_az_profile: Vec<LeftView<'a>>,
    /// Keys to the endpoint, and facts. No members of an object: two names differ in case alone, which
    /// PowerShell takes for one.
    variables: Vec<VariableView<'a>>,
    /// Variables to take away: tools would sign in as somebody else by them.
    foreign: &'a [String],
}

#[derive(Serialize)]
struct VariableView<'a> {
    name: &'a str,
    value: &'a str,
}

#[derive(Serialize)]
struct ServedView<'a> {
    name: &'a str,
    /// The name of its account in its tenant, for `client_id`.
    client_id: &'a str,
    account: Option<&'a str>,
    tenant: Option<&'a str>,
    subscription: Option<&'a str>,
    environment: Option<&'a str>,
}

#[derive(Serialize)]
struct LeftView<'a> {
    name: &'a str,
    reason: &'a str,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        if std::io::stdout().is_terminal() {
            return Err(Failure::new(
                Kind::Refused,
                "keys to an endpoint are not shown on a terminal",
            )
            .hint("eval \"$(azvault endpoint --for-process $$ NAME)\""));
        }
        if self.when_unlocked {
            return self.in_place(app);
        }
        let names = self.names.into_iter().map(ContextName::new).collect();
        let verb = OpenEndpoint {
            process: self.for_process,
            whom: if self.all { EndpointFor::All } else { EndpointFor::Named(names) },
            bounds: self.bounds.bounds(app),
            own_az: OwnAzFiles::read(),
        };
        let opened = open_for_process(app, verb)?;
        if app.ui.output == Output::Json {
            app.ui.json(&document(self.for_process, &opened));
            return Ok(0);
        }
        print(app, self.shell, &opened);
        let accounts = opened.contexts.iter().map(|served| served.id.as_str());
        app.ui.detail(format!("the endpoint serves {}", accounts.collect::<Vec<_>>().join(", ")));
        Ok(0)
    }

    /// Where an endpoint of `exec` or `shell` is around, that serves this shell.
    fn in_place(self, app: &App) -> Exit {
        if is_around() {
            app.ui.detail("an endpoint is here already");
            return Ok(0);
        }
        let opened = open_in_place(app, self.for_process, self.bounds.bounds(app))?;
        if app.ui.output == Output::Json {
            app.ui.json(&document(self.for_process, &opened));
        } else {
            print(app, self.shell, &opened);
        }
        Ok(0)
    }
}

/// Prints what the shell evaluates.
fn print(app: &App, shell: Shell, opened: &OpenedFor) {
    let mut lines = Zeroizing::new(Vec::with_capacity(64 * 1024));
    for name in &opened.foreign {
        lines.extend_from_slice(shell.without(name).as_bytes());
        lines.push(b'\n');
    }
    for (name, value) in &opened.variables {
        lines.extend_from_slice(shell.with(name, value).as_bytes());
        lines.push(b'\n');
    }
    app.ui.raw(&lines);
}

fn document(process: u32, opened: &OpenedFor) -> Document<'_> {
    let variables = opened.variables.iter();
    Document {
        schema: SCHEMA,
        process,
        grant: opened.grant.as_deref(),
        contexts: opened.contexts.iter().map(ServedView::of).collect(),
        az_profile: opened.az_profile.as_deref(),
        not_in_az_profile: opened.left_from_az.iter().map(LeftView::of).collect(),
        variables: variables.map(|(name, value)| VariableView { name, value }).collect(),
        foreign: &opened.foreign,
    }
}

impl<'a> LeftView<'a> {
    fn of(left: &'a LeftFromAz) -> Self {
        Self { name: left.name.as_str(), reason: &left.because }
    }
}

impl<'a> ServedView<'a> {
    fn of(served: &'a ServedContext) -> Self {
        let context = &served.context;
        Self {
            name: context.name.as_str(),
            client_id: &served.id,
            account: context.account.as_ref().map(|own| own.id.as_str()),
            tenant: context.tenant.as_ref().map(|own| own.id.as_str()),
            subscription: context.subscription.as_ref().map(|own| own.id.as_str()),
            environment: context.environment.as_deref(),
        }
    }
}
