//! Contexts of several files: which are one, and what each is called.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;

use super::file::File;
use super::plan::{Action, Named, Origin, Plan, Planned, Present, Remark};
use super::sources::Sources;
use crate::caseless::key;
use crate::index::{ByDigest, Digest, Digests};
use crate::{Accounts, Context, ContextName, Identity, Mark};

/// Number of a file → the name in the vault of the context that is its default.
pub(super) type Defaults = HashMap<usize, ContextName>;

/// Plans all contexts, Azure PowerShell's first: its names stay.
pub(super) fn plan(
    incoming: &mut [File],
    present: &Present<'_>,
    known: &Accounts,
    plan: &mut Plan,
) -> Defaults {
    plan.contexts.reserve_exact(incoming.iter().map(|file| file.contexts.len()).sum());
    let mut step = Step::new(incoming, present, known);
    let mut defaults = Defaults::new();
    let shared = Shared::of(incoming, known);
    for origin in [Origin::AzurePowerShell, Origin::AzureCli] {
        for (source, file) in incoming.iter_mut().enumerate().filter(|(_, f)| f.origin == origin) {
            // The mark is the context's own: another one may have its name.
            let default = default_of(file);
            for (at, context) in file.contexts.take().enumerate() {
                let written = context.name.clone();
                let name = match origin {
                    Origin::AzurePowerShell => step.add_under_its_name(context, source, plan),
                    Origin::AzureCli => step.add_by_identity(context, source, &shared, plan),
                };
                if default == Some(at) {
                    defaults.insert(source, name.clone());
                }
                plan.names.push(Named { source, at, written, name });
            }
        }
    }
    mark(present, known, plan);
    defaults
}

/// A second name of a production subscription is marked as the first one is.
fn mark(present: &Present<'_>, known: &Accounts, plan: &mut Plan) {
    let marked = present.contexts.iter().filter(|own| own.labels.mark.is_some());
    let marked: HashMap<Identity, Option<Mark>> =
        marked.map(|own| (identity_of(own, known), own.labels.mark)).collect();
    if marked.is_empty() {
        return;
    }
    for planned in plan.contexts.iter_mut().filter(|planned| planned.present.is_none()) {
        let mark = marked.get(&identity_of(&planned.item, known)).copied().flatten();
        planned.item.labels.mark = planned.item.labels.mark.or(mark);
    }
}

fn default_of(file: &File) -> Option<usize> {
    let default = file.default.as_ref()?;
    let named = || file.contexts.iter().position(|context| context.name.same_as(default));
    file.default_at.or_else(named)
}

/// The identity of a context, its home account as all files together say it.
fn identity_of(context: &Context, known: &Accounts) -> Identity {
    let home = || known.of_context(context).one().and_then(|one| one.home_account_id.as_deref());
    match context.account.as_ref().map(|account| account.home_account_id().is_some()) {
        Some(false) => context.identity_at(home()),
        _ => context.identity(),
    }
}

/// Names that contexts of several identities have among Azure CLI's files, and whom.
#[derive(Default)]
struct Shared {
    names: HashMap<String, Bearer>,
    of_accounts: HashMap<(String, String), Bearer>,
}

/// Who has a name.
#[derive(PartialEq, Eq)]
enum Bearer {
    One(Identity),
    Several,
}

impl Bearer {
    fn add(&mut self, identity: Identity) {
        let same = *self == Self::One(identity);
        if !same {
            *self = Self::Several;
        }
    }
}

impl Shared {
    fn of(incoming: &[File], known: &Accounts) -> Self {
        let mut shared = Self::default();
        for file in incoming.iter().filter(|file| file.origin == Origin::AzureCli) {
            for context in file.contexts.iter() {
                let identity = identity_of(context, known);
                let name = context.name.key();
                add(&mut shared.names, name.clone(), identity.clone());
                add(&mut shared.of_accounts, (name, account(context)), identity);
            }
        }
        shared
    }

