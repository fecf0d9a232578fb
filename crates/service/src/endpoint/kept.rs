//! The keys of an endpoint, as long as they may be held: the limits of an agent hold here too.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use azvault_agent::hold::{Hold, Moment};
use azvault_agent::holder::{Beacon, Report};
use azvault_agent::{CallError, Client, HandleHash, now};
use azvault_model::Secret;
use azvault_os::pipe::{Bell, Interest, Wait};
use azvault_os::process::{ProcessHandle, Signal, Signals, parent_name_of};
use azvault_vault::{VaultId, sha256};
use zeroize::Zeroizing;

use super::asked_again::AskedAgain;
use super::bounds::Bounds;
use super::reported::Reported;
use super::terms::{HandedKeys, Means, Start};
use crate::agent;
use crate::app::App;
use crate::ask::from_agent;
use crate::failure::{Failure, Kind};
use crate::grants::AskingShell;
use crate::message::SecretPart;
use crate::opening::OwnKeys;
use crate::policy;
use crate::session;
use crate::verbs::AskForGrant;

/// The shortest and the longest time between two looks, while keys are held. A policy may change.
const MIN_WAIT: Duration = Duration::from_millis(200);
const MAX_WAIT: Duration = Duration::from_secs(2);

/// How an endpoint gets its tokens.
pub(super) struct Kept {
    app: App,
    whose: Endpoint,
    /// What it may ask the agent for.
    grant: Mutex<Option<Secret>>,
    state: Mutex<State>,
    reported: Reported,
    asked_again: AskedAgain,
    /// The agent with which the grant was claimed, and the hash by which that knows it.
    claimed: Mutex<Option<(Client, HandleHash)>>,
}

/// Whose endpoint this process is, of which vault, and what it hands out at most.
pub(super) struct Endpoint {
    pub(super) start: Start,
    pub(super) leader: u32,
    pub(super) vault: VaultId,
    pub(super) bounds: Bounds,
}

struct State {
    /// Of this process, where no agent has them.
    keys: Option<OwnKeys>,
    hold: Hold,
    /// How often keys were wiped: what was opened before hands nothing out after.
    wiped: u64,
    /// Tokens under way that were begun with keys.
    under_way: usize,
}

/// Where one token comes from.
pub(super) enum Source<'k> {
    /// With keys of this process.
    Keys(KeysInUse<'k>),
    /// The agent is asked, with this handle.
    Grant(Secret),
}

/// Keys of this process, for one token.
pub(super) struct KeysInUse<'k> {
    pub(super) keys: OwnKeys,
    pub(super) in_use: InUse<'k>,
}

/// Ends with the token.
pub(super) struct InUse<'k> {
    kept: &'k Kept,
    wiped: u64,
}

impl Kept {
    pub(super) fn new(app: &App, whose: Endpoint, means: Means) -> Result<Self, Failure> {
        let app = app.afresh();
        let limits = policy::limits(&app, None, None)?;
        let keys = means.keys.map(|HandedKeys { epoch, bytes }| {
            let mut own = Zeroizing::new(Vec::with_capacity(bytes.value().len()));
            // EXPOSE: the keys that this process has from here on.
            own.extend_from_slice(bytes.value().expose());
            OwnKeys::new(epoch, own)
        });
        let grant = Mutex::new(means.grant.map(SecretPart::into_value));
        let hold = Hold::new(limits, now());
        let state = Mutex::new(State { keys, hold, wiped: 0, under_way: 0 });
        let (reported, asked_again) = (Reported::default(), AskedAgain::default());
        Ok(Self { app, whose, grant, state, reported, asked_again, claimed: Mutex::default() })
    }

