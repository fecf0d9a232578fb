//! What a transaction may change of the ways to unlock.
//!
//! A slot is prepared before ([`NewSlot::prepare`](crate::NewSlot), which derives its key), and the
//! master key comes from a slot that opened ([`Locked::master_key`](crate::Locked)): then
//! [`Vault::write`](crate::Vault) takes the change and its audit entry in one transaction.

use rusqlite::Connection;

use crate::digest::hex;
use crate::error::{Problem, SlotError};
use crate::format::file_header;
use crate::format::head::Head;
use crate::format::kdf::Cost;
use crate::format::since::Course;
use crate::format::slot;
use crate::format::slot::{Row, Slot};
use crate::format::slot_kind::SlotKind;
use crate::locked::MAX_TRIES;
use crate::master_key::MasterKey;
use crate::new_slot::PreparedSlot;
use crate::store::{schema, slots};
use crate::transaction::Transaction;

impl Transaction<'_> {
    /// Adds a way to unlock; its number. At most 32 in all, and 8 of a kind that costs a
    /// derivation; none is weaker than the vault allows.
    pub fn add_slot(&mut self, key: &MasterKey, new: &PreparedSlot) -> Result<i64, Problem> {
        key.check(self.boxes.vault, self.boxes.sealer.epoch())?;
        let rows = slots::read(self.boxes.connection)?;
        if rows.len() >= slots::MAX_SLOTS {
            return Err(SlotError::Full(rows.len()).into());
        }
        let of_kind = rows.iter().filter(|row| row.kind == new.kind().number()).count();
        if new.kind().has_cost() && of_kind >= MAX_TRIES {
            return Err(SlotError::FullOfKind(of_kind).into());
        }
        check_cost(new.cost, &self.head)?;
        let id = rows.last().map_or(0, |row| row.id) + 1;
        slots::insert(self.boxes.connection, &new.wrap(id, &key.vmk, key.vault, key.epoch))?;
        self.head.labels.insert(id, new.label().to_owned());
        self.slots_changed()?;
        Ok(id)
    }

    /// Wraps the master key of a slot again: another passphrase, or another cost. Number, kind and
    /// label stay.
    pub fn rewrap_slot(
        &mut self,
        key: &MasterKey,
        id: i64,
        new: &PreparedSlot,
    ) -> Result<(), Problem> {
        key.check(self.boxes.vault, self.boxes.sealer.epoch())?;
        let rows = slots::read(self.boxes.connection)?;
        let row = find(&rows, id)?;
        if row.kind != new.kind().number() {
            return Err(SlotError::OtherKind(id).into());
        }
        check_cost(new.cost, &self.head)?;
        slots::delete(self.boxes.connection, id)?;
        slots::insert(self.boxes.connection, &new.wrap(id, &key.vmk, key.vault, key.epoch))?;
        self.slots_changed()
    }

    /// Removes a way to unlock, but not the last one that can be relied on. Old copies of the file
    /// still open with it: a rotation ends that.
    pub fn remove_slot(&mut self, id: i64) -> Result<Slot, Problem> {
        let rows = slots::read(self.boxes.connection)?;
        let gone = find(&rows, id)?.slot()?;
        let left = rows.iter().filter(|row| row.id != id).map(Row::slot);
        check_left(&left.collect::<Result<Vec<_>, _>>()?)?;
        slots::delete(self.boxes.connection, id)?;
        self.head.labels.remove(&id);
        self.slots_changed()?;
        Ok(gone)
    }

    /// The ways to unlock, as they are by now.
    pub fn slots(&self) -> Result<Vec<Slot>, Problem> {
        slots::read(self.boxes.connection)?.iter().map(Row::slot).collect()
    }

    fn slots_changed(&mut self) -> Result<(), Problem> {
        self.slots = Course::Changed;
        let connection = self.boxes.connection;
        record_slots(connection, &mut self.head, &slots::read(connection)?)
    }
}

/// Records the slots' digest in the head, raises its minimum KDF cost if needed, and has the file say
/// the version that has such slots.
pub(crate) fn record_slots(
    connection: &Connection,
    head: &mut Head,
    rows: &[Row],
) -> Result<(), Problem> {
    schema::set_version(connection, file_header::version_of(rows))?;
    head.slots = hex(&slot::digest(rows));
    let weakest = slot::least(rows)?;
    let work = |[memory, passes]: [u32; 2]| u64::from(memory) * u64::from(passes);
    if work(weakest) > work(head.min_kdf) {
        head.min_kdf = weakest;
    }
    Ok(())
}

/// A slot with a passphrase that is weaker than the vault allows is refused.
pub(crate) fn check_cost(cost: Option<Cost>, head: &Head) -> Result<(), Problem> {
    match (cost, head.least()) {
        (Some(cost), Some(least)) if cost.work() < least.work() => {
            let (memory_kib, passes) = (least.memory_kib(), least.passes());
            Err(SlotError::Weaker { memory_kib, passes }.into())
        }
        _ => Ok(()),
    }
}

/// A vault is never left with a keyring alone, nor with one piece of hardware.
pub(crate) fn check_left(left: &[Slot]) -> Result<(), Problem> {
    let lasting: Vec<&Slot> = left.iter().filter(|slot| slot.kind != SlotKind::Keyring).collect();
    match lasting[..] {
        [] => Err(SlotError::Last.into()),
        [Slot { age: Some(way), .. }] if way.is_one_piece_of_hardware() => {
            Err(SlotError::OneDevice.into())
        }
        _ => Ok(()),
    }
}

pub(crate) fn find(rows: &[Row], id: i64) -> Result<&Row, Problem> {
    rows.iter().find(|row| row.id == id).ok_or(SlotError::Missing(id).into())
}