    /// Whether contexts of others have its name.
    fn has(&self, context: &Context) -> bool {
        self.names.get(&context.name.key()) == Some(&Bearer::Several)
    }

    /// Whether the same account has another context of its name: in another tenant, as a rule.
    fn has_own(&self, context: &Context) -> bool {
        let key = (context.name.key(), account(context));
        self.of_accounts.get(&key) == Some(&Bearer::Several)
    }
}

fn add<K: Eq + Hash>(bearers: &mut HashMap<K, Bearer>, name: K, identity: Identity) {
    match bearers.entry(name) {
        Entry::Occupied(mut known) => known.get_mut().add(identity),
        Entry::Vacant(free) => {
            free.insert(Bearer::One(identity));
        }
    }
}

fn account(context: &Context) -> String {
    context.account.as_ref().map(|account| key(&account.id).into_owned()).unwrap_or_default()
}

struct Step<'a> {
    present: &'a [Context],
    digests: Digests,
    present_names: ByDigest<usize>,
    planned_names: ByDigest<usize>,
    /// `None` where no file is of Azure CLI, which alone finds its contexts so.
    identities: Option<Identities>,
    known: &'a Accounts,
}

#[derive(Default)]
struct Identities {
    present: ByDigest<usize>,
    planned: ByDigest<usize>,
}

/// Who holds a name, seen from a context that wants it.
enum Holder {
    Nobody,
    /// The context itself, planned already.
    PlannedSelf(usize),
    /// The context itself, in the vault.
    PresentSelf(usize),
    Another,
}

impl<'a> Step<'a> {
    fn new(incoming: &[File], present: &Present<'a>, known: &'a Accounts) -> Self {
        let digests = Digests::default();
        let numbered = || present.contexts.iter().enumerate();
        let finds = |file: &File| file.origin == Origin::AzureCli && file.contexts.len() > 0;
        let identities = incoming.iter().any(finds).then(|| {
            // The first of several names of one identity stands for it.
            let numbered = numbered().rev();
            let present = numbered.map(|(i, c)| (digests.of(identity_of(c, known)), i)).collect();
            Identities { present, planned: ByDigest::default() }
        });
        let number = incoming.iter().map(|file| file.contexts.len()).sum();
        // A name wins over what another one was called before it got a short name.
        let long = numbered().filter_map(|(i, c)| Some((c.labels.long_name.as_ref()?, i)));
        let names = long.chain(numbered().map(|(i, c)| (&c.name, i)));
        Self {
            present: present.contexts,
            present_names: names.map(|(name, i)| (digests.of(name.caseless()), i)).collect(),
            planned_names: ByDigest::with_capacity_and_hasher(number, Default::default()),
            identities,
            digests,
            known,
        }
    }

    fn name(&self, name: &ContextName) -> Digest {
        self.digests.of(name.caseless())
    }

    fn holder(&self, name: &ContextName, identity: &Identity, plan: &Plan) -> Holder {
        let digest = self.name(name);
        if let Some(&at) = self.planned_names.get(&digest) {
            let own = identity_of(&plan.contexts[at].item, self.known) == *identity;
            return if own { Holder::PlannedSelf(at) } else { Holder::Another };
        }
        match self.present_names.get(&digest) {
            Some(&at) if identity_of(&self.present[at], self.known) == *identity => {
                Holder::PresentSelf(at)
            }
            Some(_) => Holder::Another,
            None => Holder::Nobody,
        }
    }

    /// Two names of one identity are legal and both stay; one name of two identities is not.
    fn add_under_its_name(&mut self, c: Context, source: usize, plan: &mut Plan) -> ContextName {
        let wanted = c.name.clone();
        self.add(c, wanted, source, plan)
    }

