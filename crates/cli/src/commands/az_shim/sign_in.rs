//! `az login`, `az logout` and `az account clear`: `azvault connect` and `disconnect`, by az's options.

use std::ffi::OsString;

use azvault_service::az_settings;
use azvault_service::failure::{Failure, Kind};
use clap::Parser;

use super::account::print_signed_in;
use super::form::Form;
use crate::app::{App, Exit};
use crate::commands::{connect, disconnect};

#[derive(clap::Args)]
pub(super) struct Login {
    #[command(flatten)]
    form: Form,
    #[arg(short, long)]
    username: Option<String>,
    #[arg(short, long)]
    password: Option<String>,
    #[arg(short, long)]
    tenant: Option<String>,
    #[arg(long, num_args = 1..)]
    scope: Vec<String>,
    #[arg(long)]
    allow_no_subscriptions: bool,
    #[arg(long)]
    claims_challenge: Option<String>,
    #[arg(long, alias = "skip-sub")]
    skip_subscription_discovery: bool,
    #[arg(short, long)]
    subscription: Option<String>,
    #[arg(long)]
    use_device_code: bool,
    #[arg(long)]
    service_principal: bool,
    #[arg(long)]
    certificate: Option<String>,
    #[arg(long)]
    use_cert_sn_issuer: bool,
    #[arg(long)]
    federated_token: Option<String>,
    #[arg(short, long)]
    identity: bool,
    #[arg(long)]
    client_id: Option<String>,
    #[arg(long)]
    object_id: Option<String>,
    #[arg(long)]
    resource_id: Option<String>,
}

#[derive(clap::Args)]
pub(super) struct Logout {
    #[command(flatten)]
    form: Form,
    #[arg(long)]
    username: Option<String>,
}

#[derive(clap::Args)]
pub(super) struct Clear {
    #[command(flatten)]
    form: Form,
}

#[derive(Parser)]
#[command(name = "azvault connect")]
struct Connect {
    #[command(flatten)]
    args: connect::Args,
}

#[derive(Parser)]
#[command(name = "azvault disconnect")]
struct Disconnect {
    #[command(flatten)]
    args: disconnect::Args,
}

impl Login {
    pub(super) fn run(mut self, app: &App) -> Exit {
        let words = self.words()?;
        let parsed = Connect::try_parse_from(line("azvault connect", words)).map_err(no_line)?;
        parsed.args.run(&app.beside_the_answer())?;
        print_signed_in(app, &self.form)?;
        Ok(0)
    }

    /// The words of `connect` that mean the same.
    fn words(&mut self) -> Result<Vec<String>, Failure> {
        let mut words = Words::default();
        words.with("--tenant", self.tenant.take());
        words.with("--subscription", self.subscription.take());
        words.with("--claims-challenge", self.claims_challenge.take());
        words.with("--environment", az_settings::get("cloud", "name"));
        if self.skip_subscription_discovery {
            words.flag("--no-contexts");
        }
        if self.use_device_code {
            words.flag("--device-code");
        }
        if self.identity {
            words.flag("--identity");
            // Before 2.69 this was the id of an identity.
            words.with("--client-id", self.client_id.take().or(self.username.take()));
            words.with("--object-id", self.object_id.take());
            words.with("--resource-id", self.resource_id.take());
        } else if self.service_principal {
            words.flag("--service-principal");
            words.with("--application", self.username.take());
            words.with("--secret-file", file("--password", self.password.take())?);
            let token = file("--federated-token", self.federated_token.take())?;
            words.with("--federated-token-file", token);
            words.with("--certificate", self.certificate.take());
            if self.use_cert_sn_issuer {
                words.flag("--send-certificate-chain");
            }
        } else if self.password.is_some() {
            let what = "azvault signs no person in with a password: Entra asks for more than that";
            return Err(Failure::new(Kind::Usage, what).hint("az login"));
        } else {
            words.with("--login-hint", self.username.take());
        }
        Ok(words.0)
    }
}

impl Logout {
    pub(super) fn run(self, app: &App) -> Exit {
        let mut words = Words::default();
        words.with("--account", self.username);
        sign_out(app, words.0)
    }
}

impl Clear {
    pub(super) fn run(self, app: &App) -> Exit {
        sign_out(app, vec!["--all".to_owned()])
    }
}

/// With the question of `disconnect`: a script that ends with `az logout` would take sign-ins out of the
/// vault that az never had.
fn sign_out(app: &App, words: Vec<String>) -> Exit {
    let typed = words.join(" ");
    let parsed = Disconnect::try_parse_from(line("azvault disconnect", words)).map_err(no_line)?;
    let beside = app.beside_the_answer();
    parsed.args.run(&beside).map_err(|failure| match failure.kind {
        Kind::NeedsTerminal => {
            let what =
                "this takes the sign-in out of the vault, and there is no terminal to ask on";
            let command = format!("azvault disconnect {typed}");
            Failure::new(failure.kind, what).hint(format!("{} --yes", command.trim_end()))
        }
        _ => failure,
    })
}

/// The words of a command of azvault.
#[derive(Default)]
struct Words(Vec<String>);

impl Words {
    fn with(&mut self, option: &str, value: Option<String>) {
        if let Some(value) = value {
            self.0.push(format!("{option}={value}"));
        }
    }

    fn flag(&mut self, option: &str) {
        self.0.push(option.to_owned());
    }
}

/// The file that az would read a value from (`@FILE`). A value itself could be read by every process while
/// this one runs, and stays in the history of the shell.
fn file(option: &str, value: Option<String>) -> Result<Option<String>, Failure> {
    let Some(value) = value else { return Ok(None) };
    match value.strip_prefix('@') {
        Some(file) => Ok(Some(file.to_owned())),
        None => {
            let what = format!("{option} takes no secret here: other programs read arguments");
            let hint = format!(
                "az login --service-principal --username ID --tenant ID {option} @FILE, or leave \
                 {option} out to be asked for a secret"
            );
            Err(Failure::new(Kind::Usage, what).hint(hint))
        }
    }
}

fn line(command: &str, words: Vec<String>) -> impl Iterator<Item = OsString> {
    std::iter::once(command.to_owned()).chain(words).map(OsString::from)
}

/// What az would have refused too.
fn no_line(error: clap::Error) -> Failure {
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default();
    let what = first.strip_prefix("error: ").unwrap_or(first).to_owned();
    Failure::new(Kind::Usage, what).hint("azvault connect --help")
}
