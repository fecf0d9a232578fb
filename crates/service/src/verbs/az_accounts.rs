//! What az knows of accounts.

use azvault_model::{Context, ContextName};
use serde::{Deserialize, Serialize};

use super::Verb;
use crate::app::App;
use crate::failure::{Failure, Kind};
use crate::message::Message;
use crate::opening::OpenVault;

/// The contexts that az shows as accounts.
#[derive(Serialize, Deserialize)]
pub struct AzAccounts {
    pub which: WhichAccounts,
}

/// Which of them.
#[derive(Serialize, Deserialize)]
pub enum WhichAccounts {
    Active,
    /// The one that az means by this subscription.
    OfSubscription(String),
    All,
}

/// Those that were asked for; of all of them the active one first.
#[derive(Serialize, Deserialize)]
pub struct AzAccountsReply {
    pub active: Option<ContextName>,
    pub contexts: Vec<Context>,
}

impl Message for AzAccounts {}

impl Message for AzAccountsReply {}

impl Verb for AzAccounts {
    const NAME: &'static str = "az account";
    type Reply = AzAccountsReply;

    fn answer(self, _: &App, open: &mut OpenVault) -> Result<AzAccountsReply, Failure> {
        let contexts = &open.contexts;
        let active = contexts.active()?.0.cloned();
        let found: Vec<&Context> = match &self.which {
            WhichAccounts::Active => vec![contexts.acting()?.context],
            WhichAccounts::OfSubscription(typed) => {
                vec![contexts.of_az_subscription(typed)?.context]
            }
            WhichAccounts::All => {
                let own = active.as_ref().and_then(|name| contexts.find(name));
                let seen = contexts.seen();
                if seen.is_empty() {
                    return Err(Failure::new(Kind::NotFound, "the vault has no context")
                        .hint("azvault connect"));
                }
                let seen = seen.iter().filter(|seen| Some(&seen.context.name) != active.as_ref());
                own.iter().chain(seen).map(|seen| seen.context).collect()
            }
        };
        Ok(AzAccountsReply { active, contexts: found.into_iter().map(Context::copied).collect() })
    }
}
