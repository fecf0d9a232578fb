//! Members, and what they write.

use azvault_model::Secret;
use azvault_team::{Database, DeviceKeys, Edit, ItemId, ItemKind, Member, Replica, Role, Start};

use crate::place::Place;

/// One who writes, and one who takes.
pub(crate) struct Team {
    pub(crate) ada: Replica,
    pub(crate) bob: Replica,
}

impl Team {
    pub(crate) fn begun(place: &Place) -> Self {
        let (mut ada, records) = Replica::create("bench", "ada", 1);
        let mut database = place.connect(ada.team());
        database.append(&records).unwrap();
        sync(&mut ada, &mut database);
        let device = admit(&mut ada, &mut database, "bob");
        let bob = start(&ada, device, &mut database);
        Self { ada, bob }
    }
}

/// Admits a device, which has not started yet.
pub(crate) fn admit(ada: &mut Replica, database: &mut Database, name: &str) -> DeviceKeys {
    let device = DeviceKeys::generate();
    let keys = device.public().clone();
    let member = Member { name: name.to_owned(), role: Role::Writer, keys, since: 1 };
    database.append(&ada.draft_admit(&member, 1)).unwrap();
    sync(ada, database);
    device
}

/// What a new device does first.
pub(crate) fn start(ada: &Replica, device: DeviceKeys, database: &mut Database) -> Replica {
    let admin = ada.device().public().clone();
    let seq = database.snapshot_of(admin.device).unwrap().unwrap();
    let records = database.some_from(seq - 1, 2).unwrap();
    let start = Start { team: ada.team(), device, admin };
    let started = start.from(&records[0], &records[1]);
    let mut replica = started.unwrap_or_else(|(_, why)| panic!("{why}"));
    sync(&mut replica, database);
    replica
}

/// Takes what is new; how many records.
pub(crate) fn sync(replica: &mut Replica, database: &mut Database) -> usize {
    let mut number = 0;
    loop {
        let last = database.last().unwrap();
        let records = database.from(replica.head().seq.max(1)).unwrap();
        let taken = replica.take(&records, last);
        assert!(taken.fault.is_none() && taken.refused.is_empty(), "{taken:?}");
        number += taken.applied.len();
        if replica.head().seq >= last {
            return number;
        }
    }
}

/// A context of ten fields, as the vault shares one: some 600 bytes.
pub(crate) fn context(number: usize) -> Edit {
    let fields = (0..10).map(|field| {
        let value = format!("\"{number:08} value of field {field} of a context\"");
        (format!("field-{field}"), Some(Secret::copied_from(value.as_bytes())))
    });
    let item = ItemId::of("context", &format!("context-{number}"));
    Edit::Put { item, kind: ItemKind::Context, fields: fields.collect() }
}

/// A name that changes.
pub(crate) fn change(number: usize) -> Edit {
    let value = format!("\"changed {number}\"");
    let fields = vec![("name".to_owned(), Some(Secret::copied_from(value.as_bytes())))];
    Edit::Put { item: ItemId::of("context", "one"), kind: ItemKind::Context, fields }
}
