//! The log without a database: a vector, honest or not.

mod convergence;
mod hostile;
mod membership;

use azvault_model::Secret;

use crate::{
    DeviceKeys, Edit, Fault, Invitation, Item, ItemId, ItemKind, Member, Record, Replica, Role,
    Start, Taken,
};

/// What a database does: it takes a record behind the last one, and shows what it has.
#[derive(Clone, Default)]
struct Log(Vec<Record>);

impl Log {
    /// Takes all or nothing, as a transaction does.
    fn append(&mut self, records: &[Record]) -> Result<(), ()> {
        let next = self.0.len() as u64 + 1;
        let prev = self.0.last().map(Record::hash);
        match records.first() {
            Some(first) if first.seq == next && prev.is_none_or(|prev| prev == first.prev) => {
                self.0.extend_from_slice(records);
                Ok(())
            }
            _ => Err(()),
        }
    }

    fn last(&self) -> u64 {
        self.0.len() as u64
    }

    /// From a replica's head on, that record first.
    fn shown_to(&self, replica: &Replica) -> &[Record] {
        let from = usize::try_from(replica.head().seq.saturating_sub(1)).unwrap();
        self.0.get(from..).unwrap_or_default()
    }

    fn sync(&self, replica: &mut Replica) -> Taken {
        replica.take(self.shown_to(replica), self.last())
    }

    /// Refused records are passed; the fault that ended it.
    fn goes_on(&self, replica: &mut Replica) -> Option<Fault> {
        self.sync(replica).fault
    }

    /// For those who expect it to go well.
    fn brings(&self, replica: &mut Replica) {
        let taken = self.sync(replica);
        assert!(taken.refused.is_empty() && taken.fault.is_none(), "{taken:?}");
    }
}

fn founded() -> (Replica, Log) {
    let mut log = Log::default();
    let (mut admin, records) = Replica::create("payments", "ada", 1);
    log.append(&records).unwrap();
    log.brings(&mut admin);
    assert_eq!(admin.role(), Some(Role::Admin));
    (admin, log)
}

/// Invites, admits and starts.
fn joined(log: &mut Log, admin: &mut Replica, name: &str, role: Role) -> Replica {
    let device = DeviceKeys::generate();
    let invitation = Invitation {
        team: admin.team(),
        name: admin.name().to_owned(),
        secret: Invitation::new_secret(),
        admin: admin.device().public().clone(),
        role,
        expires: 10,
        database: "postgresql://db/".to_owned(),
    };
    let invitation =
        Invitation::from_code(&invitation.to_code()).unwrap_or_else(|_| panic!("a code"));
    let request = invitation.request(name, device.public());
    let request =
        crate::JoinRequest::from_code(&request.to_code()).unwrap_or_else(|_| panic!("a request"));
    assert!(invitation.is_answered_by(&request));
    let member = Member { name: request.name, role: invitation.role, keys: request.keys, since: 2 };
    log.append(&admin.draft_admit(&member, 2)).unwrap();
    log.brings(admin);
    started(log, admin, device).unwrap_or_else(|(_, why)| panic!("{why}"))
}

fn started(
    log: &Log,
    admin: &Replica,
    device: DeviceKeys,
) -> Result<Replica, (Box<Start>, crate::NoStart)> {
    let start = Start { team: admin.team(), device, admin: admin.device().public().clone() };
    let at = log.0.iter().rposition(|record| {
        record.kind == crate::Kind::Snapshot as u8 && record.device == start.admin.device
    });
    let at = at.unwrap();
    let mut replica = start.from(&log.0[at - 1], &log.0[at])?;
    log.brings(&mut replica);
    Ok(replica)
}

fn set(item: &str, field: &str, value: &str) -> Edit {
    let value = Some(Secret::copied_from(value.as_bytes()));
    Edit::Put {
        item: ItemId::of("context", item),
        kind: ItemKind::Context,
        fields: vec![(field.to_owned(), value)],
    }
}

fn value(replica: &Replica, item: &str, field: &str) -> Option<String> {
    let Item { fields, .. } = replica.state().item(ItemId::of("context", item))?;
    // EXPOSE: a test looks whether it is what was written.
    fields.get(field).map(|value| String::from_utf8(value.expose().to_vec()).unwrap())
}

/// What two replicas have to agree on.
fn same(one: &Replica, other: &Replica) -> bool {
    one.head() == other.head()
        && one.members() == other.members()
        && one.state().edits_to(other.state()).is_empty()
        && other.state().edits_to(one.state()).is_empty()
}

#[test]
fn a_second_member_starts_with_what_is_shared_and_both_see_changes() {
    let (mut ada, mut log) = founded();
    log.append(&ada.draft_change(&[set("prod", "tenant", "t-1")], 3)).unwrap();
    log.brings(&mut ada);
    let mut bob = joined(&mut log, &mut ada, "bob", Role::Writer);
    assert_eq!(value(&bob, "prod", "tenant").as_deref(), Some("t-1"));
    // Behind the head that he knows, and not behind another.
    let early = ada.draft_change(&[set("prod", "name", "from ada")], 4);
    log.append(&bob.draft_change(&[set("prod", "name", "from bob")], 4)).unwrap();
    log.append(&early).unwrap_err();
    log.brings(&mut ada);
    log.append(&ada.draft_change(&[set("prod", "name", "from ada")], 5)).unwrap();
    log.brings(&mut ada);
    log.brings(&mut bob);
    assert_eq!(value(&bob, "prod", "name").as_deref(), Some("from ada"));
    assert_eq!(value(&bob, "prod", "tenant").as_deref(), Some("t-1"));
    assert!(same(&ada, &bob));
}

#[test]
fn what_was_stored_is_what_is_read() {
    let (mut ada, mut log) = founded();
    log.append(&ada.draft_change(&[set("prod", "tenant", "t-1")], 3)).unwrap();
    log.brings(&mut ada);
    let bytes = ada.to_bytes();
    let mut again = Replica::from_bytes(&bytes).unwrap_or_else(|_| panic!("its own bytes"));
    assert!(same(&ada, &again));
    log.append(&again.draft_change(&[set("prod", "tenant", "t-2")], 4)).unwrap();
    log.brings(&mut again);
    log.brings(&mut ada);
    for length in 0..bytes.len() {
        assert!(
            Replica::from_bytes(&bytes[..length]).is_err(),
            "{length} bytes of {}",
            bytes.len()
        );
    }
}

#[test]
fn no_name_and_no_value_is_in_a_record() {
    let (mut ada, mut log) = founded();
    log.append(&ada.draft_change(&[set("marker-name", "marker-field", "marker-value")], 3))
        .unwrap();
    log.brings(&mut ada);
    joined(&mut log, &mut ada, "marker-member", Role::Reader);
    for record in &log.0 {
        let bytes = record.to_bytes();
        for marker in [&b"marker"[..], b"payments", b"ada"] {
            assert!(!bytes.windows(marker.len()).any(|window| window == marker));
        }
        assert!(Record::from_bytes(&bytes) == Ok(record.clone()));
        assert_eq!(Record::from_bytes(&bytes[..bytes.len() - 1]).err(), Some(crate::Misshapen));
    }
}

#[test]
fn lengths_come_in_steps() {
    let mut seen = std::collections::BTreeSet::new();
    for length in 0..100_000 {
        let padded = crate::body::padded(length);
        assert!(padded >= length && padded <= 256 + length + length / 8, "{length}: {padded}");
        seen.insert(padded);
    }
    assert!(seen.len() < 60, "{}", seen.len());
}

fn fault(taken: &Taken) -> Option<&Fault> {
    taken.fault.as_ref()
}
