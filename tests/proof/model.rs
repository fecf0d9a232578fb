//! A vault beside a model of it in memory: random sequences of transactions through two handles,
//! transactions that are given up, slots that come and go, new keys for everything, crashes, reopened
//! handles, older copies and forks put in the file's place. After every step everything that is read must be what the model says.

mod on_disk;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::Config;
use proptest_state_machine::{ReferenceStateMachine, prop_state_machine};

use azvault_test_support::vault::count;
use on_disk::{OnDisk, STEPS};

/// What stands in the log for new keys.
const ROTATED: &str = "key rotate";

/// Which of the two handles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Handle {
    One,
    Other,
}

/// One change within a transaction. A number picks among what was there when it began.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    AddContext(u8),
    UpdateContext(usize, u8),
    RemoveContext(usize),
    AddSecret(u16),
    UpdateSecret(usize, u8),
    RemoveSecret(usize),
    Settings(u8),
    Import(u16),
    Forget(usize),
    AddSlot,
    RemoveSlot(usize),
    Log(u8),
}

/// How a transaction ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Commit,
    /// The change fails behind its last step.
    GiveUp,
    /// The machine stops: what lies on disk at that moment is what is found.
    Crash,
}

#[derive(Clone, Debug)]
pub(crate) enum Step {
    Write(Handle, Vec<Change>, End),
    /// New keys; of the added slots those stay whose bit is set, counted from the oldest.
    Rotate(Handle, u32),
    Reopen(Handle),
    /// A copy of the file is kept.
    Copy,
    /// A copy is put in the file's place.
    RollBack(usize),
    /// On another machine a copy is written until it has come as far, and put in the file's place.
    Fork(usize),
}

/// What a vault holds. Things are known by a number: their ids are drawn by the vault.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Content {
    /// Name and revision.
    contexts: BTreeMap<u32, (String, i64)>,
    /// Value and tenant.
    secrets: BTreeMap<u32, (Vec<u8>, Option<String>)>,
    default: Option<String>,
    /// Bytes of the original, until they are forgotten.
    imports: BTreeMap<u32, Option<Vec<u8>>>,
    /// Those beside the first one, which stays.
    slots: BTreeSet<u32>,
    log: Vec<String>,
    generation: u64,
    epoch: u32,
}

#[derive(Clone, Debug)]
pub(crate) struct Model {
    now: Content,
    copies: Vec<Content>,
    /// How many things there ever were.
    next: u32,
}

/// A change with the thing that it is about.
#[derive(Clone, Debug)]
enum Resolved {
    AddContext(u32, String),
    UpdateContext(u32, String),
    RemoveContext(u32),
    AddSecret(u32, Vec<u8>),
    UpdateSecret(u32, String),
    RemoveSecret(u32),
    Settings(String),
    Import(u32, Vec<u8>),
    Forget(u32),
    AddSlot(u32),
    RemoveSlot(u32),
    Log(String),
}

impl Model {
    /// What the changes are about; what there is nothing for is left out, and nothing is touched
    /// twice in one transaction.
    fn resolve(&self, changes: &[Change]) -> Vec<Resolved> {
        let mut next = self.next;
        let mut touched = BTreeSet::new();
        let mut new = || {
            next += 1;
            next
        };
        let mut pick = |at: usize, of: Vec<u32>| {
            let picked = of.get(at.checked_rem(of.len())?)?;
            touched.insert(*picked).then_some(*picked)
        };
        let contexts = || self.now.contexts.keys().copied().collect();
        let secrets = || self.now.secrets.keys().copied().collect();
        let kept = self.now.imports.iter().filter(|(_, bytes)| bytes.is_some());
        let imports: Vec<u32> = kept.map(|(number, _)| *number).collect();
        let resolve = |change: &Change| {
            Some(match *change {
                Change::AddContext(name) => Resolved::AddContext(new(), format!("context {name}")),
                Change::UpdateContext(at, name) => {
                    Resolved::UpdateContext(pick(at, contexts())?, format!("context {name}"))
                }
                Change::RemoveContext(at) => Resolved::RemoveContext(pick(at, contexts())?),
                Change::AddSecret(size) => {
                    let number = new();
                    Resolved::AddSecret(number, vec![number.to_be_bytes()[3]; usize::from(size)])
                }
                Change::UpdateSecret(at, tenant) => {
                    Resolved::UpdateSecret(pick(at, secrets())?, format!("tenant {tenant}"))
                }
                Change::RemoveSecret(at) => Resolved::RemoveSecret(pick(at, secrets())?),
                Change::Settings(name) => Resolved::Settings(format!("context {name}")),
                Change::Import(size) => Resolved::Import(new(), vec![7; usize::from(size)]),
                Change::Forget(at) => Resolved::Forget(pick(at, imports.clone())?),
                Change::AddSlot => Resolved::AddSlot(new()),
                Change::RemoveSlot(at) => {
                    Resolved::RemoveSlot(pick(at, self.now.slots.iter().copied().collect())?)
                }
                Change::Log(verb) => Resolved::Log(format!("verb {verb}")),
            })
        };
        changes.iter().filter_map(resolve).collect()
    }

