//! `azvault disconnect`

use azvault_model::ContextName;
use azvault_service::ask::ask;
use azvault_service::change::Run;
use azvault_service::text::count;
use azvault_service::verbs::{ContextChange, Whom};

use crate::app::{App, Exit};
use crate::options::change::RemovalOptions;
use crate::options::name::name;
use crate::output;

/// Entra and ADFS have no endpoint for revocation (RFC 7009).
const STILL_VALID: &str = "\
    Azure still honours copies of them until they expire. A person ends all sessions at\n\
    https://mysignins.microsoft.com, an administrator those of others in Entra; secrets and\n\
    certificates of an application are removed on its page there.";

/// Sign out: remove an account's secrets and all its contexts (Disconnect-AzAccount)
///
/// In every tenant and whatever the account's type. Without an option: the account that acts, which
/// status shows. The question, --dry-run and the answer name it. Azure has no way to be told: what it issued stays valid there until it expires, or until
/// the sessions are ended where the command says.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// User name, home account id, application id or identity, in any case. A name that several
    /// accounts have is refused with the list
    #[arg(long, value_name = "ID", conflicts_with_all = ["context_name", "all"])]
    #[arg(value_parser = name)]
    account: Option<String>,
    /// The account of this context
    #[arg(long, value_name = "NAME", conflicts_with = "all")]
    #[arg(value_parser = name)]
    context_name: Option<String>,
    /// Every account
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    removal: RemovalOptions,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let done = ask(app, self.removal.change(ContextChange::Disconnect(self.whom())))?;
        let gone = &done.gone;
        let contexts = count(gone.contexts.len(), "context");
        let secrets = count(done.secrets.removed, "secret");
        let whose = match gone.accounts.is_empty() {
            true => "nobody".to_owned(),
            false => gone.whose(),
        };
        let names = match gone.contexts.is_empty() {
            true => String::new(),
            false => format!(": {}", gone.names()),
        };
        output::change::say(
            app,
            &done,
            &format!(
                "signed out {whose}: removed {contexts} and {secrets} {}{names}",
                done.place()
            ),
        );
        if done.run == Run::Real && done.secrets.removed > 0 {
            app.ui.note(STILL_VALID);
        }
        Ok(0)
    }

    /// Whose sign-in ends, looked up in all that is seen, whatever the scope of the change is.
    fn whom(&self) -> Whom {
        match (&self.account, &self.context_name, self.all) {
            (Some(id), _, _) => Whom::Account(id.clone()),
            (None, Some(name), _) => Whom::OfContext(ContextName::new(name.as_str())),
            (None, None, true) => Whom::All,
            (None, None, false) => Whom::Acting,
        }
    }
}
