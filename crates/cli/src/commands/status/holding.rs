//! Who holds the keys, and for how long: the lines of `status` about it.

use std::time::Duration;

use azvault_agent::holder::Kind;
use azvault_service::holders::{Found, Looked};
use azvault_service::time;

use super::{Agent, Document};

/// The agent of this shell, every other process, and where was looked.
pub(super) fn rows(document: &Document, looked: Option<&Looked>) -> Vec<(&'static str, String)> {
    let found = looked.map_or(&[][..], |looked| &looked.found);
    let mut rows = Vec::new();
    match &document.agent {
        Some(agent) => rows.push(("agent", agent_words(agent))),
        // The row of one that was found in another way says more.
        None if found.iter().any(|one| one.kind == Kind::Agent) => {}
        None => rows.push(("agent", "-".to_owned())),
    }
    let holding = document.agent.as_ref().filter(|agent| agent.expires_s.is_some());
    rows.extend(holding.map(|agent| ("sleep", of_sleep(agent).to_owned())));
    let reach = holding.and_then(|agent| agent.reach).filter(|reach| *reach == "terminal");
    rows.extend(reach.map(|_| ("reach", "terminals in which it was unlocked".to_owned())));
    rows.extend(found.iter().filter_map(|found| holder_row(document, found)));
    rows.extend(looked.map(|looked| ("looked at", looked.places())));
    rows
}

/// The state, and what makes it so where that is not the agent of this shell.
pub(super) fn state(document: &Document, looked: Option<&Looked>) -> String {
    let is_own = |found: &&Found| !is_of_this_shell(document, found);
    let of: Vec<String> = match (document.state, looked) {
        ("unlocked", Some(looked)) => {
            looked.holding().filter(is_own).map(Found::to_string).collect()
        }
        ("unknown", Some(looked)) => looked.silent().map(Found::to_string).collect(),
        _ => Vec::new(),
    };
    let what = if document.state == "unknown" { "no answer from " } else { "" };
    if of.is_empty() {
        return document.state.to_owned();
    }
    format!("{} ({what}{})", document.state, of.join(", "))
}

fn is_of_this_shell(document: &Document, found: &Found) -> bool {
    document.agent.as_ref().is_some_and(|agent| found.pid == Some(agent.pid))
}

/// Of each process but the agent of this shell.
fn holder_row(document: &Document, found: &Found) -> Option<(&'static str, String)> {
    if is_of_this_shell(document, found) {
        return None;
    }
    let state = match (found.report, found.keys()) {
        (_, Some(keys)) => locks(keys.idle_limit, keys.idle, keys.expires),
        (Some(_), None) if found.kind == Kind::Endpoint => "asks the agent for keys".to_owned(),
        (Some(_), None) => "holds no keys".to_owned(),
        (None, None) => "does not answer".to_owned(),
    };
    Some((found.kind.as_str(), format!("{found}, {state}")))
}

fn agent_words(agent: &Agent) -> String {
    match (agent.idle_limit_s, agent.idle_s, agent.expires_s) {
        (limit, Some(idle), Some(left)) => {
            // An agent of an older version does not say its limit.
            format!("process {}, {}", agent.pid, locks(limit.unwrap_or(left), idle, left))
        }
        _ => format!("process {}, holds no keys", agent.pid),
    }
}

/// What happens when the machine sleeps.
fn of_sleep(agent: &Agent) -> &'static str {
    if agent.locks_before_sleep {
        return "locks before the machine sleeps";
    }
    "locks within seconds after the machine woke: no login manager answers at the system bus"
}

/// When keys go, in words.
fn locks(idle_limit: u64, idle: u64, expires: u64) -> String {
    let words = |seconds| time::words(Duration::from_secs(seconds));
    if idle_limit.saturating_sub(idle) >= expires {
        return format!("locks in {}", words(expires));
    }
    format!("locks after {} without use, at the latest in {}", words(idle_limit), words(expires))
}
