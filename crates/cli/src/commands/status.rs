//! `azvault status`

mod holding;

use azvault_agent::hold::Reach;
use azvault_model::rules::active::ActiveSource;
use azvault_model::rules::sign_in::SignIn;
use azvault_model::{ContextName, Mark};
use azvault_service::ask::{UnaskedReply, ask_unasked};
use azvault_service::contexts::chosen;
use azvault_service::failure::{Failure, Kind};
use azvault_service::holders;
use azvault_service::holders::{HolderView, Looked};
use azvault_service::opening::Opener;
use azvault_service::session;
use azvault_service::session::Session;
use azvault_service::text::{count, quoted, shown, shown_path};
use azvault_service::verbs::{CountVault, DescribeVault, DescribedVault, VaultCounts};
use azvault_service::{agent, paths};
use azvault_vault::{Error, Locked, Problem};
use serde::Serialize;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::output::documents::{ActingView, SignInView};
use crate::output::sign_in;
use crate::output::team::{SyncView, synced};
use crate::terminal::shell_language::in_this_shell;
use crate::terminal::ui::{Tone, cell, toned};

/// Show where the vault is, whether it is locked, which context and account act and why
///
/// Asks nothing: contexts and counts are shown when the agent holds the keys, or when a passphrase
/// or key is given. Agents and token endpoints are found through the kernel; those in another network
/// or pid namespace are out of sight.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Print what --expect-vault takes on other machines, ID:FINGERPRINT:GENERATION, and nothing
    /// else
    #[arg(long)]
    anchor: bool,
}

#[derive(Default, Serialize)]
struct Document {
    schema: u8,
    vault: String,
    state: &'static str,
    agent: Option<Agent>,
    /// Every process that was found which can hand something out.
    holders: Vec<HolderView>,
    looked_at: Vec<String>,
    session: Option<SessionView>,
    /// `none`, `alive`, or `gone`: it has ended, or is another shell's. Then no context acts.
    session_state: &'static str,
    active: Option<String>,
    active_because: Option<&'static str>,
    /// Who acts; `null` where nobody does, and while the vault is locked.
    acting: Option<ActingView>,
    /// How the acting context is marked.
    #[serde(skip_serializing_if = "Option::is_none")]
    mark: Option<&'static str>,
    /// What is known of its sign-in, while the vault is unlocked.
    #[serde(skip_serializing_if = "Option::is_none")]
    sign_in: Option<SignInView>,
    /// The same, for people.
    #[serde(skip)]
    known_sign_in: Option<SignIn>,
    /// What was chosen and is gone.
    missing: Option<String>,
    default: Option<String>,
    autosave: Option<Autosave>,
    /// `null` where nothing is forbidden.
    policy: Option<Policy>,
    contexts: Option<usize>,
    secrets: Option<usize>,
    /// Teams of the vault, and how the agent syncs each; while the vault is unlocked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    teams: Vec<TeamStatus>,
    /// Commands that make contexts of stored sign-ins, where there are no contexts.
    offers: Vec<String>,
    anchor: Option<String>,
}

#[derive(Serialize)]
struct Agent {
    pid: u32,
    /// `null` when the agent holds no keys.
    idle_limit_s: Option<u64>,
    idle_s: Option<u64>,
    expires_s: Option<u64>,
    /// Whether its keys go before the machine sleeps, and not after it woke.
    locks_before_sleep: bool,
    /// Which programs it answers: `user` or `terminal`.
    reach: Option<&'static str>,
}

#[derive(Serialize)]
struct TeamStatus {
    name: String,
    /// `null` where no agent syncs it.
    sync: Option<SyncView>,
    /// The same, for people.
    #[serde(skip)]
    told: String,
}

#[derive(Serialize)]
struct SessionView {
    id: String,
    leader: u32,
}

#[derive(Serialize)]
struct Autosave {
    mode: &'static str,
    because: &'static str,
}

