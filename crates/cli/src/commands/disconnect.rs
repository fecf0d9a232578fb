//! `azvault disconnect`

use azvault_contexts::ContextName;
use azvault_contexts::rules::disconnect::{Who, disconnect};

use crate::app::App;
use crate::change::{self, RemovalOptions, Run};
use crate::ui::count;

/// Entra and ADFS have no endpoint for revocation (RFC 7009).
const STILL_VALID: &str = "\
    Azure still honours copies of them until they expire. A person ends all sessions at\n\
    https://mysignins.microsoft.com, an administrator those of others in Entra; secrets and\n\
    certificates of an application are removed on its page there.";

/// Sign out: remove an account's secrets and all its contexts (Disconnect-AzAccount)
///
/// In every tenant and whatever the account's type. Without an option: the account of the active
/// context. Azure has no way to be told: what it issued stays valid there until it expires, or until
/// the sessions are ended where the command says.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// User name, application id or identity, in any case
    #[arg(long, value_name = "ID", conflicts_with_all = ["context_name", "all"])]
    account: Option<String>,
    /// The account of this context
    #[arg(long, value_name = "NAME", conflicts_with = "all")]
    context_name: Option<String>,
    /// Every account
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    removal: RemovalOptions,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> super::Ended {
        let wanted = self.removal.wanted("disconnect");
        let who = match (self.account, self.context_name, self.all) {
            (Some(id), _, _) => Who::Account(id),
            (None, Some(name), _) => Who::OfContext(ContextName::new(name)),
            (None, None, true) => Who::All,
            (None, None, false) => {
                app.given().map_or(Who::Current, |given| Who::OfContext(given.name))
            }
        };
        let done = change::carry_out(app, wanted, &|known| disconnect(known, &who))?;
        let contexts = count(done.removed.len(), "context");
        let secrets = count(done.secrets.removed, "secret");
        done.say(app, &format!("signed out: removed {contexts} and {secrets} {}", done.place()));
        if done.run == Run::Real && done.secrets.removed > 0 {
            app.ui.note(STILL_VALID);
        }
        Ok(0)
    }
}
