//! `azvault audit log`

use azvault_service::ask::ask;
use azvault_service::failure::Failure;
use azvault_service::time::utc;
use azvault_service::verbs::{AuditLogPart, ReadAuditLog, Rest};
use azvault_vault::{Actor, Id, Logged, Subject};
use jiff::Timestamp;
use serde::Serialize;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::options::name::name;
use crate::options::wide::WideOption;
use crate::output::documents::SCHEMA;
use crate::terminal::columns::{Column, shortened, whole};
use crate::terminal::ui::{Tone, cell, toned};

/// Show what was done with secrets and contexts, newest last
///
/// Every reveal, export, import and removal. The whole chain is verified before anything is shown.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only this verb of the log, or the verbs of this noun: `secret reveal`, `context`
    #[arg(long, value_name = "VERB")]
    #[arg(value_parser = name)]
    verb: Option<String>,
    /// Only what was done with this secret, context or migration
    #[arg(long, value_name = "ID")]
    subject: Option<Id>,
    /// Only from this moment on: 2026-11-25T08:00Z, or a time back from now: 2h, 7d
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<Moment>,
    /// Only before this moment
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Option<Moment>,
    /// Only the newest N
    #[arg(short = 'n', long, value_name = "N")]
    limit: Option<usize>,
    #[command(flatten)]
    wide: WideOption,
}

/// A point in time, or how far it lies back.
#[derive(Clone, Copy)]
enum Moment {
    At(i64),
    Back(i64),
}

fn moment(text: &str) -> Result<Moment, String> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(Moment::At(at.as_second()));
    }
    if let Ok(back) = text.parse::<jiff::Span>()
        && let Ok(duration) = back.to_duration(jiff::SpanRelativeTo::days_are_24_hours())
        && !duration.is_negative()
    {
        return Ok(Moment::Back(duration.as_secs()));
    }
    Err("a time is 2026-11-25T08:00Z, or 2h, 7d back from now".to_owned())
}

impl Moment {
    fn seconds(self, now: i64) -> i64 {
        match self {
            Self::At(at) => at,
            Self::Back(back) => now - back,
        }
    }
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u8,
    entries: Vec<EntryView<'a>>,
}

#[derive(Serialize)]
struct EntryView<'a> {
    seq: i64,
    time: String,
    verb: &'a str,
    generation: u64,
    actor: &'a Actor,
    subjects: Vec<SubjectView<'a>>,
}

#[derive(Serialize)]
struct SubjectView<'a> {
    id: Option<String>,
    what: &'a str,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let AuditLogPart { entries, verbs, .. } = self.read(app)?;
        if app.ui.output == Output::Json {
            let entries = entries.iter().map(view).collect();
            app.ui.json(&Document { schema: SCHEMA, entries });
        } else if entries.is_empty() {
            app.ui.note(self.none_of(&verbs));
        } else {
            let rows =
                entries.iter().map(|logged| row(logged, self.wide.moment(app, logged.entry.time)));
            self.wide.print(app, &COLUMNS, rows.collect());
        }
        Ok(0)
    }

    /// All parts of it as one.
    fn read(&self, app: &App) -> Result<AuditLogPart, Failure> {
        let now = app.now();
        let moment = |moment: Option<Moment>| moment.map(|moment| moment.seconds(now));
        let part = |after| {
            let (since, until) = (moment(self.since), moment(self.until));
            let Self { verb, subject, limit, .. } = self;
            let (verb, subject, limit) = (verb.clone(), *subject, *limit);
            ask(app, ReadAuditLog { verb, subject, since, until, limit, after })
        };
        let mut log = part(None)?;
        while log.rest == Rest::More {
            let next = part(log.entries.last().map(|logged| logged.seq))?;
            log.rest = next.rest;
            log.entries.extend(next.entries);
        }
        Ok(log)
    }

    /// Why nothing is shown: a verb that the log does not have is told from one that was not used.
    fn none_of(&self, verbs: &[String]) -> String {
        if self.verb.is_none() || verbs.is_empty() {
            return "no entries".to_owned();
        }
        format!("no entries; verbs of this log: {}", verbs.join(", "))
    }
}

fn view(logged: &Logged) -> EntryView<'_> {
    let entry = &logged.entry;
    let subject = |s: &'_ Subject| s.id.map(|id| id.to_string());
    EntryView {
        seq: logged.seq,
        time: utc(entry.time),
        verb: &entry.verb,
        generation: logged.generation,
        actor: &entry.actor,
        subjects: entry
            .subjects
            .iter()
            .map(|s| SubjectView { id: subject(s), what: &s.what })
            .collect(),
    }
}

const COLUMNS: [Column; 5] = [
    whole(""),
    whole("TIME"),
    whole("VERB"),
    shortened("WHAT", 20),
    shortened("BY", 12).left_out(1),
];

fn row(logged: &Logged, time: String) -> Vec<crate::terminal::ui::Cell> {
    let entry = &logged.entry;
    let what = match entry.subjects.as_slice() {
        [] => "-".to_owned(),
        [one] => one.what.clone(),
        [first, rest @ ..] => format!("{} and {} more", first.what, rest.len()),
    };
    let by = match &entry.actor.parent {
        Some(parent) => format!("{} from {parent}", entry.actor.user),
        None => entry.actor.user.to_string(),
    };
    vec![
        toned(Tone::Quiet, logged.seq.to_string()),
        cell(time),
        cell(entry.verb.clone()),
        cell(what),
        cell(by),
    ]
}
