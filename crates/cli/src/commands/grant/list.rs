//! `azvault grant list`

use azvault_service::ask::ask_agent;
use azvault_service::time::utc;
use azvault_service::verbs::{ListGrants, ListedGrant};
use serde::Serialize;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::output::documents::SCHEMA;
use crate::terminal::ui::cell;

/// List what the endpoints of exec, shell and endpoint may ask the agent for
///
/// Each is bound to a process and what that starts, and ends with it. Where exec or
/// shell opened the vault with --no-agent there is none: azvault status shows their endpoints.
#[derive(clap::Args)]
pub(crate) struct Args {}

#[derive(Serialize)]
struct Document<'a> {
    schema: u8,
    grants: Vec<GrantView<'a>>,
}

#[derive(Serialize)]
struct GrantView<'a> {
    id: &'a str,
    /// `exec`, `shell`, `endpoint` or `shell-init`.
    verb: &'a str,
    process: u32,
    /// The program of the shell that asked; `null` for all others.
    shell: Option<&'a str>,
    /// The context with which the command began.
    context: Option<&'a str>,
    /// `null` for all accounts, for several, and for nobody.
    account: Option<&'a str>,
    /// Empty for all accounts, and for nobody.
    accounts: &'a [String],
    all_accounts: bool,
    /// Empty for every one.
    tenants: &'a [String],
    /// Empty for every one.
    resources: &'a [String],
    /// Unix seconds; `null` where it ends with its process alone.
    expires: Option<i64>,
    /// Unix seconds.
    since: i64,
}

impl<'a> From<&'a ListedGrant> for GrantView<'a> {
    fn from(grant: &'a ListedGrant) -> Self {
        Self {
            id: &grant.id,
            verb: &grant.verb,
            process: grant.process,
            shell: grant.shell.as_deref(),
            context: grant.context.as_deref(),
            account: grant.account.as_deref(),
            accounts: &grant.accounts,
            all_accounts: grant.all_accounts,
            tenants: &grant.tenants,
            resources: &grant.resources,
            expires: grant.expires,
            since: grant.since,
        }
    }
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let listed = ask_agent(app, ListGrants {})?.0;
        if app.ui.output == Output::Json {
            let grants = listed.iter().map(GrantView::from).collect();
            app.ui.json(&Document { schema: SCHEMA, grants });
            return Ok(0);
        }
        if listed.is_empty() {
            app.ui.note("no command runs that exec or shell started, and there is no endpoint");
            return Ok(0);
        }
        let rows: Vec<_> = listed
            .iter()
            .map(|grant| {
                let account = match grant.accounts.as_slice() {
                    [] => if grant.all_accounts { "all" } else { "-" }.to_owned(),
                    some => some.join(", "),
                };
                vec![
                    cell(&grant.id),
                    cell(&grant.verb),
                    cell(match &grant.shell {
                        Some(shell) => format!("{} ({shell})", grant.process),
                        None => grant.process.to_string(),
                    }),
                    cell(grant.context.as_deref().unwrap_or("-")),
                    cell(account),
                    cell(only(&[&grant.tenants, &grant.resources])),
                    cell(utc(grant.since)),
                    cell(grant.expires.map_or_else(|| "-".to_owned(), utc)),
                ]
            })
            .collect();
        app.ui.table(
            &["ID", "VERB", "PROCESS", "CONTEXT", "ACCOUNT", "ONLY", "SINCE", "EXPIRES"],
            &rows,
        );
        Ok(0)
    }
}

/// Tenants and resources to which a grant is held, in one cell.
fn only(bounds: &[&[String]]) -> String {
    let all: Vec<&str> = bounds.iter().copied().flatten().map(String::as_str).collect();
    if all.is_empty() { "-".to_owned() } else { all.join(", ") }
}
