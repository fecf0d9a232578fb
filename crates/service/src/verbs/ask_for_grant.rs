//! A grant for the endpoint of a shell, which was opened whether the vault was unlocked or not, and asks when it
//! first needs one.

use azvault_agent::Leader;
use azvault_model::Secret;
use serde::{Deserialize, Serialize};

use super::Verb;
use super::grants::caller;
use crate::app::App;
use crate::contexts::Purpose;
use crate::endpoint::{Bounds, Reach, Served, Start};
use crate::failure::Failure;
use crate::grants::{self, AskingShell, GrantTerms};
use crate::message::{Message, SecretPart};
use crate::opening::OpenVault;

/// The process that asks is the endpoint, to which the grant is bound; it ends with its shell. It is answered as
/// any process of its terminal is.
#[derive(Serialize, Deserialize)]
pub(crate) struct AskForGrant {
    pub(crate) shell: AskingShell,
    pub(crate) bounds: Bounds,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct GrantReply {
    pub(crate) handle: SecretPart,
}

impl Message for AskForGrant {}

impl Message for GrantReply {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        vec![self.handle.value_mut()]
    }
}

impl Verb for AskForGrant {
    const NAME: &'static str = "ask for grant";
    const PURPOSE: Purpose = Purpose::Vault;
    type Reply = GrantReply;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<GrantReply, Failure> {
        let terms = GrantTerms {
            start: Start::ShellInit,
            context: None,
            served: Served {
                reach: Reach::AllByName,
                as_identity: Vec::new(),
                bounds: self.bounds,
            },
            since: app.now(),
            shell: Some(self.shell),
        };
        let (handle, grant) = grants::made(open, &terms, Leader::Caller)?;
        grants::tell(app, open, &terms, &grant)?;
        grants::give(caller(app)?, grant)?;
        Ok(GrantReply { handle: SecretPart::new(handle) })
    }
}
