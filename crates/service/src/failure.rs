//! What went wrong, in words for the person who gets them: what, the next command, the exit code.

use std::path::Path;

use azvault_vault::{
    AnchorMismatch, ChangeError, Error, Problem, SealerError, SlotError, StorageError, Tampered,
    UnsafeBecause,
};

use crate::shell_word::shell_path;
use crate::text::shown_path;

/// The published exit codes; never renumbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    Other = 1,
    Usage = 2,
    Aborted = 3,
    SignIn = 4,
    NotFound = 5,
    Locked = 6,
    Refused = 7,
    Integrity = 8,
    Exists = 9,
    Findings = 10,
    Busy = 11,
    Network = 12,
    Unsupported = 13,
    NeedsTerminal = 14,
    ChildNotRun = 126,
    ChildNotFound = 127,
}

impl Code {
    const ALL: [Self; 16] = [
        Self::Other,
        Self::Usage,
        Self::Aborted,
        Self::SignIn,
        Self::NotFound,
        Self::Locked,
        Self::Refused,
        Self::Integrity,
        Self::Exists,
        Self::Findings,
        Self::Busy,
        Self::Network,
        Self::Unsupported,
        Self::NeedsTerminal,
        Self::ChildNotRun,
        Self::ChildNotFound,
    ];

    pub fn number(self) -> u8 {
        self as u8
    }

    /// The code of a number; `None` for those that are no failure.
    pub fn of(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.number() == number)
    }
}

/// An error on its way to the person.
#[derive(Debug)]
pub struct Failure {
    pub code: Code,
    /// What happened and why. Holds no secret.
    pub what: String,
    /// The next command to type.
    pub hint: Option<String>,
}

impl Failure {
    pub fn new(code: Code, what: impl Into<String>) -> Self {
        Self { code, what: what.into(), hint: None }
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let Error { path, problem } = error;
        let vault = shown_path(&path);
        let (code, hint) = match &problem {
            Problem::NotThere => (
                Code::NotFound,
                Some(
                    "azvault migrate (makes one and moves your sign-ins in), or azvault init"
                        .into(),
                ),
            ),
            Problem::Exists => (Code::Exists, Some("azvault status".into())),
            Problem::NotAVault { .. } => {
                (Code::Integrity, Some("name the right file with --vault FILE".into()))
            }
            Problem::TooNew { .. } => (Code::Integrity, Some("install a newer azvault".into())),
            Problem::Unsafe(because) => (Code::Refused, unsafe_hint(*because, &path)),
            Problem::KdfOutOfBounds { .. } => (
                Code::Integrity,
                Some("somebody changed this file: use a copy that you trust".into()),
            ),
            Problem::WrongKey => (
                Code::Locked,
                Some(
                    "check the passphrase (or recovery code), and --key-file if the vault has one"
                        .into(),
                ),
            ),
            Problem::Slot(slot) => (code_of_slot(*slot), Some("azvault key list".into())),
            Problem::Sealer(SealerError::TooLarge) => (Code::Other, None),
            Problem::Sealer(_) => {
                (Code::Locked, Some("azvault unlock, then the command again".into()))
            }
            Problem::Tampered(Tampered::AuditEntry { .. }) => (
                Code::Integrity,
                Some("keep the file as evidence; use a copy that you trust".into()),
            ),
            Problem::Tampered(Tampered::Vault { .. }) => {
                (Code::Integrity, Some("use a copy of the vault that you trust".into()))
            }
            Problem::AnchorMismatch(
                AnchorMismatch::RolledBack { .. } | AnchorMismatch::Forked { .. },
            ) => (
                Code::Integrity,
                Some(
                    "put the vault back that was here; if this one is right: azvault unlock \
                     --accept-rollback"
                        .into(),
                ),
            ),
            Problem::AnchorMismatch(AnchorMismatch::Another { .. }) => (
                Code::Integrity,
                Some(format!(
                    "name the right file with --vault FILE; if this one is right: azvault --vault {vault} \
                     unlock --accept-rollback"
                )),
            ),
            Problem::Storage(StorageError::Replaced) => {
                (Code::Busy, Some("the command again".into()))
            }
            Problem::Storage(_) if problem.is_busy() => {
                (Code::Busy, Some("try again when the other command has ended".into()))
            }
            Problem::Storage(_) if problem.is_corrupt() => {
                (Code::Integrity, Some("use a copy of the vault that you trust".into()))
            }
            Problem::Storage(_) => (Code::Other, None),
        };
        Self { code, what: format!("{vault}: {problem}"), hint }
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

fn code_of_slot(error: SlotError) -> Code {
    match error {
        SlotError::Missing(_) => Code::NotFound,
        SlotError::OtherKind(_) => Code::Usage,
        SlotError::Full(_)
        | SlotError::FullOfKind(_)
        | SlotError::Last
        | SlotError::Weaker { .. } => Code::Refused,
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
