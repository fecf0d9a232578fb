//! What becomes of files in a vault: the plan that the rule makes of them, decided where the vault is
//! open.

use std::collections::HashSet;

use azvault_importer::Outcome;
use azvault_importer::formats::table::FORMATS;
use azvault_model::rules::import::{self, Incoming, Plan, Planned, Present, Wishes};
use azvault_model::rules::signed_out::{is_of_user, signed_out};
use azvault_model::{Accounts, Clouds, Context, ContextName, Profile, SecretDescription};

use super::apply;
use super::present::Content;
use super::proposed::Proposed;
use super::sent_file::SentFile;
use super::unused;
use crate::connect::offers::Known;
use crate::failure::{Failure, Kind};
use crate::text::quoted;

/// Files, and what is to become of what was in them.
pub(crate) struct Decided {
    /// Their profiles are empty: the plan holds what was in them.
    pub(crate) files: Vec<SentFile>,
    pub(crate) plan: Plan,
    /// The vault as it was read.
    pub(crate) before: Content,
    /// Numbers of the files that something of the plan comes from.
    holding: HashSet<usize>,
}

/// What would become of files in a vault that is still to be made.
pub fn without_vault(files: Vec<SentFile>, wishes: &Wishes) -> Result<Proposed, Failure> {
    Ok(decide(files, wishes, Content::default())?.into_proposed(String::new()))
}

/// Makes the plan, against a vault's content.
pub(crate) fn decide(
    mut files: Vec<SentFile>,
    wishes: &Wishes,
    before: Content,
) -> Result<Decided, Failure> {
    if files.iter().any(|file| FORMATS.iter().all(|row| row.name != file.facts.format)) {
        return Err(Failure::new(
            Kind::Other,
            "a file of a format that this azvault does not know",
        ));
    }
    let incoming = files.iter_mut().map(incoming).collect();
    let plan = import::plan(incoming, &before.present(), wishes).map_err(|_| {
        let name = quoted(wishes.default.as_ref().map_or("", ContextName::as_str));
        Failure::new(Kind::NotFound, format!("--default {name}: no such context would be there"))
            .hint("azvault migrate plan")
    })?;
    let contexts = plan.contexts.iter().flat_map(|planned| &planned.sources[..]);
    let secrets = plan.secrets.iter().flat_map(|planned| &planned.sources[..]);
    let accounts = plan.accounts.iter().flat_map(|planned| &planned.sources[..]);
    let holding = contexts.chain(secrets).chain(accounts).copied().collect();
    Ok(Decided { files, plan, before, holding })
}

/// What a file brings in. What it keeps beyond its contexts goes into the import's own record.
fn incoming(file: &mut SentFile) -> Incoming {
    let mut profile = Profile::from(std::mem::take(&mut file.profile));
    file.facts.kept = std::mem::take(&mut profile.kept);
    Incoming { origin: file.origin, profile }
}

impl Decided {
    /// Whether the vault holds all of it already, sealed copies of the files included.
    pub(crate) fn changes_nothing(&self) -> bool {
        self.plan.changes_nothing(&self.before.present()) && apply::are_sealed(self)
    }

    /// Whether the files hold anything at all that is imported.
    pub(crate) fn is_of_something(&self) -> bool {
        !self.holding.is_empty()
    }

    /// The files whose bytes are sealed, so that they can be removed and put back.
    pub(crate) fn to_seal(&self) -> impl Iterator<Item = (usize, &SentFile)> {
        self.files.iter().enumerate().filter(|(number, file)| {
            file.original.is_some() && file.is_sign_in() && self.holding.contains(number)
        })
    }

    /// What a person is shown of it, with the root of the vault's records as they were.
    pub(crate) fn into_proposed(self, root: String) -> Proposed {
        let (signed_out, connects) = (self.without_sign_in(), self.connects());
        let unused = unused::accounts(self.contexts(), self.planned_secrets());
        let unused = unused.into_iter().map(str::to_owned).collect();
        let mut holding: Vec<usize> = self.holding.into_iter().collect();
        holding.sort_unstable();
        let Plan { contexts, secrets, people, default, autosave, remarks, .. } = self.plan;
        let described = |Planned { item, action, present, sources }: Planned<_>| {
            let azvault_model::HeldSecret { description: item, value: _ } = item;
            Planned { item, action, present, sources }
        };
        let secrets = secrets.into_iter().map(described).collect();
        Proposed {
            contexts,
            secrets,
            people,
            default,
            autosave,
            remarks,
            holding,
            signed_out,
            connects,
            unused,
            root,
        }
    }

    /// The planned contexts of users for whom neither the files nor the vault hold a sign-in.
    fn without_sign_in(&self) -> Vec<ContextName> {
        let contexts = || self.plan.contexts.iter().map(|planned| &planned.item);
        if !contexts().any(is_of_user) {
            return Vec::new();
        }
        signed_out(contexts(), secrets(&self.plan, &self.before.present()), &self.known().accounts)
    }

    /// Commands that make contexts of the sign-ins that come without any.
    fn connects(&self) -> Vec<String> {
        // Where every sign-in has its context by id, nothing more has to be put together.
        if !unused::has_any(self.contexts(), self.planned_secrets()) {
            return Vec::new();
        }
        self.known().offers(self.planned_secrets())
    }

    fn planned_secrets(&self) -> impl Iterator<Item = &SecretDescription> {
        self.plan.secrets.iter().map(|planned| &planned.item.description)
    }

    fn contexts(&self) -> impl Iterator<Item = &Context> {
        self.plan.contexts.iter().map(|planned| &planned.item).chain(&self.before.contexts)
    }

    /// What is known when the plan was carried out.
    fn known(&self) -> Known<'_> {
        let (plan, present) = (&self.plan, self.before.present());
        let contexts: Vec<_> = self.contexts().collect();
        let environments = plan.environments.iter().map(|planned| &planned.item);
        let environments: Vec<_> = environments.chain(present.environments).collect();
        let clouds = Clouds::of(environments.iter().copied());
        let accounts = plan.accounts.iter().map(|planned| &planned.item).chain(present.accounts);
        let secrets = secrets(plan, &present);
        let accounts = Accounts::of(clouds, contexts.iter().copied(), accounts, secrets);
        Known { accounts: accounts.into(), contexts, environments }
    }
}

/// The secrets of a plan, and those that are there.
fn secrets<'a>(
    plan: &'a Plan,
    present: &Present<'a>,
) -> impl Iterator<Item = &'a SecretDescription> {
    let planned = plan.secrets.iter().map(|planned| &planned.item.description);
    planned.chain(present.secrets.iter().map(|(about, _)| about))
}

impl SentFile {
    /// Whether something of it could be imported.
    pub(crate) fn is_read(&self) -> bool {
        [Outcome::Accept, Outcome::Warn].iter().any(|good| good.as_str() == self.facts.outcome)
    }
}
