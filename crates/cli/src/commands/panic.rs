//! `azvault panic`

use serde::Serialize;

use crate::app::App;
use crate::cli::Output;
use crate::documents::{SCHEMA, SecretView};
use crate::failure::{Code, Failure};
use crate::listed;
use crate::panic::{self, Ended, Logged};
use crate::ui::{cell, count, shown_path};

/// Lock everything at once, and list what to revoke, worst first
///
/// For when the machine or an account may be in other hands. Ends every agent of yours, of all
/// vaults, and every door of exec and shell: they give out no token any more, and what sessions had
/// of their own is gone. Then lists each credential of this vault by what it opens, with the
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
    credentials: Vec<SecretView<'a>>,
}

#[derive(Serialize)]
struct EndedView {
    agents: usize,
    doors: usize,
    /// Processes that could not be ended; `null` for one whose number is not known.
    left: Vec<Option<u32>>,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> super::Ended {
        let (ended, read) = panic::lock_all(app);
        say(app, &ended);
        let (contexts, logged) = match read {
            Some(read) => read,
            None => panic::read_afterwards(app)?,
        };
        if logged == Logged::No {
            app.ui.warning("the audit log does not tell of this");
        }
        let credentials = listed::worst_first(&contexts, app.now());
        match app.ui.output {
            Output::Json => {
                let left = ended.left.iter().map(|(_, pid)| *pid).collect();
                let view = EndedView { agents: ended.agents, doors: ended.doors, left };
                let audited = logged == Logged::Yes;
                app.ui.json(&Document { schema: SCHEMA, ended: view, audited, credentials });
            }
            Output::Table => credentials.iter().for_each(|one| listed::print(app, one)),
            Output::Tsv => {
                let rows: Vec<_> = credentials.iter().flat_map(rows).collect();
                app.ui.table(&[], &rows);
            }
        }
        if ended.left.is_empty() {
            return Ok(0);
        }
        Err(Failure::new(Code::Other, "not everything could be ended")
            .hint("what is said above of each, then azvault panic again"))
    }
}

fn say(app: &App, ended: &Ended) {
    let (agents, doors) = (count(ended.agents, "agent"), count(ended.doors, "door"));
    app.ui.note(format!("locked: ended {agents} and {doors}; sessions are gone with them"));
    for (file, pid) in &ended.left {
        let who = pid.map_or_else(|| "a process".to_owned(), |pid| format!("process {pid}"));
        let file = shown_path(file);
        app.ui.warning(format!("{who} may still hold keys: fuser --kill {file}"));
    }
}

fn rows(secret: &SecretView<'_>) -> Vec<Vec<crate::ui::Cell>> {
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
