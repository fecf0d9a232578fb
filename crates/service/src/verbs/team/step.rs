//! One step of an exchange with a team's database: what it shows is verified and taken, and what this vault would
//! write next is said. Every deed may be asked for again: one that is done asks for nothing more.

mod answer;

use azvault_model::{ContextName, Secret};
use azvault_team::{Fault, Record};
use serde::{Deserialize, Serialize};

use super::super::Verb;
use super::login::TeamLogin;
use crate::app::App;
use crate::failure::{Failure, Kind};
use crate::message::{Message, SecretPart};
use crate::opening::OpenVault;
use crate::text::{count, quoted, shown};

/// What is to be done, besides taking what is new and writing what was changed here.
#[derive(Clone, Serialize, Deserialize)]
pub enum TeamDeed {
    Sync,
    Share {
        contexts: Vec<ContextName>,
    },
    Unshare {
        contexts: Vec<ContextName>,
    },
    /// Admits who answered an invitation so.
    Admit {
        request: String,
    },
    /// Removes a member's device.
    Remove {
        device: String,
    },
    /// Begins a new epoch, if the log is still in this one.
    Rotate {
        from: u32,
    },
    Leave,
    /// Appends again what the database has lost.
    Repair,
}

/// What the database shows, and what is to be done.
#[derive(Serialize, Deserialize)]
pub struct StepTeam {
    pub team: Option<String>,
    pub deed: TeamDeed,
    pub shown: Option<ShownRecords>,
}

/// Records from the vault's head on, that one included.
#[derive(Serialize, Deserialize)]
pub struct ShownRecords {
    /// What the vault had verified when the database was asked.
    head: u64,
    records: Vec<SecretPart>,
    last: u64,
}

/// What came of it, and what is next.
#[derive(Serialize, Deserialize)]
pub struct SteppedTeam {
    pub connection: TeamConnection,
    /// The last record that was verified; 0 for none.
    pub head: u64,
    /// The first that this device saw.
    pub first: u64,
    /// The admin's device, whose snapshot this one waits for.
    pub waits_for: Option<[u8; 16]>,
    /// The database has more than was shown.
    pub has_more: bool,
    outgoing: Vec<SecretPart>,
    pub report: TeamReport,
    /// Why nothing more is taken.
    pub fault: Option<Failure>,
}

/// How the database is reached.
#[derive(Serialize, Deserialize)]
pub struct TeamConnection {
    address: String,
    /// The number of the log.
    pub team: [u8; 16],
    login: TeamLogin,
}

/// What a sync did.
#[derive(Default, Serialize, Deserialize)]
pub struct TeamReport {
    /// The team's name.
    pub team: String,
    /// Records that were taken, and what they said of members and epochs.
    pub taken: usize,
    pub said: Vec<String>,
    /// Records that no member was entitled to write, each named.
    pub refused: Vec<String>,
    /// What this device wrote.
    pub written: usize,
    /// Contexts and credentials that changed here.
    pub changed: Vec<String>,
    /// Contexts of the team that another context here has the name of.
    pub covered: Vec<String>,
    /// Items of a newer version.
    pub unread: usize,
    /// Changes of this device that its role does not let it share.
    pub not_shared: usize,
    /// Why the device is still waiting.
    pub waiting: Option<String>,
    /// Credentials that a removed member could read, and what revokes each.
    pub revoke: Vec<String>,
}

impl ShownRecords {
    /// What the database has for one who has verified it up to `head`.
    pub fn new(head: u64, records: &[Record], last: u64) -> Self {
        // They are sealed already, and as large as one may be.
        let records = records.iter().map(|one| Secret::copied_from(&one.to_bytes()));
        Self { head, records: records.map(SecretPart::new).collect(), last }
    }

    fn records(&self) -> Result<Vec<Record>, Failure> {
        // EXPOSE: records as the database has them, in which nothing is readable.
        let records = self.records.iter().map(|one| Record::from_bytes(one.value().expose()));
        records.collect::<Result<_, _>>().map_err(|_| no_record())
    }
}

impl SteppedTeam {
    /// What is to be appended.
    pub fn outgoing(&self) -> Result<Vec<Record>, Failure> {
        // EXPOSE: sealed records, on their way to the database.
        let records = self.outgoing.iter().map(|one| Record::from_bytes(one.value().expose()));
        records.collect::<Result<_, _>>().map_err(|_| no_record())
    }

    /// Whether nothing is left to append.
    pub fn is_done(&self) -> bool {
        self.outgoing.is_empty()
    }

    /// For one who is connected already.
    pub(crate) fn without_connection(mut self) -> Self {
        self.take_connection();
        self
    }