    /// How a token is got now: with keys of this process, else from the agent, which may have been unlocked
    /// since.
    pub(super) fn source(&self) -> Result<Source<'_>, Failure> {
        self.look();
        let mut state = self.state();
        if let Some(keys) = state.keys.as_ref().map(OwnKeys::copied) {
            state.under_way += 1;
            let in_use = InUse { kept: self, wiped: state.wiped };
            return Ok(Source::Keys(KeysInUse { keys, in_use }));
        }
        drop(state);
        if self.asks_for_grants() && !self.has_a_grant() {
            self.ask_for_grant()?;
        }
        self.grant().map(Source::Grant)
    }

    /// Whether it asks the agent for its grants, when it needs one.
    pub(super) fn asks_for_grants(&self) -> bool {
        self.whose.start == Start::ShellInit
    }

    /// A new grant, in the place of one that is good for nothing any more.
    pub(super) fn another_grant(&self) -> Result<Secret, Failure> {
        self.ask_for_grant()?;
        self.grant()
    }

    fn grant(&self) -> Result<Secret, Failure> {
        let grant = self.grant.lock().unwrap_or_else(PoisonError::into_inner);
        // EXPOSE: for one request.
        let grant = grant.as_ref().map(|grant| Secret::copied_from(grant.expose()));
        grant.ok_or_else(|| locked_for_good(self.whose.start))
    }

    /// Whether the agent knows the grant. It may be another agent than the one that gave it, or have other keys.
    fn has_a_grant(&self) -> bool {
        let claimed = self.claimed.lock().unwrap_or_else(PoisonError::into_inner);
        let hash = claimed.as_ref().map(|(_, hash)| *hash);
        let client = agent::client(self.whose.vault).ok();
        hash.zip(client).is_some_and(|(hash, client)| client.claim_grant(&hash).is_ok())
    }

    /// Has the agent give one for the shell, if the vault is unlocked for it.
    fn ask_for_grant(&self) -> Result<(), Failure> {
        let Endpoint { leader, ref bounds, .. } = self.whose;
        let program = parent_name_of(leader).unwrap_or_default();
        let shell = AskingShell { process: leader, program };
        let mut verb = AskForGrant { shell, bounds: bounds.clone() };
        let given = from_agent(&self.app.afresh(), &mut verb)?.ok_or_else(Failure::locked)?;
        let handle = given.handle.into_value();
        *self.grant.lock().unwrap_or_else(PoisonError::into_inner) = Some(handle);
        self.claim()
    }

    /// A process goes on when the session has ended in which its endpoint was opened: that is to be opened again.
    pub(super) fn explained(&self, failure: Failure) -> Failure {
        if self.whose.start != Start::Process || failure.what != session::gone().what {
            return failure;
        }
        let what = "the session has ended in which this endpoint was opened";
        Failure::new(Kind::SignInNeeded, what)
            .hint("azvault endpoint --for-process PID NAME, in PowerShell Connect-AzVault, opens it again")
    }

    /// Makes the grant this process's alone, while it descends from the process that it is for. Where no agent
    /// has it, the keys of this process are all there is.
    pub(super) fn claim(&self) -> Result<(), Failure> {
        let grant = self.grant.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(grant) = grant.as_ref() else { return Ok(()) };
        // EXPOSE: hashed, as the agent knows it.
        let hash = sha256(grant.expose());
        let client = agent::client(self.whose.vault)?;
        client.claim_grant(&hash).map_err(|e| agent::failed(&e))?;
        *self.claimed.lock().unwrap_or_else(PoisonError::into_inner) = Some((client, hash));
        Ok(())
    }

    /// Whether it has no keys, and a grant that it claimed was ended: who ended it told it so.
    fn is_left_with_nothing(&self) -> bool {
        let claimed = self.claimed.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((client, hash)) = claimed.as_ref() else { return false };
        matches!(client.claim_grant(hash), Err(CallError::Refused))
    }

    /// Tokens that tools report as refused.
    pub(super) fn reported(&self) -> &Reported {
        &self.reported
    }

    /// Processes that asked before.
    pub(super) fn asked_again(&self) -> &AskedAgain {
        &self.asked_again
    }

    /// The process whose endpoint it is.
    pub(super) fn leader(&self) -> u32 {
        self.whose.leader
    }

    /// Wipes the keys if they are due, or not allowed any more.
    fn look(&self) {
        let app = self.app.afresh();
        let most = policy::most(&app);
        let used = self.whose.start == Start::Command && policy::is_used_while_a_command_runs(&app);
        let mut state = self.state();
        if state.keys.is_none() {
            return;
        }
        let now = now();
        // A policy that cannot be followed forbids each token for itself.
        if let Ok(most) = most {
            state.hold.tighten(most);
        }
        if state.hold.due(now).is_some() {
            state.wipe();
        } else if used {
            state.hold.touch(now);
        }
    }

    /// Wipes the keys.
    pub(super) fn wipe(&self) {
        self.state().wipe();
    }

    fn report(&self, now: Moment) -> Report {
        let state = self.state();
        let holds = state.keys.is_some() || state.under_way > 0;
        Report { keys: holds.then(|| state.hold.report(now)), leader: Some(self.whose.leader) }
    }

    /// How long nothing is due; `None` where nothing will be.
    fn wait(&self, now: Moment) -> Option<Duration> {
        let state = self.state();
        state.keys.as_ref()?;
        Some(state.hold.wait(now).clamp(MIN_WAIT, MAX_WAIT))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn wipe(&mut self) {
        self.keys = None;
        self.wiped += 1;
    }
}