    fn carry_out(&mut self, changes: &[Resolved]) {
        let now = &mut self.now;
        for change in changes {
            match change.clone() {
                Resolved::AddContext(number, name) => {
                    now.contexts.insert(number, (name, 1));
                }
                Resolved::UpdateContext(number, name) => {
                    let revision = now.contexts[&number].1 + 1;
                    now.contexts.insert(number, (name, revision));
                }
                Resolved::RemoveContext(number) => drop(now.contexts.remove(&number)),
                Resolved::AddSecret(number, value) => {
                    now.secrets.insert(number, (value, None));
                }
                Resolved::UpdateSecret(number, tenant) => {
                    now.secrets.get_mut(&number).unwrap().1 = Some(tenant);
                }
                Resolved::RemoveSecret(number) => drop(now.secrets.remove(&number)),
                Resolved::Settings(name) => now.default = Some(name),
                Resolved::Import(number, bytes) => {
                    now.imports.insert(number, Some(bytes));
                }
                Resolved::Forget(number) => {
                    now.imports.insert(number, None);
                }
                Resolved::AddSlot(number) => {
                    now.slots.insert(number);
                }
                Resolved::RemoveSlot(number) => {
                    now.slots.remove(&number);
                }
                Resolved::Log(verb) => now.log.push(verb),
            }
            if let Resolved::AddContext(number, _)
            | Resolved::AddSecret(number, _)
            | Resolved::Import(number, _)
            | Resolved::AddSlot(number) = change
            {
                self.next = self.next.max(*number);
            }
        }
        now.generation += 1;
    }

    /// The slots that a rotation leaves, beside the first one.
    fn kept(&self, bits: u32) -> Vec<u32> {
        let kept = |(at, number): (usize, &u32)| (bits >> at & 1 == 1).then_some(*number);
        self.now.slots.iter().enumerate().filter_map(kept).collect()
    }
}

fn label(slot: u32) -> String {
    format!("slot {slot}")
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        let now = Content { generation: 1, epoch: 1, ..Content::default() };
        Just(Self { now, copies: Vec::new(), next: 0 }).boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Step> {
        let handle = || prop_oneof![Just(Handle::One), Just(Handle::Other)];
        let end =
            prop_oneof![6 => Just(End::Commit), 1 => Just(End::GiveUp), 1 => Just(End::Crash)];
        let changes = prop::collection::vec(change(), 0..5);
        prop_oneof![
            8 => (handle(), changes, end).prop_map(|(on, changes, end)| Step::Write(on, changes, end)),
            1 => (handle(), any::<u32>()).prop_map(|(on, kept)| Step::Rotate(on, kept)),
            1 => handle().prop_map(Step::Reopen),
            2 => Just(Step::Copy),
            1 => any::<usize>().prop_map(Step::RollBack),
            1 => any::<usize>().prop_map(Step::Fork),
        ]
        .boxed()
    }

    fn apply(mut model: Self, step: &Step) -> Self {
        match step {
            Step::Write(_, changes, End::Commit) => {
                let resolved = model.resolve(changes);
                model.carry_out(&resolved);
            }
            Step::Rotate(_, bits) => {
                let kept = model.kept(*bits);
                model.now.slots.retain(|number| kept.contains(number));
                model.now.log.push(ROTATED.to_owned());
                model.now.generation += 1;
                model.now.epoch += 1;
            }
            Step::Copy => model.copies.push(model.now.clone()),
            Step::Write(..) | Step::Reopen(_) | Step::RollBack(_) | Step::Fork(_) => {}
        }
        model
    }
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<usize>;
    prop_oneof![
        4 => any::<u8>().prop_map(Change::AddContext),
        3 => (at(), any::<u8>()).prop_map(|(at, name)| Change::UpdateContext(at, name)),
        2 => at().prop_map(Change::RemoveContext),
        3 => (0_u16..600).prop_map(Change::AddSecret),
        2 => (at(), any::<u8>()).prop_map(|(at, tenant)| Change::UpdateSecret(at, tenant)),
        2 => at().prop_map(Change::RemoveSecret),
        1 => any::<u8>().prop_map(Change::Settings),
        1 => (0_u16..5_000).prop_map(Change::Import),
        1 => at().prop_map(Change::Forget),
        2 => Just(Change::AddSlot),
        1 => at().prop_map(Change::RemoveSlot),
        2 => any::<u8>().prop_map(Change::Log),
    ]
}

prop_state_machine! {
    #![proptest_config(Config {
        cases: u32::try_from(count("AZVAULT_PROOF_SEQUENCES", 100).div_ceil(threads())).unwrap(),
        failure_persistence: None,
        max_shrink_iters: 300,
        ..Config::default()
    })]
    fn sequences(sequential 1..16 => OnDisk);
}

fn threads() -> usize {
    std::thread::available_parallelism().unwrap().get()
}

#[test]
fn a_vault_is_what_its_model_says() {
    // Each thread has sequences of its own; a failed one fails the scope.
    std::thread::scope(|scope| (0..threads()).for_each(|_| drop(scope.spawn(sequences))));
    let steps = STEPS.lock().unwrap();
    let number = |name: &str| steps.get(name).copied().unwrap_or(0);
    println!(
        "figure: {} sequences of {} steps: {} commits, {} given up, {} crashes, {} rotations, {} older \
         copies and {} forks refused, 0 divergences",
        number("sequences"),
        steps.values().sum::<usize>() - number("sequences"),
        number("commit"),
        number("give up"),
        number("crash"),
        number("rotate"),
        number("roll-back"),
        number("fork"),
    );
}
