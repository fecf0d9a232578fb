//! The carrier: a process that holds the connection to one team's database for the agent. It has no vault and no
//! key of one, and carries sealed records; the agent verifies, opens and applies them.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use azvault_os::pipe::{Interest, Stream, Wait};
use azvault_team::{Database, DatabaseError, DeviceId, Head, News, Record};

use super::carried::{FromCarrier, ToCarrier};
use super::connection;
use super::connection::Prepared;
use crate::app::App;
use crate::confined::confine_to_network;
use crate::failure::{Failure, Kind};
use crate::message::{encode, framed, received, split};
use crate::request::Nothing;
use crate::verbs::{ShownRecords, SteppedTeam, TeamConnection};

/// How often the database is asked where it says nothing of itself, and after which the agent hears that all is well.
const INTERVAL: Duration = Duration::from_secs(60);

/// How long the database is listened to before it is looked whether the agent has something to say.
const TURN: Duration = Duration::from_millis(500);

/// Records that are shown at once: the agent answers nobody else while it verifies them.
const MAX_SHOWN: i64 = 64;

/// Bytes of records that are shown at once, and that one record may have.
const MAX_BYTES: usize = 1024 * 1024;

/// Carries for the process at the other end of standard input, until that is gone.
pub fn serve(app: &App) -> Result<(), Failure> {
    let usage = || Failure::new(Kind::Usage, "azvault carry is started by azvault itself");
    let mut agent = Stream::of_input().map_err(|_| usage())?;
    let Ok(ToCarrier::Next(first)) = hear(&mut agent) else { return Err(usage()) };
    match carry(app, &mut agent, *first) {
        Ok(Ended::AgentGone) => Ok(()),
        Err(failure) => {
            let _ = say(&mut agent, FromCarrier::Failed(failure));
            Ok(())
        }
    }
}

/// Why carrying ended without a failure.
enum Ended {
    AgentGone,
}

fn carry(app: &App, agent: &mut Stream, mut at: SteppedTeam) -> Result<Ended, Failure> {
    let to = at.take_connection();
    let prepared = Prepared::read(app, &to)?;
    // It has read whom to trust by now.
    confine_to_network(&[], &[]);
    let mut carried = Carried { database: prepared.connect(&to)?, to };
    carried.database.listen().map_err(|e| carried.failed(&e))?;
    loop {
        let Some((next, seen)) = carried.exchanged(agent, at)? else { return Ok(Ended::AgentGone) };
        at = next;
        loop {
            if say(agent, FromCarrier::Quiet).is_err() {
                return Ok(Ended::AgentGone);
            }
            match carried.waited(agent)? {
                Waited::Gone => return Ok(Ended::AgentGone),
                Waited::Told => break,
                Waited::Long => {
                    let head = carried.database.said_head().map_err(|e| carried.failed(&e))?;
                    if head != seen {
                        break;
                    }
                }
            }
        }
    }
}

struct Carried {
    database: Database,
    to: TeamConnection,
}

/// What ended the waiting.
enum Waited {
    /// The agent, or the database, has something.
    Told,
    /// Nothing but time.
    Long,
    Gone,
}

impl Carried {
    /// Shows the agent what is new and appends what it writes, until neither has anything for the other. `None`
    /// where the agent is gone. The head is what the database said before it was last shown.
    fn exchanged(
        &mut self,
        agent: &mut Stream,
        mut at: SteppedTeam,
    ) -> Result<Option<(SteppedTeam, Head)>, Failure> {
        loop {
            let head = self.database.said_head().map_err(|e| self.failed(&e))?;
            let shown = self.shown(&at, head.seq)?;
            if say(agent, FromCarrier::Shown(shown)).is_err() {
                return Ok(None);
            }
            at = loop {
                match hear(agent) {
                    Ok(ToCarrier::Next(next)) => break *next,
                    // What changed is in the answer that comes.
                    Ok(ToCarrier::Look) => {}
                    Err(_) => return Ok(None),
                }
            };
            if at.has_more {
                continue;
            }
            if at.is_done() {
                return Ok(Some((at, head)));
            }
            match self.database.append(&at.outgoing()?) {
                Ok(()) | Err(DatabaseError::HeadMoved) => {}
                Err(e) => return Err(self.failed(&e)),
            }
        }
    }

    fn shown(&mut self, at: &SteppedTeam, last: u64) -> Result<ShownRecords, Failure> {
        let shown = |database: &mut Database| -> Result<Vec<Record>, DatabaseError> {
            let Some(admin) = at.waits_for else {
                return database.some_from(at.head.min(last).max(1), MAX_SHOWN);
            };
            match database.snapshot_of(DeviceId(admin))? {
                Some(seq) => database.some_from(seq.saturating_sub(1), 2),
                None => Ok(Vec::new()),
            }
        };
        let mut records = shown(&mut self.database).map_err(|e| self.failed(&e))?;
        let mut size = 0;
        let fits = |record: &&Record| {
            size += record.body.len();
            size <= MAX_BYTES
        };
        let fitting = records.iter().take_while(fits).count();
        // The first is the head itself: without one behind it nothing would go on.
        if fitting < records.len().min(2) {
            let what = "a record of the team is too large to be taken in the background";
            return Err(Failure::new(Kind::Other, what).hint("azvault team sync"));
        }
        records.truncate(fitting);
        Ok(ShownRecords::new(at.head, &records, last))
    }

    /// Waits until the agent or the database has something, or a while has passed.
    fn waited(&mut self, agent: &mut Stream) -> Result<Waited, Failure> {
        let start = Instant::now();
        while start.elapsed() < INTERVAL {
            match self.database.wait_for_news(TURN).map_err(|e| self.failed(&e))? {
                News::Appended => return Ok(Waited::Told),
                News::Nothing => {}
            }
            if has_something(agent) {
                return Ok(match hear(agent) {
                    Ok(ToCarrier::Look | ToCarrier::Next(_)) => Waited::Told,
                    Err(_) => Waited::Gone,
                });
            }
        }
        Ok(Waited::Long)
    }

    fn failed(&self, error: &DatabaseError) -> Failure {
        connection::failed(error, self.to.address())
    }
}

fn has_something(agent: &Stream) -> bool {
    let mut wait = Wait::new();
    wait.add(agent, Interest::Read);
    let ready = wait.within(Some(Duration::ZERO));
    ready.map_or(true, |ready| ready.iter().any(|one| one.is_any()))
}

fn say(agent: &mut Stream, mut message: FromCarrier) -> io::Result<()> {
    agent.write_all(&framed(&encode(&mut Nothing {}, &mut message)))
}

fn hear(agent: &mut Stream) -> io::Result<ToCarrier> {
    let bytes = received(agent)?;
    let foreign = |_| io::Error::from(io::ErrorKind::InvalidData);
    split(&bytes).map_err(foreign)?.body(0).map_err(foreign)
}