#[derive(Serialize)]
struct Policy {
    files: Vec<String>,
    members: usize,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let path = app.vault_path()?;
        let vault = path.display().to_string();
        let mut document = Document { schema: 1, vault, ..Document::default() };
        document.policy = policy(app)?;
        let mut looked = None;
        match Locked::open(&path) {
            Err(Error { problem: Problem::NotThere, .. }) => {
                document.state = "absent";
                document.session_state = if paths::session().is_some() { "gone" } else { "none" };
                let given = app.given()?;
                document.active_because = given.as_ref().map(|given| given.because.as_str());
                document.active = given.map(|given| given.name.as_str().to_owned());
            }
            Ok(locked) => {
                let vault = locked.vault_id();
                document.agent = agent::status_within_policy(app, vault).map(|status| Agent {
                    pid: status.pid,
                    idle_limit_s: status.unlocked.and_then(|unlocked| unlocked.idle_limit_s),
                    idle_s: status.unlocked.map(|unlocked| unlocked.idle_s),
                    expires_s: status.unlocked.map(|unlocked| unlocked.expires_s),
                    locks_before_sleep: status.locks_before_sleep,
                    reach: status.unlocked.and_then(|unlocked| unlocked.reach).map(Reach::as_str),
                });
                drop(locked);
                match document.agent {
                    Some(_) => fill(app, &mut document)?,
                    // One that hangs answers nothing else either.
                    None => fill(&app.without_agent(), &mut document)?,
                }
                looked = Some(hold(holders::look(vault), &mut document));
            }
            Err(_) => fill(app, &mut document)?,
        }
        if self.anchor && app.ui.output != Output::Json {
            return print_anchor(app, document.anchor);
        }
        match app.ui.output {
            Output::Json => app.ui.json(&document),
            Output::Table | Output::Tsv | Output::Sarif => {
                print(app, &document, looked.as_ref(), &shown_path(&path));
            }
        }
        match looked.and_then(|looked| looked.unseen) {
            None => Ok(0),
            Some(why) => {
                let what = format!("not all processes could be looked for: {why}");
                Err(Failure::new(Kind::Other, what)
                    .hint("mount -t proc proc /proc && azvault status"))
            }
        }
    }
}

/// What holds the keys decides whether the vault is locked, whether this run may use it or not.
fn hold(looked: Looked, document: &mut Document) -> Looked {
    document.holders = looked.views();
    document.looked_at.clone_from(&looked.places);
    if document.state == "locked" {
        document.state = match (looked.holding().next(), looked.silent().next()) {
            (Some(_), _) => "unlocked",
            (None, Some(_)) => "unknown",
            (None, None) => "locked",
        };
    }
    looked
}

fn policy(app: &App) -> Result<Option<Policy>, Failure> {
    let members = app.policy()?.members();
    let mut files: Vec<String> =
        members.iter().map(|member| member.place.file.display().to_string()).collect();
    files.sort();
    files.dedup();
    Ok((!files.is_empty()).then_some(Policy { files, members: members.len() }))
}

fn fill(app: &App, document: &mut Document) -> Result<(), Failure> {
    let view =
        |session: &Session| SessionView { id: session.id().to_string(), leader: session.leader };
    let text = |name: &ContextName| name.as_str().to_owned();
    document.session_state = if paths::session().is_some() { "alive" } else { "none" };
    match ask_unasked(app, DescribeVault {}) {
        // Told, where every other command refuses: this is where one looks for the reason.
        Err(failure) if failure.kind == Kind::SignInNeeded => {
            document.session_state = "gone";
            document.active_because = Some(ActiveSource::Session.as_str());
            match ask_unasked(app, CountVault {})? {
                UnaskedReply::Locked(_) => document.state = "locked",
                UnaskedReply::Reply(counts) => fill_counts(document, counts, app.now()),
            }
        }
        Err(failure) => return Err(failure),
        Ok(UnaskedReply::Locked(session)) => {
            document.state = "locked";
            document.session = session.as_deref().map(view);
            let choice = session.as_deref().and_then(|session| session.state.active.as_ref());
            let given = app.given()?;
            document.active_because = match (&given, choice) {
                (Some(given), _) => Some(given.because.as_str()),
                (None, Some(_)) => Some(ActiveSource::Session.as_str()),
                (None, None) => None,
            };
            let given = given.map(|given| given.name);
            document.active = given.as_ref().or(choice.and_then(chosen)).map(text);
        }
        Ok(UnaskedReply::Reply(described)) => {
            let DescribedVault {
                counts,
                session,
                active,
                because,
                acting,
                sign_in,
                missing,
                autosave,
                offers,
            } = described;
            fill_counts(document, counts, app.now());
            document.session = session
                .map(|session| SessionView { id: session.id.to_string(), leader: session.leader });
            document.active = active.as_ref().map(text);
            document.active_because = Some(because.as_str());
            let mark = acting.as_ref().and_then(|acting| acting.context().labels.mark);
            document.mark = mark.map(Mark::as_str);
            document.sign_in = sign_in.map(SignInView::new);
            document.known_sign_in = sign_in;
            document.acting = acting.as_ref().map(ActingView::new);
            document.missing = missing.as_ref().map(text);
            let (mode, because) = (autosave.mode.as_str(), autosave.because.as_str());
            document.autosave = Some(Autosave { mode, because });
            document.offers = offers;
        }
    }
    Ok(())
}

