//! `azvault disconnect`

use azvault_model::ContextName;
use azvault_model::rules::disconnect::{Who, disconnect};
use azvault_service::change;
use azvault_service::change::{ChangeExtras, Run};
use azvault_service::contexts::Contexts;
use azvault_service::failure::Failure;
use azvault_service::opening::Opener;
use azvault_service::text::count;

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
        let wanted = self.removal.request("disconnect");
        let mut open = Opener::new(app).for_change().open()?;
        let who = self.who(&open.contexts)?;
        let nothing = ChangeExtras::default();
        let done = change::carry_out_on(app, &mut open, wanted, &nothing, &|known| {
            disconnect(known, &who)
        })?;
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
    fn who(&self, contexts: &Contexts) -> Result<Who, Failure> {
        match (&self.account, &self.context_name, self.all) {
            (Some(id), _, _) => Who::named(id, &contexts.accounts()).map_err(change::refused),
            (None, Some(name), _) => {
                let seen = contexts.expect(&ContextName::new(name.as_str()))?;
                Who::of(seen.context, &contexts.accounts()).map_err(change::refused)
            }
            (None, None, true) => Ok(Who::All),
            (None, None, false) => Ok(Who::Acting),
        }
    }
}
