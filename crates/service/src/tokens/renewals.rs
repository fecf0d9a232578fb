//! Renewals under way: in a command, which waits for its own; in the agent, which answers others meanwhile, and
//! lets all who want the same token wait for one.

use std::collections::HashMap;
use std::fs::File;
use std::path::PathBuf;
use std::process::Child;
use std::sync::Arc;

use azvault_vault::{Id, VaultId};

use super::renewal::{Progress, Renewal};
use super::renewal_process::{Heard, RenewalProcess};
use super::renewed::{Ended, Ticket};
use super::token_request::TokenRequest;
use super::{account_lock, cached, order, store, unclaimed};
use crate::app::App;
use crate::failure::{Failure, Kind};
use crate::opening::OpenVault;
use crate::paths;
use crate::recorder::Recorder;

/// Sees to it that a token that fits is in the cache, however long that takes.
pub(super) fn renew_here(
    app: &App,
    open: &mut OpenVault,
    wanted: &TokenRequest,
) -> Result<(), Failure> {
    let turn = account_lock::wait(&paths::turns(&app.anchors()?), open.vault.id(), of(wanted));
    let turn = turn.map_err(no_turn)?;
    let Some((mut renewal, mut order)) = begin(app, open, wanted)? else { return Ok(()) };
    loop {
        let mut process = RenewalProcess::start(&mut order, &turn).map_err(not_started)?;
        let answer = process.wait()?;
        let taken = renewal.take(app, open, answer);
        if let Ok(Progress::Ended(Ok(()))) = taken {
            process.tell_stored();
        }
        // It has nothing more to do but to keep what was not stored.
        let _ = process.let_go().wait();
        match taken? {
            Progress::Ended(outcome) => return outcome,
            Progress::Ask(next) => order = *next,
        }
    }
}

/// What is asked first; `None` where the token is there by now. For who has the turn of the account.
fn begin(
    app: &App,
    open: &mut OpenVault,
    wanted: &TokenRequest,
) -> Result<Option<(Renewal, order::Order)>, Failure> {
    unclaimed::settle(app, open)?;
    open.refresh(app)?;
    super::allowed(app, &open.contexts, wanted)?;
    // Whoever had the turn before may have got just this token.
    if cached::find(app, &open.contexts, wanted)?.is_some() {
        return Ok(None);
    }
    let mut renewal = Renewal::begin(app, open, wanted)?;
    let order = renewal.next(app, open)?.ok_or_else(crate::contexts::none_active)?;
    Ok(Some((renewal, order)))
}

/// Whose turn it is.
fn of(wanted: &TokenRequest) -> &str {
    wanted.home_account_id.as_ref().unwrap_or(&wanted.account)
}

fn no_turn(error: std::io::Error) -> Failure {
    Failure::new(Kind::Other, format!("no turn to renew: {error}"))
}

fn not_started(error: std::io::Error) -> Failure {
    Failure::new(Kind::Other, format!("renewing: {error}"))
}

/// A request that waits for a token.
pub(crate) struct Waiting {
    /// Of the one who asked, for as long as the renewal takes.
    pub(crate) app: App,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) ticket: Ticket,
}

/// All that are under way in this process.
#[derive(Default)]
pub(crate) struct Renewals {
    running: Vec<Running>,
    /// For those who ask again.
    ended: HashMap<Ticket, Vec<Ended>>,
    /// Renewers that have nothing more to do.
    leaving: Vec<Child>,
}

/// One of them.
pub(crate) struct Running {
    renewal: Renewal,
    /// The session whose credential it is.
    session: Option<Id>,
    process: RenewalProcess,
    turn: File,
    first: Waiting,
    others: Vec<Ticket>,
}

/// A vault that was opened to store what came, which stays whole, and where it is.
pub(crate) struct Kept {
    pub(crate) path: PathBuf,
    pub(crate) open: OpenVault,
}

/// A renewer has answered, or broke off.
pub(crate) struct Answered {
    running: Running,
    answer: Result<Box<order::Answer>, Failure>,
}

impl Renewals {
    /// What was renewed for one who waits.
    pub(crate) fn ended(&self, ticket: Ticket) -> Vec<Ended> {
        self.ended.get(&ticket).cloned().unwrap_or_default()
    }

    /// Whether one who waits waits for a renewer of this process.
    pub(crate) fn is_at_work_for(&self, ticket: Ticket) -> bool {
        let mut running = self.running.iter();
        running.any(|one| one.first.ticket == ticket || one.others.contains(&ticket))
    }