/// What an open vault has, whichever context acts.
fn fill_counts(document: &mut Document, counts: VaultCounts, now: i64) {
    let VaultCounts { pin, default, contexts, secrets, teams } = counts;
    let teams = teams.into_iter().map(|team| TeamStatus {
        sync: team.sync.as_ref().map(SyncView::from),
        told: synced(team.sync.as_ref(), now),
        name: team.name,
    });
    document.teams = teams.collect();
    document.state = "unlocked";
    document.anchor = Some(pin);
    document.default = default.map(|name| name.as_str().to_owned());
    document.contexts = Some(contexts);
    document.secrets = Some(secrets);
}

fn print_anchor(app: &App, anchor: Option<String>) -> Exit {
    // Where there is no vault, that is what keeps it from having one.
    Opener::new(app).locked()?;
    let locked = || Failure::new(Kind::Locked, "the vault is locked").hint("azvault unlock");
    app.ui.line(anchor.ok_or_else(locked)?);
    Ok(0)
}

fn print(app: &App, document: &Document, looked: Option<&Looked>, path: &str) {
    let number = |n: Option<usize>| n.map_or_else(|| "sealed".to_owned(), |n| n.to_string());
    let name = |name: &Option<String>| name.clone().unwrap_or_else(|| "-".to_owned());
    let mut rows = vec![("vault", path.to_owned()), ("state", holding::state(document, looked))];
    if document.state != "absent" {
        rows.extend(holding::rows(document, looked));
        let session = document.session.as_ref();
        let session = session.map(|session| format!("ends with process {}", session.leader));
        let other = if document.session_state == "gone" { "gone" } else { "-" };
        rows.push(("session", session.unwrap_or_else(|| other.to_owned())));
        let because = document.active_because.map(|because| format!(" ({because})"));
        let active = match &document.missing {
            Some(missing) => format!("none: {} is gone", quoted(missing)),
            None => name(&document.active),
        };
        let mark = document.mark.map(|mark| format!(", {mark}")).unwrap_or_default();
        rows.push(("active", format!("{active}{}{mark}", because.unwrap_or_default())));
        if let Some(whose) = document.acting.as_ref().and_then(ActingView::whose) {
            rows.push(("account", whose));
        }
        if let Some(known) = document.known_sign_in {
            rows.push(("sign-in", sign_in::told(known, app.now()).1));
        }
        rows.push(("default", name(&document.default)));
        if let Some(autosave) = &document.autosave {
            rows.push(("autosave", format!("{} ({})", autosave.mode, autosave.because)));
        }
        rows.push(("contexts", number(document.contexts)));
        rows.push(("secrets", number(document.secrets)));
        for TeamStatus { name, told, .. } in &document.teams {
            rows.push(("team", format!("{}, synced {told}", shown(name))));
        }
        rows.push(("anchor", document.anchor.clone().unwrap_or_else(|| "sealed".to_owned())));
    }
    if let Some(Policy { files, members }) = &document.policy {
        let number = count(*members, "member");
        rows.push(("policy", format!("{number} of {} (azvault policy show)", files.join(" and "))));
    }
    let value = |key: &str, value: String| match (key, document.mark, document.known_sign_in) {
        ("active", Some(_), _) => toned(Tone::Bad, value),
        ("sign-in", _, Some(known)) => toned(sign_in::told(known, app.now()).0, value),
        _ => cell(value),
    };
    let rows: Vec<_> = rows.into_iter().map(|(k, v)| vec![cell(k), value(k, v)]).collect();
    app.ui.table(&["", ""], &rows);
    if document.session_state == "gone" {
        let Failure { what, hint, .. } = session::gone();
        app.ui.warning(format!("{what}: commands that use contexts refuse"));
        app.ui.note(format!("try: {}", in_this_shell(&hint.unwrap_or_default())));
    }
    for offer in &document.offers {
        app.ui.note(format!("a sign-in without contexts is stored: {offer}"));
    }
    if document.state == "absent" {
        app.ui.note("no vault yet: azvault migrate makes one and moves your sign-ins into it");
    }
}