    /// What it takes to connect; no copy of the password stays.
    pub(crate) fn take_connection(&mut self) -> TeamConnection {
        let nothing = TeamConnection::probe("", TeamLogin::new(None, None));
        std::mem::replace(&mut self.connection, nothing)
    }
}

impl TeamConnection {
    /// To see whether a database can be reached; it names no log.
    pub fn probe(address: &str, login: TeamLogin) -> Self {
        Self { address: address.to_owned(), team: [0; 16], login }
    }

    /// The URL.
    pub fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn login(&self) -> &TeamLogin {
        &self.login
    }

    /// The same with the token that was got for it.
    pub(crate) fn with_token(self, token: Secret) -> Self {
        Self { login: self.login.with_token(token), ..self }
    }

    pub(crate) fn copied(&self) -> Self {
        Self { team: self.team, ..Self::probe(&self.address, self.login.copied()) }
    }

    pub(crate) fn same_as(&self, other: &Self) -> bool {
        let is_there = self.address == other.address && self.team == other.team;
        is_there && self.login.same_as(&other.login)
    }
}

impl Message for StepTeam {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        self.shown.as_mut().map(Message::secrets).unwrap_or_default()
    }
}

impl Message for ShownRecords {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        self.records.iter_mut().map(SecretPart::value_mut).collect()
    }
}

impl Message for SteppedTeam {
    fn secrets(&mut self) -> Vec<&mut Secret> {
        let outgoing = self.outgoing.iter_mut().map(SecretPart::value_mut);
        outgoing.chain(self.connection.login.secrets()).collect()
    }
}

impl TeamReport {
    /// Adds what came later.
    pub(crate) fn add(&mut self, later: Self) {
        self.team = later.team;
        self.taken += later.taken;
        self.said.extend(later.said);
        self.refused.extend(later.refused);
        self.written += later.written;
        for changed in later.changed {
            if !self.changed.contains(&changed) {
                self.changed.push(changed);
            }
        }
        // As it is at the end.
        self.covered = later.covered;
        self.unread = later.unread;
        self.not_shared = later.not_shared;
        self.waiting = later.waiting;
        if !later.revoke.is_empty() {
            self.revoke = later.revoke;
        }
    }

    /// What a person should not miss of what others did.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let refused = self.refused.iter().map(|refused| format!("refused: {}", shown(refused)));
        let mut all: Vec<String> = refused.collect();
        all.extend(self.covered.iter().map(|covered| {
            let name = quoted(covered);
            format!("the team's context {name} is not here: a context of your own has the name")
        }));
        if self.unread > 0 {
            let items = count(self.unread, "item");
            all.push(format!("{items} of the team are of a newer version of azvault"));
        }
        if self.not_shared > 0 {
            let changes = count(self.not_shared, "change");
            all.push(format!("{changes} of yours were undone: readers share nothing"));
        }
        all
    }

    /// Says what a person should not miss.
    pub fn tell(&self, app: &App) {
        for said in &self.said {
            app.console.note(shown(said));
        }
        for warning in self.warnings() {
            app.console.warning(warning);
        }
        if !self.revoke.is_empty() {
            app.console.warning("what the team shared was readable until now; revoke:");
            self.revoke.iter().for_each(|line| app.console.note(shown(line)));
        }
    }
}

impl Verb for StepTeam {
    const NAME: &'static str = "team sync";
    type Reply = SteppedTeam;

    fn answer(self, app: &App, open: &mut OpenVault) -> Result<SteppedTeam, Failure> {
        let stepped = answer::answer(app, open, &self)?;
        let has_ended = stepped.fault.is_none() && !stepped.has_more && stepped.is_done();
        if let Some(caller) = app.caller().filter(|_| has_ended && self.shown.is_some()) {
            caller.synced.quiet(&stepped.report.team, app.now());
        }
        Ok(stepped)
    }
}

/// What the database shows is not what was verified.
pub(super) fn of_fault(fault: &Fault) -> Failure {
    let failure = Failure::new(Kind::Integrity, fault.to_string());
    match fault {
        Fault::RolledBack { .. } => failure.hint(
            "ask who runs the database; if it was restored or failed over: azvault team sync --repair",
        ),
        Fault::Removed { .. } => {
            Failure { kind: Kind::Refused, ..failure }.hint("azvault team leave")
        }
        Fault::Forked { .. }
        | Fault::Gap { .. }
        | Fault::OutOfChain { .. }
        | Fault::OtherLog { .. }
        | Fault::NoKey { .. } => failure
            .hint("compare azvault team status with another member before you trust this database"),
    }
}

pub(super) fn no_record() -> Failure {
    Failure::new(Kind::Integrity, "the database shows something that is no record")
        .hint("azvault team status")
}
