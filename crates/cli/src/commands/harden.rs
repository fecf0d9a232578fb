//! `azvault harden`

mod replace;

use std::path::PathBuf;

use azvault_service::ask::ask;
use azvault_service::connect::USUAL_CLOUD;
use azvault_service::failure::{Failure, Kind};
use azvault_service::harden::{Advised, advise};
use azvault_service::text::{count, shown};
use azvault_service::time::utc;
use azvault_service::verbs::{Detail, ListSecrets};
use serde::Serialize;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::options::name::name;
use crate::options::token::TokenOptions;
use crate::output::documents::{SCHEMA, SecretView};
use crate::terminal::ui::{Tone, cell};

/// List which credentials can be copied, worst first, and have a key on a token take a secret's place
///
/// A copy of a client secret or a certificate signs in from anywhere until it is removed. A key on a token (TPM,
/// YubiKey, HSM) signs in where the token is, and cannot be copied. For each credential of the vault that lives
/// longer than hours this says what a copy of it opens, and the commands that replace it. Nothing is changed, and
/// no value is opened. Exit 10 when there is something to do. With -o tsv a line for each command: rank, kind,
/// account, id, step, command.
///
/// With an application and --key its client secret is replaced, after a question: the key's certificate is added
/// to the application through Microsoft Graph, the key signs in, the contexts of the vault sign in with it, and only
/// then the secret is removed from Entra and, once Entra refuses it, from the vault. A credential works at every
/// moment; where it was interrupted, the same command goes on.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The application, by its id, whose client secret is replaced by a key on a token
    #[arg(value_parser = name)]
    application: Option<String>,
    /// The key that takes its place: pkcs11:token=LABEL;object=LABEL [default: the one that the vault has of it]
    #[arg(long, value_name = "URI", requires = "application")]
    key: Option<String>,
    #[command(flatten)]
    token: TokenOptions,
    /// The certificate of the key, where the token has none
    #[arg(long, value_name = "FILE", requires = "key")]
    certificate: Option<PathBuf>,
    /// The tenant in which the application is registered [default: the only one that is known]
    #[arg(long, value_name = "ID", requires = "application")]
    #[arg(value_parser = name)]
    tenant: Option<String>,
    /// The cloud: AzureCloud, AzureChinaCloud, AzureUSGovernment, or one that a file defined
    #[arg(long, value_name = "NAME", default_value = USUAL_CLOUD)]
    #[arg(value_parser = name)]
    environment: String,
    /// Change the application as the account of this context, an owner of it [default: as itself]
    #[arg(long, value_name = "CONTEXT", requires = "application")]
    #[arg(value_parser = name)]
    rights_of: Option<String>,
    /// Do not ask
    #[arg(short, long, requires = "application")]
    yes: bool,
    /// Say what would be done, and change nothing
    #[arg(long, requires = "application")]
    dry_run: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u8,
    /// How many there is something to do about.
    to_do: usize,
    credentials: Vec<CredentialView<'a>>,
}

#[derive(Serialize)]
struct CredentialView<'a> {
    #[serde(flatten)]
    secret: SecretView<'a>,
    /// `key_on_token`, `remove_replaced`, `sign_out`, `shared_keys_off`, `none`, `done`.
    step: &'static str,
    because: &'static str,
    commands: &'a [String],
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        if let Some(application) = &self.application {
            return replace::run(&self, app, application);
        }
        let listed = ask(app, ListSecrets { detail: Detail::BlastRadius })?;
        let advised = advise(listed.secrets, app.now());
        let to_do = advised.iter().filter(|one| one.step.is_to_do()).count();
        let views = advised.iter().map(CredentialView::of);
        match app.ui.output {
            Output::Json => {
                app.ui.json(&Document { schema: SCHEMA, to_do, credentials: views.collect() });
            }
            Output::Tsv => app.ui.table(&[], &views.flat_map(rows).collect::<Vec<_>>()),
            Output::Table | Output::Sarif if advised.is_empty() => {
                app.ui.note("no credential here lives longer than hours");
            }
            Output::Table | Output::Sarif => views.for_each(|view| print(app, &view)),
        }
        if to_do == 0 {
            return Ok(0);
        }
        let what = format!("{} could be made safer", count(to_do, "credential"));
        Err(Failure::new(Kind::Findings, what)
            .hint("what is said to type, then azvault harden again"))
    }
}

impl<'a> CredentialView<'a> {
    fn of(advised: &'a Advised) -> Self {
        let Advised { secret, step, because, commands } = advised;
        Self { secret: SecretView::of_listed(secret), step: step.as_str(), because, commands }
    }
}

/// A paragraph; every command on a line of its own, to be copied.
fn print(app: &App, view: &CredentialView<'_>) {
    let SecretView { id, facts, blast_radius, .. } = &view.secret;
    let Some(radius) = blast_radius else { return };
    let tone = match (view.step, radius.rank) {
        ("done", _) => Tone::Good,
        (_, 1) => Tone::Bad,
        _ => Tone::Warning,
    };
    let account = shown(facts.account.unwrap_or("-"));
    let until = radius.until.map(|time| format!(", until {}", utc(time))).unwrap_or_default();
    app.ui.toned_line(tone, format!("{}  {} of {account} ({id}){until}", radius.rank, facts.kind));
    app.ui.line(format!("   {}", shown(&radius.opens)));
    app.ui.line(format!("   {}", view.because));
    for command in view.commands {
        app.ui.line(format!("   {}", shown(command)));
    }
}

fn rows(view: CredentialView<'_>) -> Vec<Vec<crate::terminal::ui::Cell>> {
    let CredentialView { secret, step, commands, .. } = view;
    let rank = secret.blast_radius.map_or(String::new(), |radius| radius.rank.to_string());
    let account = secret.facts.account.unwrap_or_default();
    let nothing = [String::new()];
    let commands = if commands.is_empty() { &nothing[..] } else { commands };
    let row = |command: &String| {
        [&*rank, secret.facts.kind, account, &*secret.id, step, command]
            .into_iter()
            .map(cell)
            .collect()
    };
    commands.iter().map(row).collect()
}
