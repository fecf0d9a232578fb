//! What every request is handled with: the options of this run, and where to say things.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use azvault_model::ContextName;
use azvault_model::rules::active::ActiveSource;
use azvault_os::process::Before;
use azvault_policy::Policy;
use serde::{Deserialize, Serialize};

use crate::caller::Caller;
use crate::console::{Answer, Console, Prompt};
use crate::failure::{Failure, Kind};
use crate::paths;
use crate::pkcs11::Pins;
use crate::policy::in_force;
use crate::shell_word::shell_path;
use crate::vault_pin::VaultPin;

/// Options of every request.
#[derive(Clone, Default)]
pub struct Options {
    /// The vault; the usual one if none is named.
    pub vault: Option<PathBuf>,
    /// The context that acts, whatever is active.
    pub context: Option<String>,
    /// A file whose first line is the passphrase.
    pub passphrase_file: Option<PathBuf>,
    /// A descriptor whose first line is the passphrase.
    pub passphrase_fd: Option<i32>,
    /// The key file that unlocks beside or instead of the passphrase.
    pub key_file: Option<PathBuf>,
    /// The file with the age identity that opens a slot.
    pub age_identity: Option<PathBuf>,
    /// No other vault than this one, and none that is older.
    pub expect_vault: Option<VaultPin>,
    /// Certificate authorities that are trusted besides the system's.
    pub ca_bundle: Option<PathBuf>,
    /// Nobody is asked anything.
    pub no_input: bool,
    /// The agent is neither asked for keys nor handed any.
    pub no_agent: bool,
}

/// The options of this run, where to say things, and what time it is.
pub struct App {
    pub options: Options,
    pub console: Arc<dyn Console>,
    /// What a program that takes this process over gets back.
    pub before: Before,
    clock: Clock,
    policy: OnceLock<Policy>,
    /// What is remembered of vaults, where that is not what this machine remembers.
    memory: Option<PathBuf>,
    /// Who asks, if that is not this process.
    caller: Option<Arc<Caller>>,
    /// PINs of tokens, for as long as this process has the vault open.
    pub(crate) pins: Arc<Pins>,
}

/// Tells the time, in seconds since 1970 (UTC).
pub type Clock = fn() -> i64;

/// A context that was named for this one command, and by what.
#[derive(Clone, Serialize, Deserialize)]
pub struct ContextOverride {
    pub name: ContextName,
    pub because: ActiveSource,
}

/// Whether the extra question of a destructive verb has been answered beforehand.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Consent {
    /// `--yes` was given.
    Given,
    /// Somebody has to be asked.
    Ask,
}

impl From<bool> for Consent {
    fn from(yes: bool) -> Self {
        if yes { Self::Given } else { Self::Ask }
    }
}

impl App {
    pub fn new(options: Options, console: Arc<dyn Console>, before: Before, clock: Clock) -> Self {
        Self {
            options,
            console,
            before,
            clock,
            policy: OnceLock::new(),
            memory: None,
            caller: None,
            pins: Arc::default(),
        }
    }

    /// An application for the request of another process, with the options that it has.
    pub(crate) fn for_caller(
        &self,
        options: Options,
        console: Arc<dyn Console>,
        caller: Caller,
    ) -> Self {
        let app = Self::new(options, console, self.before, self.clock);
        Self { caller: Some(Arc::new(caller)), pins: Arc::clone(&self.pins), ..app }
    }

    /// Who asks; `None` where that is this process itself.
    pub(crate) fn caller(&self) -> Option<&Caller> {
        self.caller.as_deref()
    }

    /// As this one, for a file that may be older than what this machine has seen: with a memory of
    /// its own. The agent neither opens it nor gets its keys.
    pub(crate) fn with_scratch_anchors(&self, file: PathBuf, memory: PathBuf) -> Self {
        let options = Options { vault: Some(file), no_agent: true, ..self.options.clone() };
        Self { options, memory: Some(memory), ..self.afresh() }
    }

