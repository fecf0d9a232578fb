//! Options that verbs which change contexts have in common.

use azvault_contexts::Scope;
use clap::ValueEnum;

/// `--scope`, on every verb that changes contexts.
#[derive(clap::Args)]
pub(crate) struct ScopeOption {
    /// Where the change lives: in this session, or in the vault [default: as autosave says]
    #[arg(long, value_name = "SCOPE", ignore_case = true)]
    scope: Option<ScopeName>,
}

#[derive(Clone, Copy, ValueEnum)]
enum ScopeName {
    /// This session; ends with it and is never on disk.
    Process,
    /// The vault.
    #[value(alias = "CurrentUser")]
    User,
}

impl ScopeOption {
    pub(crate) fn asked(&self) -> Option<Scope> {
        self.scope.map(|scope| match scope {
            ScopeName::Process => Scope::Process,
            ScopeName::User => Scope::User,
        })
    }
}

/// Whether it is done, or only told.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Run {
    Real,
    Dry,
}

impl From<bool> for Run {
    fn from(dry_run: bool) -> Self {
        if dry_run { Self::Dry } else { Self::Real }
    }
}
