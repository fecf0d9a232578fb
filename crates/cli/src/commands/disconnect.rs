//! `azvault disconnect`

use azvault_contexts::ContextName;
use azvault_contexts::rules::disconnect::{Who, disconnect};

use crate::app::App;
use crate::change::{self, RemovalOptions};
use crate::ui::count;

/// Sign out: remove an account's secrets and all its contexts (Disconnect-AzAccount)
///
/// In every tenant and whatever the account's type. Without an option: the account of the active
/// context. What Azure was given stays valid there until it expires or is revoked.
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
        Ok(0)
    }
}
