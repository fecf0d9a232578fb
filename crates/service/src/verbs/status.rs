//! What `status` says of an open vault.

use azvault_model::rules::active::ActiveSource;
use azvault_model::rules::sign_in::SignIn;
use azvault_model::{Acting, ContextName};
use azvault_vault::Id;
use serde::{Deserialize, Serialize};

use super::Verb;
use super::autosave::Autosave;
use crate::app::App;
use crate::connect::offers;
use crate::contexts::Purpose;
use crate::failure::Failure;
use crate::message::Message;
use crate::opening::OpenVault;
use crate::team::kept;
use crate::team::synced::TeamSyncState;
use crate::vault_pin::VaultPin;

/// Who acts and why, and how much there is.
#[derive(Serialize, Deserialize)]
pub struct DescribeVault {}

/// How much there is, whichever session it is: to describe a vault whose session is gone.
#[derive(Serialize, Deserialize)]
pub struct CountVault {}

/// What a vault has, whichever context acts.
#[derive(Serialize, Deserialize)]
pub struct VaultCounts {
    /// What `--expect-vault` takes.
    pub pin: String,
    pub default: Option<ContextName>,
    pub contexts: usize,
    pub secrets: usize,
    /// Teams that the agent syncs, by name.
    pub teams: Vec<CountedTeam>,
}

/// A team of the vault, and how the agent syncs it; `None` where none does.
#[derive(Serialize, Deserialize)]
pub struct CountedTeam {
    pub name: String,
    pub sync: Option<TeamSyncState>,
}

/// A vault as this shell sees it.
#[derive(Serialize, Deserialize)]
pub struct DescribedVault {
    pub counts: VaultCounts,
    pub session: Option<DescribedSession>,
    pub active: Option<ContextName>,
    pub because: ActiveSource,
    /// Who acts; `None` where nobody does.
    pub acting: Option<Acting>,
    /// What is known of its sign-in.
    pub sign_in: Option<SignIn>,
    /// What was chosen and is gone.
    pub missing: Option<ContextName>,
    pub autosave: Autosave,
    /// What makes contexts, where there are none.
    pub offers: Vec<String>,
}

/// The session of this shell.
#[derive(Serialize, Deserialize)]
pub struct DescribedSession {
    pub id: Id,
    /// The process that it ends with.
    pub leader: u32,
}

impl Message for DescribeVault {}

impl Message for DescribedVault {}

impl Message for CountVault {}

impl Message for VaultCounts {}

impl VaultCounts {
    fn of(app: &App, open: &OpenVault) -> Result<Self, Failure> {
        let OpenVault { vault, contexts, .. } = open;
        let teams = kept::all(&contexts.vault.secrets).map(|(_, name)| CountedTeam {
            name: name.to_owned(),
            sync: app.caller().map(|caller| caller.synced.of(name)),
        });
        Ok(Self {
            pin: VaultPin::of(vault)?.to_string(),
            default: contexts.default().cloned(),
            contexts: contexts.number(),
            secrets: contexts.vault.secrets.len() + contexts.own().secrets.len(),
            teams: teams.collect(),
        })
    }
}

impl Verb for DescribeVault {
    const NAME: &'static str = "status";
    type Reply = DescribedVault;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<DescribedVault, Failure> {
        let counts = VaultCounts::of(app, open)?;
        let contexts = &open.contexts;
        let (active, because) = contexts.active()?;
        let described = |session: &crate::session::Session| DescribedSession {
            id: session.id(),
            leader: session.leader,
        };
        let acting = contexts.resolved()?;
        let sign_in = acting.as_ref().and_then(|own| contexts.sign_in(own.context(), app.now()));
        Ok(DescribedVault {
            session: contexts.session.as_ref().map(described),
            active: active.cloned(),
            because,
            acting,
            sign_in,
            missing: contexts.missing().cloned(),
            autosave: Autosave::of(contexts),
            offers: if counts.contexts == 0 { offers::of_vault(contexts) } else { Vec::new() },
            counts,
        })
    }
}

impl Verb for CountVault {
    const NAME: &'static str = "count";
    const PURPOSE: Purpose = Purpose::Vault;
    type Reply = VaultCounts;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<VaultCounts, Failure> {
        VaultCounts::of(app, open)
    }
}
