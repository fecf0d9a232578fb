//! Options that verbs which change contexts have in common.

use azvault_model::Scope;
use azvault_service::app::Consent;
use azvault_service::change::Run;
use azvault_service::verbs::{ChangeContexts, ContextChange};
use clap::{ArgMatches, ValueEnum};

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

impl From<ScopeName> for Scope {
    fn from(name: ScopeName) -> Self {
        match name {
            ScopeName::Process => Self::Process,
            ScopeName::User => Self::User,
        }
    }
}

impl ScopeOption {
    pub(crate) fn asked(&self) -> Option<Scope> {
        self.scope.map(Scope::from)
    }

    /// What is asked for in a command line that was only taken apart; `None` for verbs without it.
    pub(crate) fn of(matches: &ArgMatches) -> Option<Option<Scope>> {
        let asked = matches.try_get_one::<ScopeName>("scope").ok()?;
        Some(asked.copied().map(Scope::from))
    }

    /// A change that replaces what exists only if `replace` says so, and destroys nothing else.
    pub(crate) fn change(&self, change: ContextChange, replace: Consent) -> ChangeContexts {
        let (destroy, run) = (Consent::Ask, Run::Real);
        ChangeContexts { change, scope: self.asked(), replace, destroy, run }
    }
}

/// Options of verbs that remove something.
#[derive(clap::Args)]
pub(crate) struct RemovalOptions {
    #[command(flatten)]
    scope: ScopeOption,
    /// Do not ask, as --yes
    #[arg(long)]
    force: bool,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
    /// Say what would be removed, and remove nothing
    #[arg(long)]
    dry_run: bool,
}

impl RemovalOptions {
    pub(crate) fn change(&self, change: ContextChange) -> ChangeContexts {
        ChangeContexts {
            destroy: Consent::from(self.force || self.yes),
            run: Run::from(self.dry_run),
            ..self.scope.change(change, Consent::Ask)
        }
    }
}
