//! A member as a device is one: a replica, and a connection.

use std::fs;
use std::path::Path;

use azvault_model::Secret;
use azvault_team::{
    Address, Database, DatabaseError, DeviceKeys, Edit, Item, ItemId, ItemKind, Member as Admitted,
    Replica, Role, Shown, Start, Taken, TeamId,
};
use azvault_test_support::postgres::{PASSWORD, Postgres};

pub(crate) struct Member {
    pub(crate) replica: Replica,
    pub(crate) url: String,
}

/// Authorities in a file of PEM.
pub(crate) fn authorities(path: &Path) -> Vec<rustls::pki_types::CertificateDer<'static>> {
    rustls_native_certs::load_certs_from_paths(Some(path), None).certs
}

pub(crate) fn connect(url: &str, password: &str, team: TeamId) -> Result<Database, DatabaseError> {
    let address = Address::parse(url).unwrap();
    let password = Secret::copied_from(password.as_bytes());
    let authorities = authorities(address.root_certificate().unwrap());
    let shown = Shown { password: Some(&password), ..Shown::default() };
    Database::connect(&address, shown, authorities, team)
}

impl Member {
    /// The first admin of a new team.
    pub(crate) fn found(postgres: &Postgres, user: &str) -> Self {
        let url = postgres.url(user);
        let (replica, records) = Replica::create("marker-team", "marker-ada", 1);
        let mut member = Self { replica, url };
        member.database().unwrap().append(&records).unwrap();
        member.expect_sync();
        member
    }

    /// Another one, whom this admin admits.
    pub(crate) fn admit(&mut self, postgres: &Postgres, user: &str, role: Role) -> Self {
        let device = DeviceKeys::generate();
        let name = format!("marker-{user}");
        let admitted = Admitted { name, role, keys: device.public().clone(), since: 2 };
        let records = self.replica.draft_admit(&admitted, 2);
        self.database().unwrap().append(&records).unwrap();
        self.expect_sync();
        let admin = self.replica.device().public().clone();
        let start = Start { team: self.replica.team(), device, admin };
        let url = postgres.url(user);
        let mut database = connect(&url, PASSWORD, start.team).unwrap();
        let seq = database.snapshot_of(start.admin.device).unwrap().unwrap();
        let records = database.from(seq - 1).unwrap();
        let replica = start.from(&records[0], &records[1]);
        let mut member = Self { replica: replica.unwrap_or_else(|(_, why)| panic!("{why}")), url };
        member.expect_sync();
        member
    }

    pub(crate) fn database(&self) -> Result<Database, DatabaseError> {
        connect(&self.url, PASSWORD, self.replica.team())
    }

    /// Takes what the database shows.
    pub(crate) fn sync(&mut self) -> Result<Taken, DatabaseError> {
        let mut database = self.database()?;
        self.sync_with(&mut database)
    }

    pub(crate) fn sync_with(&mut self, database: &mut Database) -> Result<Taken, DatabaseError> {
        let mut all = Taken::default();
        loop {
            let last = database.last()?;
            let records = database.from(self.replica.head().seq)?;
            let taken = self.replica.take(&records, last);
            all.applied.extend(taken.applied);
            all.refused.extend(taken.refused);
            all.fault = taken.fault;
            if all.fault.is_some() || self.replica.head().seq >= last {
                return Ok(all);
            }
        }
    }

    #[track_caller]
    pub(crate) fn expect_sync(&mut self) -> Taken {
        let taken = self.sync().unwrap();
        assert!(taken.refused.is_empty() && taken.fault.is_none(), "{taken:?}");
        taken
    }

    /// Writes until the log has it.
    pub(crate) fn write(
        &mut self,
        item: &str,
        field: &str,
        value: &str,
    ) -> Result<(), DatabaseError> {
        let mut database = self.database()?;
        loop {
            let taken = self.sync_with(&mut database)?;
            assert_eq!(taken.fault, None);
            if self.value(item, field).as_deref() == Some(value) {
                return Ok(());
            }
            let records = self.replica.draft_change(&[set(item, field, value)], 3);
            match database.append(&records) {
                Ok(()) | Err(DatabaseError::HeadMoved) => {}
                Err(e) => return Err(e),
            }
        }
    }

    pub(crate) fn value(&self, item: &str, field: &str) -> Option<String> {
        let Item { fields, .. } = self.replica.state().item(ItemId::of("context", item))?;
        // EXPOSE: a test looks whether it is what was written.
        fields.get(field).map(|value| String::from_utf8(value.expose().to_vec()).unwrap())
    }

    pub(crate) fn store(&self, path: &Path) {
        let draft = path.with_extension("draft");
        fs::write(&draft, &*self.replica.to_bytes()).unwrap();
        fs::rename(draft, path).unwrap();
    }

    pub(crate) fn stored(path: &Path, url: &str) -> Self {
        let replica =
            Replica::from_bytes(&fs::read(path).unwrap()).unwrap_or_else(|_| panic!("its own"));
        Self { replica, url: url.to_owned() }
    }
}

pub(crate) fn set(item: &str, field: &str, value: &str) -> Edit {
    let value = Some(Secret::copied_from(value.as_bytes()));
    let item = ItemId::of("context", item);
    Edit::Put { item, kind: ItemKind::Context, fields: vec![(field.to_owned(), value)] }
}

/// What two members have to agree on.
#[track_caller]
pub(crate) fn assert_same(one: &Member, other: &Member) {
    let (one, other) = (&one.replica, &other.replica);
    assert_eq!(one.head(), other.head());
    assert_eq!(one.members(), other.members());
    assert!(one.state().edits_to(other.state()).is_empty());
    assert!(other.state().edits_to(one.state()).is_empty());
}
