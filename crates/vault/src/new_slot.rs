//! A slot on its way into a vault.

use crate::error::Problem;
use crate::format::age_way;
use crate::format::age_way::AgeWay;
use crate::format::id::VaultId;
use crate::format::kdf::Cost;
use crate::format::key::Key;
use crate::format::sealed_box;
use crate::format::slot::{Opener, Row, wrapping_key};
use crate::format::slot_kind::SlotKind;
use crate::memory::with_stack_wiped;
use crate::random;

/// A way to unlock that a vault is to get.
pub struct NewSlot<'a> {
    /// What will open it.
    pub opener: Opener<'a>,
    /// What a guess costs; only for kinds with a passphrase.
    pub cost: Cost,
    /// What people call it.
    pub label: String,
}

impl NewSlot<'_> {
    /// Derives its key. That takes long, so it is done before a transaction begins.
    pub fn prepare(&self) -> Result<PreparedSlot, Problem> {
        let kind = self.opener.kind();
        let cost = kind.has_cost().then_some(self.cost);
        let mut salt = [0; 16];
        random::fill(&mut salt);
        let kek = wrapping_key(&self.opener, cost, &salt)?;
        let age = self.opener.way().cloned();
        Ok(PreparedSlot { kind, cost, salt, kek, age, label: self.label.clone() })
    }
}

/// A way to unlock whose key has been derived. Cannot be printed or copied.
pub struct PreparedSlot {
    kind: SlotKind,
    pub(crate) cost: Option<Cost>,
    salt: [u8; 16],
    label: String,
    pub(crate) age: Option<AgeWay>,
    kek: Key,
}

impl PreparedSlot {
    /// What opens it.
    pub fn kind(&self) -> SlotKind {
        self.kind
    }

    /// What people call it.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// See [`Slot::salt`](crate::Slot::salt).
    pub fn salt(&self) -> [u8; 16] {
        self.salt
    }

    /// Wraps the master key for it.
    pub(crate) fn wrap(&self, id: i64, vmk: &Key, vault: VaultId, epoch: u32) -> Row {
        let number = |of: fn(&Cost) -> u32| self.cost.as_ref().map_or(0, |c| i64::from(of(c)));
        let mut row = Row {
            id,
            kind: self.kind.number(),
            m: number(Cost::memory_kib),
            t: number(Cost::passes),
            p: number(Cost::lanes),
            salt: self.salt,
            sealed: Vec::new(),
        };
        let open_part = self.age.as_ref().map(AgeWay::to_bytes);
        let aad = row.aad(vault, epoch, open_part.as_deref());
        let sealed = with_stack_wiped(|| sealed_box::seal(&self.kek, &aad, vmk.bytes()));
        row.sealed = match open_part {
            Some(open_part) => age_way::joined(&open_part, &sealed),
            None => sealed,
        };
        row
    }
}
