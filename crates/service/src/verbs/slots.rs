//! The ways to unlock the vault: which there are, and removing one.

use std::collections::BTreeMap;

use azvault_vault::{AgeWay, Cost, Problem, Slot, SlotError, SlotKind, VaultId};
use serde::{Deserialize, Serialize};

use super::{Handle, Verb};
use crate::app::{App, Consent};
use crate::contexts::Purpose;
use crate::failure::Failure;
use crate::message::Message;
use crate::opening::OpenVault;
use crate::{audit, policy, slots};

/// All ways to unlock the vault, with their labels.
#[derive(Serialize, Deserialize)]
pub struct ListSlots {}

/// In the order of their numbers.
#[derive(Serialize, Deserialize)]
pub struct ListedSlots {
    pub slots: Vec<ListedSlot>,
}

/// A way to unlock.
#[derive(Serialize, Deserialize)]
pub struct ListedSlot {
    pub id: i64,
    pub kind: SlotKind,
    pub label: String,
    /// What a guess costs; `None` for kinds whose key is random.
    pub cost: Option<Cost>,
    /// Whom the value is encrypted to, where it opens by age.
    pub age: Option<ListedAge>,
}

/// What a way by age says of itself.
#[derive(Serialize, Deserialize)]
pub struct ListedAge {
    pub recipients: Vec<String>,
    /// Names of plugins, and where the program of each was when the way was added.
    pub plugins: BTreeMap<String, String>,
    pub identity: Option<String>,
}

/// Removes a way to unlock.
#[derive(Serialize, Deserialize)]
pub struct RemoveSlot {
    pub id: i64,
    pub consent: Consent,
}

/// What was removed.
#[derive(Serialize, Deserialize)]
pub struct RemovedSlot {
    pub slot: ListedSlot,
    /// What a keyring has of it is known by these.
    pub vault: VaultId,
    pub salt: [u8; 16],
    pub opened: Opened,
}

/// Whether a slot opened the vault for the command that asked.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Opened {
    ByIt,
    Otherwise,
}

impl Opened {
    /// What is said of it, behind its name.
    pub fn words(self) -> &'static str {
        match self {
            Self::ByIt => ", which opened the vault just now",
            Self::Otherwise => "",
        }
    }
}

impl Message for ListSlots {}

impl Message for ListedSlots {}

impl Message for RemoveSlot {}

impl Message for RemovedSlot {}

impl ListedSlot {
    fn of(slot: &Slot, label: Option<&str>) -> Self {
        let label = label.unwrap_or_default().to_owned();
        let age = slot.age.as_ref().map(ListedAge::of);
        Self { id: slot.id, kind: slot.kind, label, cost: slot.cost, age }
    }
}

impl ListedAge {
    fn of(way: &AgeWay) -> Self {
        let AgeWay { recipients, plugins, identity, .. } = way.clone();
        Self { recipients, plugins, identity }
    }
}

impl Verb for ListSlots {
    const NAME: &'static str = "key list";
    const PURPOSE: Purpose = Purpose::Vault;
    // Another process may have changed them.
    const HANDLE: Handle = Handle::Fresh;
    type Reply = ListedSlots;

    fn answer(self, _: &App, open: &mut OpenVault) -> Result<ListedSlots, Failure> {
        let vault = &open.vault;
        let listed = |slot: &Slot| ListedSlot::of(slot, vault.label(slot.id));
        Ok(ListedSlots { slots: vault.slots().iter().map(listed).collect() })
    }
}

impl Verb for RemoveSlot {
    const NAME: &'static str = "key remove";
    const PURPOSE: Purpose = Purpose::Vault;
    const HANDLE: Handle = Handle::Fresh;
    const ASKS: bool = true;
    type Reply = RemovedSlot;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<RemovedSlot, Failure> {
        let Self { id, consent } = self;
        let path = app.vault_path()?;
        let OpenVault { vault, slot: opened_by, .. } = open;
        let slot = vault.slots().iter().find(|slot| slot.id == id);
        let kind = slot.ok_or(SlotError::Missing(id)).map_err(|e| Problem::from(e).at(&path))?.kind;
        let left = vault.slots().iter().filter(|slot| slot.id != id);
        policy::may_remove(app, [kind], left.map(|slot| slot.kind))?;
        let label = vault.label(id).unwrap_or_default().to_owned();
        let words = slots::words(id, kind, &label);
        let opened = if *opened_by == Some(id) { Opened::ByIt } else { Opened::Otherwise };
        app.confirm(consent, &format!("Remove {words}{}?", opened.words()))?;
        let removed = vault.write(|writing| -> Result<_, Problem> {
            let removed = writing.remove_slot(id)?;
            audit::log(app, writing, "key remove", vec![slots::subject(id, kind, &label)])?;
            Ok(removed)
        })?;
        let slot = ListedSlot::of(&removed, Some(&label));
        Ok(RemovedSlot { slot, vault: vault.id(), salt: removed.salt, opened })
    }
}
