//! `azvault panic`

use azvault_model::SecretKind;
use azvault_service::failure::{Failure, Kind};
use azvault_service::holders;
use azvault_service::panic;
use azvault_service::panic::{Ended, Logged};
use azvault_service::text::count;
use serde::Serialize;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::output;
use crate::output::documents::{SCHEMA, SecretView};
use crate::terminal::ui::cell;

/// Lock everything at once, and list what to revoke, worst first
///
/// For when the machine or an account may be in other hands. Ends every agent of yours, of all
/// vaults, every token endpoint of exec and shell and every renewal, found through the kernel: they
/// give out no token any more, and what sessions had of their own is gone. Processes in another
/// network or pid namespace are out of sight: run it there as well. Then lists each credential of this vault by what it opens, with the
/// commands of Azure CLI that revoke it. azvault revokes nothing itself: type them, from the top,
/// where az is signed in to the tenant. With -o tsv a line for each command: rank, kind, account, id,
/// what it opens, command.
#[derive(clap::Args)]
pub(crate) struct Args {}

#[derive(Serialize)]
struct Document<'a> {
    schema: u8,
    ended: EndedView,
    /// Whether the audit log tells of it.
    audited: bool,
    looked_at: Vec<String>,
    credentials: Vec<SecretView<'a>>,
}

#[derive(Serialize)]
struct EndedView {
    agents: usize,
    doors: usize,
    renewals: usize,
    /// Processes that could not be ended; `null` for one whose number is not known.
    left: Vec<Option<u32>>,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let (ended, read) = panic::lock_all(app);
        say(app, &ended);
        let (secrets, logged) = match read {
            Some(read) => read,
            None => panic::read_afterwards(app)?,
        };
        if logged == Logged::No {
            app.ui.warning("the audit log does not tell of this");
        }
        let credentials: Vec<_> = secrets.iter().map(SecretView::of_listed).collect();
        match app.ui.output {
            Output::Json => {
                let looked_at = holders::places();
                let (ended, audited) = (EndedView::from(&ended), logged == Logged::Yes);
                app.ui.json(&Document { schema: SCHEMA, ended, audited, looked_at, credentials });
            }
            Output::Table | Output::Sarif => {
                credentials.iter().for_each(|one| output::secrets::print(app, one));
                say_on_tokens(app, &credentials);
            }
            Output::Tsv => {
                let rows: Vec<_> = credentials.iter().flat_map(rows).collect();
                app.ui.table(&[], &rows);
            }
        }
        verdict(&ended).map_or(Ok(0), Err)
    }
}

impl From<&Ended> for EndedView {
    fn from(ended: &Ended) -> Self {
        let left = ended.left.iter().map(|left| left.pid).collect();
        let (agents, doors, renewals) = (ended.agents, ended.endpoints, ended.renewals);
        Self { agents, doors, renewals, left }
    }
}

/// Why not everything is certain to be locked.
fn verdict(ended: &Ended) -> Option<Failure> {
    if !ended.left.is_empty() {
        let next: Vec<&str> = ended.left.iter().map(|left| left.next.as_str()).collect();
        return Some(
            Failure::new(Kind::Other, "not everything could be ended").hint(next.join("; ")),
        );
    }
    let why = ended.unseen.as_ref()?;
    let what = format!("not all processes could be looked for, and one may hold keys: {why}");
    Some(Failure::new(Kind::Other, what).hint("mount -t proc proc /proc && azvault panic"))
}

fn say(app: &App, ended: &Ended) {
    if ended.number() == 0 && ended.is_all() {
        let places = holders::places().join(", ");
        app.ui.note(format!("no agent or endpoint was running (looked at: {places})"));
    } else if ended.number() > 0 {
        let mut parts = vec![count(ended.agents, "agent"), count(ended.endpoints, "endpoint")];
        parts.extend((ended.renewals > 0).then(|| count(ended.renewals, "renewal")));
        let parts = parts.join(" and ");
        let locked = if ended.is_all() { "locked: " } else { "" };
        app.ui.note(format!("{locked}ended {parts}; sessions are gone with them"));
    }
    for left in &ended.left {
        let who = left.pid.map_or_else(|| "a process".to_owned(), |pid| format!("process {pid}"));
        app.ui.warning(format!("{who} may still hold keys: {}", left.next));
    }
    if let Some(why) = &ended.unseen {
        app.ui.warning(format!("not all processes could be looked for: {why}"));
    }
}

/// What is on tokens is in no copy of the vault: of all that is listed the only thing that need not be revoked.
fn say_on_tokens(app: &App, credentials: &[SecretView<'_>]) {
    let on_token = |one: &&SecretView<'_>| one.facts.kind == SecretKind::Pkcs11Key.as_str();
    let number = credentials.iter().filter(on_token).count();
    if number > 0 {
        let keys = count(number, "key");
        app.ui.note(format!(
            "{keys} on tokens cannot be copied: nothing to revoke while you have the tokens"
        ));
    }
}

fn rows(secret: &SecretView<'_>) -> Vec<Vec<crate::terminal::ui::Cell>> {
    let Some(radius) = &secret.blast_radius else { return Vec::new() };
    let nothing = [String::new()];
    let commands = if radius.revoke.is_empty() { &nothing[..] } else { &radius.revoke };
    let account = secret.facts.account.unwrap_or_default();
    let row = |command: &String| {
        let rank = radius.rank.to_string();
        let facts = [&rank, secret.facts.kind, account, &secret.id, &radius.opens, command];
        facts.into_iter().map(cell).collect()
    };
    commands.iter().map(row).collect()
}
