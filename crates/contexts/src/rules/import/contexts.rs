//! Contexts of several files: which are one, and what each is called.

use std::collections::{HashMap, HashSet};

use super::{Action, Incoming, Origin, Plan, Planned, Present, Remark};
use crate::{Context, ContextName, Identity};

/// (number of the file, key of the name in it) → the name in the vault.
pub(super) type Names = HashMap<(usize, String), ContextName>;

/// Plans all contexts, Azure PowerShell's first: its names stay.
pub(super) fn plan(incoming: &mut [Incoming], present: &Present<'_>, plan: &mut Plan) -> Names {
    let mut step = Step::new(present);
    for origin in [Origin::AzurePowerShell, Origin::AzureCli] {
        let shared = names_of_two_accounts(incoming, origin);
        for (source, file) in incoming.iter_mut().enumerate().filter(|(_, f)| f.origin == origin) {
            for context in std::mem::take(&mut file.profile.contexts) {
                let written = context.name.clone();
                let name = match origin {
                    Origin::AzurePowerShell => step.add_under_its_name(context, source, plan),
                    Origin::AzureCli => step.add_by_identity(context, source, &shared, plan),
                };
                step.names.insert((source, written.key()), name);
            }
        }
    }
    step.names
}

/// Names that contexts of several accounts have among the files of one product.
fn names_of_two_accounts(incoming: &[Incoming], origin: Origin) -> HashSet<String> {
    let mut first: HashMap<String, Identity> = HashMap::new();
    let mut shared = HashSet::new();
    for file in incoming.iter().filter(|file| file.origin == origin) {
        for context in &file.profile.contexts {
            let identity = context.identity();
            let known = first.entry(context.name.key()).or_insert_with(|| identity.clone());
            if *known != identity {
                shared.insert(context.name.key());
            }
        }
    }
    shared
}

struct Step<'a> {
    present: &'a [Context],
    present_names: HashMap<String, usize>,
    present_identities: HashMap<Identity, usize>,
    planned_names: HashMap<String, usize>,
    planned_identities: HashMap<Identity, usize>,
    names: Names,
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
    fn new(present: &Present<'a>) -> Self {
        let numbered = || present.contexts.iter().enumerate();
        Self {
            present: present.contexts,
            present_names: numbered().map(|(i, c)| (c.name.key(), i)).collect(),
            // The first of several names of one identity stands for it.
            present_identities: numbered().rev().map(|(i, c)| (c.identity(), i)).collect(),
            planned_names: HashMap::new(),
            planned_identities: HashMap::new(),
            names: Names::new(),
        }
    }

    fn holder(&self, name: &ContextName, identity: &Identity, plan: &Plan) -> Holder {
        if let Some(&at) = self.planned_names.get(&name.key()) {
            let own = plan.contexts[at].item.identity() == *identity;
            return if own { Holder::PlannedSelf(at) } else { Holder::Another };
        }
        match self.present_names.get(&name.key()) {
            Some(&at) if self.present[at].identity() == *identity => Holder::PresentSelf(at),
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
        shared: &HashSet<String>,
        plan: &mut Plan,
    ) -> ContextName {
        let identity = context.identity();
        if let Some(&at) = self.planned_identities.get(&identity) {
            let planned = &mut plan.contexts[at];
            planned.sources.push(source);
            planned.item.take_over(&context);
            if let Some(known) = planned.present {
                settle(planned, &self.present[known]);
            }
            return planned.item.name.clone();
        }
        if let Some(&at) = self.present_identities.get(&identity) {
            let name = self.present[at].name.clone();
            return self.add(context, name, source, plan);
        }
        let taken = matches!(self.holder(&context.name, &identity, plan), Holder::Another);
        let wanted = match &context.account {
            Some(account) if taken || shared.contains(&context.name.key()) => {
                ContextName::new(format!("{} - {}", context.name.as_str(), account.id))
            }
            _ => context.name.clone(),
        };
        self.add(context, wanted, source, plan)
    }

    fn add(
        &mut self,
        mut context: Context,
        wanted: ContextName,
        source: usize,
        plan: &mut Plan,
    ) -> ContextName {
        let identity = context.identity();
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
        let (name, identity) = (context.name.clone(), context.identity());
        let mut planned = Planned { item: context, action, present, sources: vec![source] };
        if let Some(at) = present {
            settle(&mut planned, &self.present[at]);
        }
        self.planned_names.insert(name.key(), plan.contexts.len());
        self.planned_identities.entry(identity).or_insert(plan.contexts.len());
        plan.contexts.push(planned);
        name
    }
}

/// Whether the vault has it to the letter.
fn settle(planned: &mut Planned<Context>, present: &Context) {
    planned.action =
        if planned.item.says_the_same_as(present) { Action::Same } else { Action::Update };
}
