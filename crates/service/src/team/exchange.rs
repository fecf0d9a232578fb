//! The exchange between the vault and a team's database: records go to the vault, which says what it took and
//! what it would write next.

use azvault_team::{Database, DatabaseError, DeviceId, Record};

use super::connection;
use crate::app::App;
use crate::ask::Requests;
use crate::failure::{Failure, Kind};
use crate::verbs::{
    DatabaseToken, ShownRecords, StepTeam, SteppedTeam, TeamConnection, TeamDeed, TeamLogin,
    TeamReport,
};

/// How often others may append first, or a connection may end, before the command gives up.
const MAX_ATTEMPTS: usize = 100;
const MAX_LOST: usize = 3;

/// Groups of records that one command writes at most: what was changed here, an epoch, the deed.
const MAX_APPENDED: usize = 8;

/// Has the vault and the database exchange what each has, and has the deed done.
pub fn exchange(
    app: &App,
    requests: &mut Requests<'_>,
    team: Option<&str>,
    deed: &TeamDeed,
) -> Result<TeamReport, Failure> {
    let mut report = TeamReport::default();
    let mut at = step(requests, team, deed, None)?;
    let work = app.console.spinner("syncing with the team's database");
    let mut database = connected(app, requests, &at.connection)?;
    let (mut lost, mut attempts, mut appended) = (0, 0, 0);
    loop {
        let shown = shown(&mut database, &at);
        let shown = shown.map_err(|e| connection::failed(&e, at.connection.address()))?;
        at = step(requests, team, deed, Some(shown))?;
        report.add(std::mem::take(&mut at.report));
        if let Some(fault) = at.fault.take() {
            drop(work);
            report.tell(app);
            return Err(fault);
        }
        if at.has_more {
            continue;
        }
        if at.is_done() {
            drop(work);
            return Ok(report);
        }
        let outgoing = at.outgoing()?;
        match database.append(&outgoing) {
            Ok(()) if appended < MAX_APPENDED => appended += 1,
            Ok(()) => {
                let what = "the vault would write to the team without an end";
                return Err(Failure::new(Kind::Other, what).hint("azvault team status"));
            }
            Err(DatabaseError::HeadMoved) if attempts < MAX_ATTEMPTS => attempts += 1,
            // It may have been taken all the same: the next look says so.
            Err(DatabaseError::Lost) if lost < MAX_LOST => {
                lost += 1;
                database = connected(app, requests, &at.connection)?;
            }
            Err(e) => return Err(connection::failed(&e, at.connection.address())),
        }
    }
}

/// Whether a database can be reached as it was said, before anything is kept.
pub fn check(
    app: &App,
    requests: &mut Requests<'_>,
    address: &str,
    login: &TeamLogin,
) -> Result<(), Failure> {
    let to = TeamConnection::probe(address, login.copied());
    let mut database = connected(app, requests, &to)?;
    database.last().map(drop).map_err(|e| connection::failed(&e, address))
}

/// Connects, with a token where one takes the place of a password.
fn connected(
    app: &App,
    requests: &mut Requests<'_>,
    to: &TeamConnection,
) -> Result<Database, Failure> {
    match to.login().identity().cloned() {
        None => connection::connect(app, to),
        Some(context) => {
            let token = requests.ask(DatabaseToken { context })?.into_token();
            connection::connect(app, &to.copied().with_token(token))
        }
    }
}

/// What the database has behind what the vault has verified, for a look at the past.
pub fn history(
    app: &App,
    requests: &mut Requests<'_>,
    at: &SteppedTeam,
) -> Result<Vec<Record>, Failure> {
    let mut database = connected(app, requests, &at.connection)?;
    let mut all = Vec::new();
    loop {
        let next = all.last().map_or(at.first, |record: &Record| record.seq + 1);
        let some = database.from(next);
        let some = some.map_err(|e| connection::failed(&e, at.connection.address()))?;
        if some.is_empty() {
            return Ok(all);
        }
        all.extend(some);
    }
}

fn step(
    requests: &mut Requests<'_>,
    team: Option<&str>,
    deed: &TeamDeed,
    shown: Option<ShownRecords>,
) -> Result<SteppedTeam, Failure> {
    let team = team.map(str::to_owned);
    requests.ask(StepTeam { team, deed: deed.clone(), shown })
}

fn shown(database: &mut Database, at: &SteppedTeam) -> Result<ShownRecords, DatabaseError> {
    let last = database.last()?;
    let records = match at.waits_for {
        Some(admin) => match database.snapshot_of(DeviceId(admin))? {
            Some(seq) => {
                let mut records = database.from(seq.saturating_sub(1))?;
                records.truncate(2);
                records
            }
            None => Vec::new(),
        },
        // Where it has less than that, the last that it has: what is missing may be known here.
        None => database.from(at.head.min(last).max(1))?,
    };
    Ok(ShownRecords::new(at.head, &records, last))
}