    /// As this one, for a copy with a memory of its own, which the agent may open.
    pub(crate) fn of_copy(&self, file: PathBuf, memory: PathBuf) -> Self {
        let no_agent = self.options.no_agent;
        let copy = self.with_scratch_anchors(file, memory);
        Self { options: Options { no_agent, expect_vault: None, ..copy.options.clone() }, ..copy }
    }

    /// The folder of the memory that a copy has.
    pub(crate) fn memory(&self) -> Option<PathBuf> {
        self.memory.clone()
    }

    /// Whether this machine's memory of vaults is left out.
    pub(crate) fn ignores_anchors(&self) -> bool {
        self.memory.is_some()
    }

    /// The folder in which is remembered how far each vault has come.
    pub fn anchors(&self) -> Result<PathBuf, Failure> {
        let of_caller = || self.caller().map(|caller| caller.places.anchors.clone());
        self.memory.clone().or_else(of_caller).map_or_else(paths::anchors, Ok)
    }

    /// The context of `--context`, else of `AZVAULT_CONTEXT`.
    pub fn given(&self) -> Result<Option<ContextOverride>, Failure> {
        if let Some(caller) = self.caller() {
            return Ok(caller.context.clone());
        }
        if let Some(name) = &self.options.context {
            let name = ContextName::new(name.clone());
            return Ok(Some(ContextOverride { name, because: ActiveSource::Option }));
        }
        let given = |name| ContextOverride {
            name: ContextName::new(name),
            because: ActiveSource::Variable,
        };
        Ok(paths::context()?.map(given))
    }

    /// The vault of this run, as an absolute path.
    pub fn vault_path(&self) -> Result<PathBuf, Failure> {
        match &self.options.vault {
            Some(path) => paths::absolute(path),
            None => paths::default_vault(),
        }
    }

    /// What the next command of this vault begins with.
    pub fn command(&self) -> String {
        match &self.options.vault {
            Some(path) => format!("azvault --vault {}", shell_path(path)),
            None => "azvault".to_owned(),
        }
    }

    /// What is forbidden: read when it is first asked for, and once.
    pub fn policy(&self) -> Result<&Policy, Failure> {
        if let Some(policy) = self.policy.get() {
            return Ok(policy);
        }
        let policy = match self.caller() {
            Some(caller) => in_force(caller.places.user_policy.as_deref())?,
            None => in_force(paths::user_policy().as_deref())?,
        };
        Ok(self.policy.get_or_init(|| policy))
    }

    /// The same options and another look at the policies: for a process that lives long.
    pub fn afresh(&self) -> Self {
        let console = Arc::clone(&self.console);
        let app = Self::new(self.options.clone(), console, self.before, self.clock);
        Self { caller: self.caller.clone(), pins: Arc::clone(&self.pins), ..app }
    }

    /// Somebody to ask, where that is allowed.
    pub fn terminal(&self) -> Option<Box<dyn Prompt>> {
        if self.options.no_input { None } else { self.console.prompt() }
    }

    /// Whether a person reads what is said, so that a secret can be shown there.
    pub(crate) fn stderr_is_seen(&self) -> bool {
        !self.options.no_input && self.console.is_watched()
    }

    /// Asks before something is done that cannot be taken back, unless consent was given.
    pub fn confirm(&self, consent: Consent, question: &str) -> Result<(), Failure> {
        if consent == Consent::Given {
            return Ok(());
        }
        let Some(mut terminal) = self.terminal() else {
            return Err(Failure::new(
                Kind::NeedsTerminal,
                format!("{question} There is no terminal to answer on"),
            )
            .hint("add --yes to answer beforehand"));
        };
        match terminal.ask_yes(question)? {
            Answer::Yes => Ok(()),
            Answer::No => Err(Failure::new(Kind::Aborted, "nothing was done")),
        }
    }

    /// The time now, in seconds since 1970 (UTC).
    pub fn now(&self) -> i64 {
        (self.clock)()
    }
}