    /// Nobody waits with that ticket any more. What is under way goes on.
    pub(crate) fn forget_ticket(&mut self, ticket: Ticket) {
        self.ended.remove(&ticket);
    }

    /// Has a request wait for a token: with others who want the same, or for a renewal that begins. Where
    /// somebody else renews for the account, it waits for that, and is answered again.
    pub(crate) fn wait(
        &mut self,
        waiting: Waiting,
        open: &mut OpenVault,
        wanted: &TokenRequest,
    ) -> Result<(), Failure> {
        let session = store::is_of_session(&open.contexts, wanted);
        let session = open.contexts.session.as_ref().filter(|_| session).map(|own| own.id());
        let is_it =
            |one: &&mut Running| one.session == session && one.renewal.wanted().is_same(wanted);
        if let Some(running) = self.running.iter_mut().find(is_it) {
            running.others.push(waiting.ticket);
            return Ok(());
        }
        let app = &waiting.app;
        let Some(turn) = turn(app, open.vault.id(), wanted)? else { return Ok(()) };
        let Some((renewal, mut order)) = begin(app, open, wanted)? else { return Ok(()) };
        let process = RenewalProcess::start(&mut order, &turn).map_err(not_started)?;
        let others = Vec::new();
        self.running.push(Running { renewal, session, process, turn, first: waiting, others });
        Ok(())
    }

    /// The renewers that are waited for.
    pub(crate) fn processes(&self) -> impl Iterator<Item = &RenewalProcess> {
        self.running.iter().map(|running| &running.process)
    }

    /// Those that have answered by now.
    pub(crate) fn answered(&mut self) -> Vec<Answered> {
        self.leaving.retain_mut(|child| matches!(child.try_wait(), Ok(None)));
        let mut answered = Vec::new();
        for mut running in std::mem::take(&mut self.running) {
            match running.process.go_on() {
                Ok(Heard::Nothing) => self.running.push(running),
                Ok(Heard::Answer(answer)) => {
                    answered.push(Answered { running, answer: Ok(answer) });
                }
                Err(failure) => answered.push(Answered { running, answer: Err(failure) }),
            }
        }
        answered
    }

    /// Stores what came, or asks with another credential; who waits is to be answered again.
    pub(crate) fn take(
        &mut self,
        answered: Answered,
        open: impl FnOnce(&App) -> Result<OpenVault, Failure>,
    ) -> Option<Kept> {
        let Answered { mut running, answer } = answered;
        let app = &running.first.app;
        let path = app.options.vault.clone().unwrap_or_default();
        let taken = answer.and_then(|answer| {
            let mut open = open(app)?;
            let progress = running.renewal.take(app, &mut open, *answer)?;
            Ok((progress, open))
        });
        let (taken, kept) = match taken {
            Ok((progress, open)) => (Ok(progress), Some(Kept { path, open })),
            Err(failure) => (Err(failure), None),
        };
        match taken {
            Ok(Progress::Ask(mut order)) => {
                match RenewalProcess::start(&mut order, &running.turn) {
                    Ok(process) => {
                        let before = std::mem::replace(&mut running.process, process);
                        self.leaving.push(before.let_go());
                        self.running.push(running);
                    }
                    Err(e) => self.end(running, Err(not_started(e))),
                }
            }
            Ok(Progress::Ended(outcome)) => {
                if outcome.is_ok() {
                    running.process.tell_stored();
                }
                self.end(running, outcome);
            }
            Err(failure) => self.end(running, Err(failure)),
        }
        kept
    }

    fn end(&mut self, running: Running, outcome: Result<(), Failure>) {
        let Running { renewal, process, first, others, .. } = running;
        self.leaving.push(process.let_go());
        let ended =
            Ended { wanted: renewal.wanted().clone(), outcome, said: first.recorder.said() };
        for ticket in std::iter::once(first.ticket).chain(others) {
            self.ended.entry(ticket).or_default().push(ended.clone());
        }
    }

    /// Lets go of all: what they got is kept sealed by the renewers.
    pub(crate) fn forget(&mut self) {
        let running = std::mem::take(&mut self.running);
        self.leaving.extend(running.into_iter().map(|running| running.process.let_go()));
        self.ended.clear();
    }
}

fn turn(app: &App, vault: VaultId, wanted: &TokenRequest) -> Result<Option<File>, Failure> {
    account_lock::attempt(&paths::turns(&app.anchors()?), vault, of(wanted)).map_err(no_turn)
}
