//! What went wrong, in words for the person who gets them: its kind, what, and the next command.

use std::path::Path;
use std::time::Duration;

use azvault_vault::{
    AnchorMismatch, ChangeError, Error, Id, IdPrefix, NotOneId, Problem, SlotError, StorageError,
    Tampered, UnsafeBecause,
};
use serde::{Deserialize, Serialize};

use crate::shell_word::shell_path;
use crate::text::shown_path;

/// What happened, by what the caller does next. The command line gives each kind its exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    Other,
    Usage,
    Aborted,
    SignInNeeded,
    /// Nothing has the name, or more than one thing has it.
    NotFound,
    Locked,
    /// The agent has the keys, and wants the vault unlocked by who asks.
    UnlockedElsewhere,
    /// A rule or a policy forbids it.
    Refused,
    /// Tampering, an older copy of the vault, a file that is too new or damaged.
    Integrity,
    Exists,
    /// The work is done, and what it found needs attention.
    Findings,
    Busy,
    /// No connection, or the sign-in service refused.
    Network,
    Unsupported,
    NeedsTerminal,
    ChildNotRun,
    ChildNotFound,
}

/// An error on its way to the person, from whichever process it comes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Failure {
    pub kind: Kind,
    /// What happened and why. Holds no secret.
    pub what: String,
    /// The next command to type.
    pub hint: Option<String>,
    /// The same request may succeed after so long, without anybody doing anything.
    pub retry_after: Option<Duration>,
    /// JSON of the claims challenge that the next sign-in has to answer.
    pub claims: Option<String>,
}

impl Failure {
    pub fn new(kind: Kind, what: impl Into<String>) -> Self {
        Self { kind, what: what.into(), hint: None, retry_after: None, claims: None }
    }

    /// Nobody at hand has the keys.
    pub(crate) fn locked() -> Self {
        Self::new(Kind::Locked, "the vault is locked").hint("azvault unlock")
    }

    pub fn retry_after(mut self, pause: Duration) -> Self {
        self.retry_after = Some(pause);
        self
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The digits that were typed are not those of one id alone, of this kind of thing.
    pub(crate) fn of_id(kind: &str, typed: &IdPrefix, not: NotOneId) -> Self {
        let what = match not {
            NotOneId::None => format!("there is no {kind} {typed}"),
            NotOneId::Several(ids) => {
                let ids: Vec<String> = ids.iter().map(Id::to_string).collect();
                format!("the ids of several {kind}s begin with {typed}: {}", ids.join(", "))
            }
        };
        // The command is a verb where the thing is a noun.
        let command = if kind == "migration" { "migrate" } else { kind };
        Self::new(Kind::NotFound, what).hint(format!("azvault {command} list"))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let Error { path, problem } = error;
        let vault = shown_path(&path);
        let (kind, hint) = match &problem {
            Problem::NotThere => (
                Kind::NotFound,
                Some(
                    "azvault migrate (makes one and moves your sign-ins in), or azvault init"
                        .into(),
                ),
            ),
            Problem::Exists => (Kind::Exists, Some("azvault status".into())),
            Problem::NotAVault { .. } => {
                (Kind::Integrity, Some("name the right file with --vault FILE".into()))
            }
            Problem::TooNew { .. } => (Kind::Integrity, Some("install a newer azvault".into())),
            Problem::Unsafe(because) => (Kind::Refused, unsafe_hint(*because, &path)),
            Problem::KdfOutOfBounds { .. } => {
                (Kind::Integrity, Some("this file was changed: use a copy that you trust".into()))
            }
            Problem::WrongKey => (
                Kind::Locked,
                Some(
                    "check the passphrase (or recovery code), and --key-file if the vault has one"
                        .into(),
                ),
            ),
            Problem::Slot(slot) => (kind_of_slot(*slot), Some("azvault key list".into())),
            Problem::Sealer(_) => {
                (Kind::Locked, Some("azvault unlock, then the command again".into()))
            }
            Problem::Tampered(Tampered::AuditEntry { .. }) => (
                Kind::Integrity,
                Some("keep the file as evidence; use a copy that you trust".into()),
            ),
            Problem::Tampered(Tampered::Vault { .. }) => {
                (Kind::Integrity, Some("use a copy of the vault that you trust".into()))
            }
            Problem::AnchorMismatch(
                AnchorMismatch::RolledBack { .. } | AnchorMismatch::Forked { .. },
            ) => (
                Kind::Integrity,
                Some(
                    "put the vault back that was here; if this one is right: azvault unlock \
                     --accept-rollback"
                        .into(),
                ),
            ),
            Problem::AnchorMismatch(AnchorMismatch::Another { .. }) => (
                Kind::Integrity,
                Some(format!(
                    "name the right file with --vault FILE; if this one is right: azvault --vault {vault} \
                     unlock --accept-rollback"
                )),
            ),
            Problem::Storage(StorageError::Replaced) => {
                (Kind::Busy, Some("the command again".into()))
            }
            Problem::Storage(_) if problem.is_busy() => {
                (Kind::Busy, Some("try again when the other command has ended".into()))
            }
            Problem::Storage(_) if problem.is_corrupt() => {
                (Kind::Integrity, Some("use a copy of the vault that you trust".into()))
            }
            Problem::Storage(_) => (Kind::Other, None),
        };
        Self { hint, ..Self::new(kind, format!("{vault}: {problem}")) }
    }
}

/// Why a change of the vault did not happen: the vault is not as it should be, or a rule refused it.
pub enum ChangeFailure {
    Vault(Problem),
    Rule(Failure),
}

impl From<Problem> for ChangeFailure {
    fn from(problem: Problem) -> Self {
        Self::Vault(problem)
    }
}

impl From<Failure> for ChangeFailure {
    fn from(failure: Failure) -> Self {
        Self::Rule(failure)
    }
}

impl ChangeError for ChangeFailure {
    type Located = Failure;

    fn at(self, path: &Path) -> Failure {
        match self {
            Self::Vault(problem) => problem.at(path).into(),
            Self::Rule(failure) => failure,
        }
    }
}

fn kind_of_slot(error: SlotError) -> Kind {
    match error {
        SlotError::Missing(_) => Kind::NotFound,
        SlotError::OtherKind(_) => Kind::Usage,
        SlotError::Full(_)
        | SlotError::FullOfKind(_)
        | SlotError::Last
        | SlotError::OneDevice
        | SlotError::Weaker { .. } => Kind::Refused,
    }
}

fn unsafe_hint(because: UnsafeBecause, vault: &Path) -> Option<String> {
    match because {
        UnsafeBecause::LaxMode(_) => Some(format!("chmod 600 {}", shell_path(vault))),
        UnsafeBecause::LaxFolder(_) => {
            Some(format!("chmod 700 {}", shell_path(vault.parent().unwrap_or(vault))))
        }
        UnsafeBecause::SymbolicLink => Some("name the file itself with --vault FILE".into()),
        UnsafeBecause::HardLinks(_) => Some("remove its other names, after a look at them".into()),
        UnsafeBecause::NotRegular | UnsafeBecause::OtherOwner(_) | UnsafeBecause::RelativePath => {
            Some("name your own vault with --vault FILE".into())
        }
        UnsafeBecause::ForeignJournal | UnsafeBecause::WriteAheadLog => {
            Some("look who put it there; a vault from elsewhere is its main file alone".into())
        }
    }
}