    /// A subscription that is known already, as a context of whatever name, is that context.
    fn add_by_identity(
        &mut self,
        context: Context,
        source: usize,
        shared: &Shared,
        plan: &mut Plan,
    ) -> ContextName {
        let identity = identity_of(&context, self.known);
        let digest = self.digests.of(&identity);
        let identities = self.identities.as_ref();
        if let Some(&at) = identities.and_then(|all| all.planned.get(&digest)) {
            let planned = &mut plan.contexts[at];
            planned.sources.push(source);
            planned.item.take_over(&context);
            if let Some(known) = planned.present {
                settle(planned, &self.present[known]);
            }
            return planned.item.name.clone();
        }
        if let Some(&at) = identities.and_then(|all| all.present.get(&digest)) {
            let name = self.present[at].name.clone();
            return self.add(context, name, source, plan);
        }
        let is_taken =
            |name: &ContextName| matches!(self.holder(name, &identity, plan), Holder::Another);
        let mut wanted = context.name.clone();
        if let Some(account) = &context.account
            && (is_taken(&wanted) || shared.has(&context))
        {
            let name = context.name.as_str();
            wanted = ContextName::new(format!("{name} - {}", account.id));
            // A number would tell nobody which is which.
            if let Some(tenant) = &context.tenant
                && (is_taken(&wanted) || shared.has_own(&context))
            {
                wanted = ContextName::new(format!("{name} - {} - {}", tenant.id, account.id));
            }
            let home = account.home_account_id().filter(|_| is_taken(&wanted));
            if let Some(home) = home {
                wanted = ContextName::new(format!("{name} - {home}"));
            }
        }
        self.add(context, wanted, source, plan)
    }

    fn add(
        &mut self,
        mut context: Context,
        wanted: ContextName,
        source: usize,
        plan: &mut Plan,
    ) -> ContextName {
        let identity = identity_of(&context, self.known);
        let written = context.name.clone();
        let mut name = wanted.clone();
        let mut number = 1;
        loop {
            match self.holder(&name, &identity, plan) {
                Holder::Another => {
                    number += 1;
                    name = ContextName::new(format!("{} ({number})", wanted.as_str()));
                }
                Holder::PlannedSelf(at) => {
                    let planned = &mut plan.contexts[at];
                    planned.sources.push(source);
                    context.name = planned.item.name.clone();
                    if !planned.item.says_the_same_as(&context) {
                        let name = planned.item.name.clone();
                        plan.remarks.push(Remark::FilesDiffer { name, source });
                        // What the first file does not say is the second one's to say.
                        planned.item.take_over(&context);
                        if let Some(known) = planned.present {
                            settle(planned, &self.present[known]);
                        }
                    }
                    return context.name;
                }
                Holder::PresentSelf(at) => {
                    context.name = self.present[at].name.clone();
                    context.take_over(&self.present[at]);
                    return self.push(context, Action::Update, Some(at), source, plan);
                }
                Holder::Nobody => {
                    let action = if number > 1 { Action::Conflict } else { Action::Add };
                    if written != name {
                        let to = name.clone();
                        plan.remarks.push(Remark::Renamed { from: written, to });
                    }
                    context.name = name;
                    return self.push(context, action, None, source, plan);
                }
            }
        }
    }

    fn push(
        &mut self,
        context: Context,
        action: Action,
        present: Option<usize>,
        source: usize,
        plan: &mut Plan,
    ) -> ContextName {
        let name = context.name.clone();
        self.planned_names.insert(self.name(&name), plan.contexts.len());
        if let Some(all) = &mut self.identities {
            let identity = self.digests.of(identity_of(&context, self.known));
            all.planned.entry(identity).or_insert(plan.contexts.len());
        }
        let sources = Sources::of(source);
        let mut planned = Planned { item: context, action, present, sources };
        if let Some(at) = present {
            settle(&mut planned, &self.present[at]);
        }
        plan.contexts.push(planned);
        name
    }
}

/// Whether the vault has it to the letter.
fn settle(planned: &mut Planned<Context>, present: &Context) {
    planned.action =
        if planned.item.says_the_same_as(present) { Action::Same } else { Action::Update };
}
