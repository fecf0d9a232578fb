//! What an import would do: the files that were read, and the plan that the rule makes of them.

use std::collections::HashSet;
use std::path::PathBuf;

use azvault_importer::folder::Source;
use azvault_importer::look::Coverage;
use azvault_importer::{Outcome, Product};
use azvault_model::rules::import::{self, Incoming, Origin, Plan, Present};
use azvault_model::rules::signed_out::{is_of_user, signed_out};
use azvault_model::{Accounts, Clouds, ContextName, SecretDescription};

use super::gather::{self, Gathered, Pointers};
use super::present::Content;
use super::unused;
use crate::app::App;
use crate::connect::offers::Known;
use crate::failure::{Failure, Kind};
use crate::text::quoted;

/// Files, what is in them, and what would become of it.
pub struct Proposal {
    /// Their profiles are empty: the plan holds what was in them.
    pub sources: Vec<Source>,
    pub plan: Plan,
    /// The vault as it was read.
    pub before: Content,
    /// Numbers of the files that something of the plan comes from.
    holding: HashSet<usize>,
    /// What was looked at to find the files.
    pub seen: Coverage,
    /// Contexts of users for whom nothing signs in, neither in the files nor in the vault.
    pub signed_out: Vec<ContextName>,
}

/// Reads the files and makes the plan, against a vault's content.
pub fn propose(
    app: &App,
    from: &[PathBuf],
    pointers: Pointers,
    default: Option<&str>,
    before: Content,
) -> Result<Proposal, Failure> {
    let Gathered { mut sources, seen } = gather::gather(app, from, pointers)?;
    let incoming = sources.iter_mut().map(incoming).collect();
    let asked = default.map(ContextName::new);
    let plan = import::plan(incoming, &before.present(), asked.as_ref()).map_err(|_| {
        let name = quoted(default.unwrap_or_default());
        Failure::new(Kind::NotFound, format!("--default {name}: no such context would be there"))
            .hint("azvault migrate plan")
    })?;
    let contexts = plan.contexts.iter().flat_map(|planned| &planned.sources[..]);
    let secrets = plan.secrets.iter().flat_map(|planned| &planned.sources[..]);
    let accounts = plan.accounts.iter().flat_map(|planned| &planned.sources[..]);
    let holding = contexts.chain(secrets).chain(accounts).copied().collect();
    let signed_out = without_sign_in(&plan, &before.present());
    Ok(Proposal { sources, plan, before, holding, seen, signed_out })
}

/// The planned contexts of users for whom neither the files nor the vault hold a sign-in.
pub(crate) fn without_sign_in(plan: &Plan, present: &Present<'_>) -> Vec<ContextName> {
    let contexts = || plan.contexts.iter().map(|planned| &planned.item);
    if !contexts().any(is_of_user) {
        return Vec::new();
    }
    signed_out(contexts(), secrets(plan, present), &known(plan, present).accounts)
}

/// What is known when the plan was carried out.
fn known<'a>(plan: &'a Plan, present: &Present<'a>) -> Known<'a> {
    let contexts = plan.contexts.iter().map(|planned| &planned.item);
    let contexts: Vec<_> = contexts.chain(present.contexts).collect();
    let environments = plan.environments.iter().map(|planned| &planned.item);
    let environments: Vec<_> = environments.chain(present.environments).collect();
    let clouds = Clouds::of(environments.iter().copied());
    let accounts = plan.accounts.iter().map(|planned| &planned.item).chain(present.accounts);
    let secrets = secrets(plan, present);
    let accounts = Accounts::of(clouds, contexts.iter().copied(), accounts, secrets);
    Known { accounts, contexts, environments }
}

/// The secrets of a plan, and those that are there.
fn secrets<'a>(
    plan: &'a Plan,
    present: &Present<'a>,
) -> impl Iterator<Item = &'a SecretDescription> {
    let planned = plan.secrets.iter().map(|planned| &planned.item.description);
    planned.chain(present.secrets.iter().map(|(about, _)| about))
}

impl Proposal {
    /// Whether the vault holds all of it already, sealed copies of the files included.
    pub fn changes_nothing(&self) -> bool {
        self.plan.changes_nothing(&self.before.present()) && super::apply::are_sealed(self)
    }

    /// The files whose bytes are sealed, so that they can be removed and put back.
    pub(crate) fn to_seal(&self) -> impl Iterator<Item = (usize, &Source)> {
        self.sources.iter().enumerate().filter(|(number, source)| {
            let number = *number;
            let imported = source.found.outcome <= Outcome::Warn && source.bytes.is_some();
            imported && super::is_sign_in(source.found.format) && self.holds_something(number)
        })
    }

    /// Whether the files hold anything at all that is imported.
    pub fn is_of_something(&self) -> bool {
        !self.holding.is_empty()
    }

    /// Commands that make contexts of the sign-ins that come without any.
    pub fn connects(&self) -> Vec<String> {
        let planned = || self.plan.secrets.iter().map(|planned| &planned.item.description);
        let contexts = self.plan.contexts.iter().map(|planned| &planned.item);
        // Where every sign-in has its context by id, nothing more has to be put together.
        if !unused::has_any(contexts.chain(&self.before.contexts), planned()) {
            return Vec::new();
        }
        known(&self.plan, &self.before.present()).offers(planned())
    }

    /// How many files ended so.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.sources.iter().filter(|source| source.found.outcome == outcome).count()
    }

    /// Whether anything of the plan comes from that file.
    pub fn holds_something(&self, number: usize) -> bool {
        self.holding.contains(&number)
    }
}

/// What a file brings in. Its profile is empty afterwards.
pub fn incoming(source: &mut Source) -> Incoming {
    // Only Azure PowerShell gives a context a name that a person chose.
    let origin = match source.found.product {
        Product::AzurePowerShell | Product::AzureServiceManagement | Product::Unknown => {
            Origin::AzurePowerShell
        }
        _ => Origin::AzureCli,
    };
    // What the file keeps beyond its contexts goes into the import's own record.
    let kept = std::mem::take(&mut source.found.profile.kept);
    let profile = std::mem::take(&mut source.found.profile);
    source.found.profile.kept = kept;
    Incoming { origin, profile }
}
