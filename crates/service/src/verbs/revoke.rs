//! What there is to revoke when everything is locked at once.

use azvault_vault::Subject;
use serde::{Deserialize, Serialize};

use super::Verb;
use super::secrets::{Detail, ListedSecret, listed};
use crate::app::App;
use crate::contexts::Purpose;
use crate::failure::Failure;
use crate::message::Message;
use crate::opening::OpenVault;
use crate::presence::Asker;
use crate::{audit, secrets};

/// All secrets by what they open, the worst first.
#[derive(Serialize, Deserialize)]
pub struct ListToRevoke {}

/// Each with what it opens.
#[derive(Serialize, Deserialize)]
pub struct SecretsToRevoke {
    pub secrets: Vec<ListedSecret>,
}

/// Has the audit log tell that everything was locked.
#[derive(Serialize, Deserialize)]
pub struct LogPanic {}

/// The audit log tells of it.
#[derive(Serialize, Deserialize)]
pub struct LoggedPanic {}

impl Message for ListToRevoke {}

impl Message for SecretsToRevoke {}

impl Message for LogPanic {}

impl Message for LoggedPanic {}

impl Verb for ListToRevoke {
    const NAME: &'static str = "panic";
    const ASKER: Asker = Asker::Anyone;
    const PURPOSE: Purpose = Purpose::Revoke;
    type Reply = SecretsToRevoke;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<SecretsToRevoke, Failure> {
        let contexts = &open.contexts;
        let listed = listed(app, contexts, Detail::BlastRadius);
        let mut secrets: Vec<_> = secrets::sorted(contexts).into_iter().map(listed).collect();
        secrets.sort_by_cached_key(|one| one.blast_radius.as_ref().map(|radius| radius.order()));
        Ok(SecretsToRevoke { secrets })
    }
}

impl Verb for LogPanic {
    const NAME: &'static str = "panic log";
    const ASKER: Asker = Asker::Anyone;
    const PURPOSE: Purpose = Purpose::Revoke;
    type Reply = LoggedPanic;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<LoggedPanic, Failure> {
        let told = Subject { id: None, what: "every agent and endpoint ended".to_owned() };
        open.vault.write(|writing| audit::log(app, writing, "panic", vec![told]))?;
        Ok(LoggedPanic {})
    }
}