impl InUse<'_> {
    /// A token was got: it may be handed out unless the vault was locked meanwhile.
    pub(super) fn hand_out(&self) -> Result<(), Failure> {
        let mut state = self.kept.state();
        if state.wiped != self.wiped {
            return Err(Failure::locked());
        }
        state.hold.touch(now());
        Ok(())
    }
}

impl Drop for InUse<'_> {
    fn drop(&mut self) {
        self.kept.state().under_way -= 1;
    }
}

/// With `--no-agent` there is nobody to get keys from.
fn locked_for_good(start: Start) -> Failure {
    let what = "the vault was locked, and an endpoint with --no-agent gets no keys again";
    let next = match start {
        Start::Command => "azvault exec --no-agent -- COMMAND",
        Start::Shell => "exit, then azvault shell --no-agent",
        Start::Process => "azvault endpoint --no-agent --for-process PID NAME",
        Start::ShellInit => "azvault exec --no-agent -- COMMAND",
    };
    Failure::new(Kind::Locked, what).hint(next)
}

/// When an endpoint ends: with its process, or when it has nothing to hand out any more.
pub(super) struct Stop {
    leader: ProcessHandle,
    bell: Bell,
}

impl Stop {
    pub(super) fn new(leader: ProcessHandle) -> std::io::Result<Self> {
        Ok(Self { leader, bell: Bell::new()? })
    }

    /// Rung when it ends.
    pub(super) fn bell(&self) -> &Bell {
        &self.bell
    }
}

/// Wipes the keys in time and on a hang-up, tells who looks for holders how this one is, and says when the
/// endpoint ends. Ends with the process.
pub(super) fn watch(kept: Arc<Kept>, beacon: Beacon, stop: Arc<Stop>) -> std::io::Result<()> {
    let signals = Signals::of(&[Signal::HangUp])?;
    let watching = move || {
        loop {
            let mut wait = Wait::new();
            wait.add(beacon.source(), Interest::Read);
            wait.add(&signals, Interest::Read);
            // It may have ended before this was first looked at.
            match stop.leader.has_ended() {
                true => stop.bell.ring(),
                false => wait.add(&stop.leader, Interest::Read),
            }
            let _ = wait.within(kept.wait(now()));
            if signals.taken().is_some() {
                kept.wipe();
                if kept.is_left_with_nothing() {
                    stop.bell.ring();
                }
            }
            kept.look();
            beacon.tell(&kept.report(now()));
        }
    };
    std::thread::Builder::new().name("keeping".to_owned()).spawn(watching)?;
    Ok(())
}
