//! What `doctor` asks of an open vault.

use std::collections::BTreeSet;

use azvault_model::rules::blast_radius::{AccountTenants, blast_radius};
use azvault_model::rules::harden::{Step, Stored, step};
use azvault_model::{KnownAccountType, SecretDescription, SecretKind};
use azvault_vault::{AnchorFound, Snapshot, StoredSecret};
use serde::{Deserialize, Serialize};

use super::{Handle, Verb};
use crate::app::App;
use crate::contexts::Purpose;
use crate::failure::Failure;
use crate::message::Message;
use crate::opening::OpenVault;

/// Looks at what every command relies on.
#[derive(Serialize, Deserialize)]
pub struct ExamineVault {}

/// What was found.
#[derive(Serialize, Deserialize)]
pub struct ExaminedVault {
    /// What this machine knew of the vault.
    pub anchor: AnchorFound,
    /// Why this machine cannot remember it.
    pub anchor_error: Option<String>,
    /// When the newest entry of the audit log was written, in Unix seconds.
    pub newest_entry: Option<i64>,
    /// Secrets that have expired and do not come anew by themselves.
    pub expired: usize,
    /// Client secrets and certificates whose place a key on a token could take.
    pub replaceable: usize,
}

impl Message for ExamineVault {}

impl Message for ExaminedVault {}

impl Verb for ExamineVault {
    const NAME: &'static str = "doctor";
    const PURPOSE: Purpose = Purpose::Vault;
    const HANDLE: Handle = Handle::Fresh;
    type Reply = ExaminedVault;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<ExaminedVault, Failure> {
        let vault = &open.vault;
        let snapshot = vault.snapshot()?;
        let log = snapshot.audit_log()?;
        Ok(ExaminedVault {
            anchor: vault.anchor_found(),
            anchor_error: vault.anchor_error().map(str::to_owned),
            newest_entry: log.iter().map(|logged| logged.entry.time).max(),
            expired: expired(app.now(), &snapshot),
            replaceable: replaceable(app.now(), &snapshot),
        })
    }
}

/// Cached access tokens come anew by themselves; what somebody brought along does not.
fn expired(now: i64, snapshot: &Snapshot<'_>) -> usize {
    let contexts = snapshot.contexts().iter().filter_map(|c| c.value.account.as_ref());
    let of_type =
        contexts.filter(|one| one.account_type.known() == Some(KnownAccountType::AccessToken));
    let brought: BTreeSet<&str> = of_type.map(|one| one.id.as_str()).collect();
    let is_lost = |about: &SecretDescription| match about.kind {
        SecretKind::AccessToken => {
            about.account.as_ref().is_some_and(|id| brought.contains(id.as_str()))
        }
        SecretKind::IdToken | SecretKind::SshCertificate => false,
        _ => true,
    };
    let descriptions = snapshot.secrets().iter().map(|secret| &secret.description);
    descriptions
        .filter(|about| is_lost(about) && about.expires_on.is_some_and(|end| end <= now))
        .count()
}

/// Those that a copy of the vault gives away, and that need not be there.
fn replaceable(now: i64, snapshot: &Snapshot<'_>) -> usize {
    let descriptions = || snapshot.secrets().iter().map(|secret| &secret.description);
    let is_one = |secret: &&StoredSecret| {
        let (about, created) = (&secret.description, secret.created);
        let radius = blast_radius("", about, &AccountTenants::default(), now);
        let step = step(Stored { about, created, radius: &radius }, descriptions(), now);
        matches!(step, Some(Step::KeyOnToken | Step::RemoveReplaced))
    };
    snapshot.secrets().iter().filter(is_one).count()
}
