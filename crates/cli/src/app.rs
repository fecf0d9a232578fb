//! What every verb is given.

use std::path::PathBuf;
use std::sync::OnceLock;

use azvault_model::ContextName;
use azvault_model::rules::active::Because;
use azvault_policy::Policy;

use crate::cli::Global;
use crate::failure::{Code, Failure};
use crate::process::Before;
use crate::prompt::{self, Answer, Terminal};
use crate::ui::Ui;
use crate::{paths, policy};

/// The options of this run, and where to print.
pub(crate) struct App {
    pub(crate) global: Global,
    pub(crate) ui: Ui,
    /// What a program that takes this process over gets back.
    pub(crate) before: Before,
    policy: OnceLock<Policy>,
    /// What is remembered of vaults, where that is not what this machine remembers.
    memory: Option<PathBuf>,
}

/// A context that was named for this one command, and by what.
pub(crate) struct Given {
    pub(crate) name: ContextName,
    pub(crate) because: Because,
}

/// Whether the extra question of a destructive verb has been answered beforehand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Consent {
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
    pub(crate) fn new(global: Global, before: Before) -> Self {
        let ui = Ui::new(&global);
        Self { global, ui, before, policy: OnceLock::new(), memory: None }
    }

    /// As this one, for a file that may be older than what this machine has seen: with a memory of
    /// its own. The agent neither opens it nor gets its keys.
    pub(crate) fn apart(&self, file: PathBuf, memory: PathBuf) -> Self {
        let global = Global { vault: Some(file), no_agent: true, ..self.global.clone() };
        let (ui, policy) = (Ui::new(&global), OnceLock::new());
        Self { global, ui, before: self.before, policy, memory: Some(memory) }
    }

    /// Whether this machine's memory of vaults is left out.
    pub(crate) fn is_apart(&self) -> bool {
        self.memory.is_some()
    }

    /// The folder in which is remembered how far each vault has come.
    pub(crate) fn anchors(&self) -> Result<PathBuf, Failure> {
        self.memory.clone().map_or_else(paths::anchors, Ok)
    }

    /// The context of `--context`, else of `AZVAULT_CONTEXT`.
    pub(crate) fn given(&self) -> Result<Option<Given>, Failure> {
        if let Some(name) = &self.global.context {
            let name = ContextName::new(name.clone());
            return Ok(Some(Given { name, because: Because::Option }));
        }
        let given = |name| Given { name: ContextName::new(name), because: Because::Variable };
        Ok(paths::context()?.map(given))
    }

    /// The vault of this run, as an absolute path.
    pub(crate) fn vault_path(&self) -> Result<PathBuf, Failure> {
        match &self.global.vault {
            Some(path) => paths::absolute(path),
            None => paths::default_vault(),
        }
    }

    /// What is forbidden: read when it is first asked for, and once.
    pub(crate) fn policy(&self) -> Result<&Policy, Failure> {
        if let Some(policy) = self.policy.get() {
            return Ok(policy);
        }
        let policy = policy::in_force()?;
        Ok(self.policy.get_or_init(|| policy))
    }

    /// The same options and another look at the policies: for a process that lives long.
    pub(crate) fn afresh(&self) -> Self {
        Self::new(self.global.clone(), self.before)
    }

    /// The same options, with nothing on stderr but what the caller prints itself.
    pub(crate) fn silent(&self) -> Self {
        let global = Global { quiet: true, verbose: 0, ..self.global.clone() };
        Self::new(global, self.before)
    }

    /// A terminal, if there is one and asking is allowed.
    pub(crate) fn terminal(&self) -> Option<Terminal> {
        if self.global.no_input || !prompt::somebody_is_there() {
            return None;
        }
        Terminal::open()
    }

    /// Whether a person reads stderr, so that a secret can be shown there.
    pub(crate) fn stderr_is_seen(&self) -> bool {
        !self.global.no_input && prompt::stderr_is_terminal()
    }

    /// Asks before something is done that cannot be taken back, unless consent was given.
    pub(crate) fn confirm(&self, consent: Consent, question: &str) -> Result<(), Failure> {
        if consent == Consent::Given {
            return Ok(());
        }
        let Some(mut terminal) = self.terminal() else {
            return Err(Failure::new(Code::NeedsTerminal, format!("{question} Nobody can answer"))
                .hint("add --yes to answer beforehand"));
        };
        match terminal.ask_yes(question)? {
            Answer::Yes => Ok(()),
            Answer::No => Err(Failure::new(Code::Aborted, "nothing was done")),
        }
    }

    /// The time now, in seconds since 1970 (UTC).
    pub(crate) fn now(&self) -> i64 {
        jiff::Timestamp::now().as_second()
    }
}
