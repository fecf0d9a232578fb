//! What was written to the log of a team.

use azvault_model::Secret;
use azvault_team::{Edit, Past, Record, Stage, What};
use serde::{Deserialize, Serialize};

use super::super::Verb;
use crate::app::App;
use crate::failure::{Failure, Kind};
use crate::message::{Message, SecretPart};
use crate::opening::OpenVault;
use crate::team::{items, kept};
use crate::text::quoted;

/// Reads records that end with the last one that this vault has verified.
#[derive(Serialize, Deserialize)]
pub struct ReadHistory {
    pub team: Option<String>,
    records: Vec<SecretPart>,
}

/// The oldest first.
#[derive(Serialize, Deserialize)]
pub struct TeamHistory {
    pub entries: Vec<HistoryEntry>,
}

/// One record.
#[derive(Serialize, Deserialize)]
pub struct HistoryEntry {
    pub seq: u64,
    /// Unix seconds, as the clock of its device had it; `None` of wrapped keys.
    pub time: Option<i64>,
    pub by: String,
    pub what: String,
}

impl ReadHistory {
    pub fn new(team: Option<String>, records: &[Record]) -> Self {
        // They are sealed already, and as large as one may be.
        let records = records.iter().map(|one| Secret::copied_from(&one.to_bytes()));
        Self { team, records: records.map(SecretPart::new).collect() }
    }
}

impl Message for ReadHistory {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        self.records.iter_mut().map(SecretPart::value_mut).collect()
    }
}

impl Message for TeamHistory {}

impl Verb for ReadHistory {
    const NAME: &'static str = "team history";
    type Reply = TeamHistory;

    fn answer(self, _: &App, open: &mut OpenVault) -> Result<TeamHistory, Failure> {
        let id = kept::find(&open.contexts.vault.secrets, self.team.as_deref())?;
        let membership = kept::read(&open.vault.snapshot()?.open_secret(id)?)?;
        let Stage::Member(replica) = &membership.stage else {
            let what = "an admin has not confirmed this device yet";
            return Err(Failure::new(Kind::NotFound, what).hint("azvault team sync"));
        };
        // EXPOSE: records as the database has them, in which nothing is readable.
        let records = self.records.iter().map(|one| Record::from_bytes(one.value().expose()));
        let records =
            records.collect::<Result<Vec<_>, _>>().map_err(|_| super::step::no_record())?;
        // What came since the last sync is not verified yet.
        let known: Vec<_> =
            records.into_iter().filter(|record| record.seq <= replica.head().seq).collect();
        let past = replica.history(&known).map_err(|fault| super::step::of_fault(&fault))?;
        Ok(TeamHistory { entries: past.into_iter().map(entry).collect() })
    }
}

fn entry(past: Past) -> HistoryEntry {
    let Past { applied, edits } = past;
    let what = match applied.what {
        What::Changed(_) => edits.iter().map(of_edit).collect::<Vec<_>>().join("; "),
        other => words(&other),
    };
    let time = Some(applied.time).filter(|time| *time != 0);
    HistoryEntry { seq: applied.seq, time, by: applied.by, what }
}

fn of_edit(edit: &Edit) -> String {
    match edit {
        Edit::Remove { item } => format!("unshared {}", &item.to_string()[..8]),
        Edit::Put { item, kind, fields } => {
            let named = fields.iter().find(|(name, _)| name == "name");
            let name = named.and_then(|(_, value)| items::text(value.as_ref()?));
            let of = name.map_or_else(|| item.to_string()[..8].to_owned(), |name| quoted(&name));
            let kind = match kind {
                azvault_team::ItemKind::Context => "context",
                azvault_team::ItemKind::Credential => "credential",
                azvault_team::ItemKind::Environment => "cloud",
            };
            let fields: Vec<_> = fields.iter().map(|(name, _)| name.as_str()).collect();
            format!("{kind} {of}: {}", fields.join(", "))
        }
    }
}

/// What a record said, in words.
pub(super) fn words(what: &What) -> String {
    match what {
        What::Created => "began the team".to_owned(),
        What::Admitted(name, role) => format!("admitted {} as {}", quoted(name), role.as_str()),
        What::Removed(name) => format!("removed {}", quoted(name)),
        What::Epoch(number) => format!("began epoch {number}"),
        What::Keys => "wrapped the key for all members".to_owned(),
        What::Changed(items) => crate::text::count(items.len(), "change"),
        What::Snapshot => "wrote a snapshot".to_owned(),
    }
}
