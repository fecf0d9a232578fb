//! Writers that come between each other at every step: two handles of one vault, two sessions with
//! two processes each, and a sequential model that says what must come out.
//!
//! The steps are those of a command: it reads, later it decides afresh and writes. A change of user
//! scope is one transaction of the vault; one of process scope is put in the place of the revision
//! that was read, and starts again where another process was faster, as with the agent.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::{BTreeMap, BTreeSet};

use azvault_model::rules::active::ActiveSource;
use azvault_model::rules::{remove, rename, select, set};
use azvault_model::{
    Accounts, Acting, Context, ContextList, ContextName, Current, Decision, Known, ProcessScope,
    Refusal, Scope, Secret, Whose,
};
use azvault_vault::{Cost, Id, Locked, NewSlot, Opener, Problem, SessionKey, Vault, VaultId};
use proptest::prelude::*;

/// What a command wants; names are numbers.
#[derive(Clone, Copy, Debug)]
enum Verb {
    Set(u8, u8),
    Select(u8),
    Rename(u8, u8),
    Remove(u8),
}

/// Six processes: two for the vault, by a handle each, and two for each of the two sessions.
const PROCESSES: usize = 6;

fn name(number: u8) -> ContextName {
    ContextName::new(format!("context-{number}"))
}

fn subscription(number: u8) -> String {
    format!("00000000-0000-4000-8000-0000000000{number:02}")
}

/// Who acts in this place: the current context.
fn acting(known: &Known<'_>) -> Option<Acting> {
    let current = known.current.and_then(|name| known.find(name));
    current.map(|context| Acting::new(context, ActiveSource::Default))
}

fn decide(verb: Verb, known: &Known<'_>) -> Result<Decision, Refusal> {
    match verb {
        Verb::Set(to, sub) => {
            let (name, subscription) = (Some(name(to)), Some(subscription(sub)));
            set::set(known, &set::SetRequest { name, subscription, ..Default::default() })
        }
        Verb::Select(to) => select::select(known, &name(to)),
        Verb::Rename(from, to) => rename::rename(known, &name(from), &name(to)),
        Verb::Remove(gone) => remove::remove(known, &[name(gone)]),
    }
}

/// What one place has: each name with its subscription, and the current one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Place {
    contexts: BTreeMap<u8, u8>,
    current: Option<u8>,
}

impl Place {
    /// The model: what a verb makes of it, `false` if it is refused.
    fn carry_out(&mut self, verb: Verb) -> bool {
        let has = |number: u8, place: &Self| place.contexts.contains_key(&number);
        match verb {
            Verb::Set(to, sub) => {
                if self.current.is_none() {
                    return false;
                }
                self.contexts.insert(to, sub);
                self.current = Some(to);
            }
            Verb::Select(to) => {
                if !has(to, self) {
                    return false;
                }
                self.current = Some(to);
            }
            Verb::Rename(from, to) => {
                let Some(sub) = self.contexts.get(&from).copied() else { return false };
                self.contexts.remove(&from);
                self.contexts.insert(to, sub);
                if self.current == Some(from) || self.current == Some(to) {
                    self.current = Some(to);
                }
            }
            Verb::Remove(gone) => {
                if self.contexts.remove(&gone).is_none() {
                    return false;
                }
                self.current = self.current.filter(|current| *current != gone);
            }
        }
        true
    }
}

/// The number of a name or a subscription: its last digits.
fn number(text: &str) -> u8 {
    text[text.len() - 2..].trim_start_matches('-').parse().unwrap()
}

fn place<'a>(contexts: impl Iterator<Item = &'a Context>, current: Option<&ContextName>) -> Place {
    let pair = |context: &Context| {
        let sub = number(&context.subscription.as_ref().unwrap().id);
        (number(context.name.as_str()), sub)
    };
    let contexts: BTreeMap<u8, u8> = contexts.map(pair).collect();
    // A name that is not there any more is none, and no other one takes its place.
    let current = current.map(|name| number(name.as_str()));
    Place { current: current.filter(|current| contexts.contains_key(current)), contexts }
}

fn stored(vault: &Vault) -> (ContextList, Option<ContextName>) {
    let snapshot = vault.snapshot().unwrap();
    let default = snapshot.settings().default;
    (snapshot.contexts().iter().map(|stored| stored.value.copied()).collect(), default)
}

/// One transaction: decides on what is there then, and writes it.
fn write(vault: &mut Vault, verb: Verb) -> bool {
    vault
        .write(|writing| -> Result<bool, Problem> {
            let mut settings = writing.settings();
            let ids: BTreeMap<String, Id> = writing
                .contexts()
                .iter()
                .map(|stored| (stored.value.name.key(), stored.id))
                .collect();
            let decision = {
                let contexts =
                    writing.contexts().iter().map(|stored| stored.value.copied()).collect();
                let current = settings.default.as_ref();
                let accounts = Accounts::default();
                let known = |acting| {
                    let whose = Whose { acting, accounts: &accounts };
                    Known::of_vault(&contexts, current, 0, whose)
                };
                let acting = acting(&known(None));
                decide(verb, &known(acting.as_ref()))
            };
            let Ok(Decision { change, .. }) = decision else { return Ok(false) };
            let comes = |name: &ContextName| change.put.iter().any(|c| c.name.same_as(name));
            for name in change.remove.iter().filter(|name| !comes(name)) {
                writing.remove(ids[&name.key()])?;
            }
            for context in &change.put {
                writing.put_context(ids.get(&context.name.key()).copied(), context)?;
            }
            match change.current {
                Some(Current::To(name)) => settings.default = Some(name),
                Some(Current::Nothing) => settings.default = None,
                None => return Ok(true),
            }
            writing.put_settings(&settings)?;
            Ok(true)
        })
        .unwrap()
}

/// A session as the agent has it: a box and how often it was written.
struct Cell {
    id: Id,
    key: SessionKey,
    revision: i64,
    sealed: Vec<u8>,
}

impl Cell {
    fn new(vault: VaultId) -> Self {
        let (id, key) = (Id::random(), SessionKey::generate());
        let sealed = key.seal(vault, id, 1, &ProcessScope::default());
        Self { id, key, revision: 1, sealed }
    }

    fn read(&self, vault: VaultId) -> (i64, ProcessScope) {
        (self.revision, self.key.open(vault, self.id, self.revision, &self.sealed).unwrap())
    }

    /// What the agent does: a state is taken if nobody wrote since it was read.
    fn replace(&mut self, vault: VaultId, read: i64, state: &ProcessScope) -> bool {
        if self.revision != read {
            return false;
        }
        self.revision += 1;
        self.sealed = self.key.seal(vault, self.id, self.revision, state);
        true
    }
}

fn active<'a>(
    state: &'a ProcessScope,
    default: Option<&'a ContextName>,
) -> Option<&'a ContextName> {
    match &state.active {
        Some(Current::To(name)) => Some(name),
        Some(Current::Nothing) => None,
        None => default,
    }
}

fn change(
    state: &mut ProcessScope,
    (stored, default): &(ContextList, Option<ContextName>),
    verb: Verb,
) -> bool {
    let (decision, current) = {
        let accounts = Accounts::default();
        let known = |acting| {
            let whose = Whose { acting, accounts: &accounts };
            state.known(stored, default.as_ref(), whose)
        };
        let acting = acting(&known(None));
        let known = known(acting.as_ref());
        (decide(verb, &known), known.current.cloned())
    };
    let Ok(decision) = decision else { return false };
    state.apply(decision.change, stored, current.as_ref(), &Accounts::default());
    true
}

/// What a process has in its hands between two steps.
enum Between {
    Nothing,
    /// The vault as it was when the command began.
    Began(Verb, (ContextList, Option<ContextName>)),
    /// And the session, as it was read with that revision.
    Read(Verb, (ContextList, Option<ContextName>), i64, ProcessScope),
}

fn verb() -> impl Strategy<Value = Verb> {
    let number = 0..5_u8;
    prop_oneof![
        3 => (number.clone(), 0..9_u8).prop_map(|(to, sub)| Verb::Set(to, sub)),
        2 => number.clone().prop_map(Verb::Select),
        1 => (number.clone(), number.clone()).prop_map(|(from, to)| Verb::Rename(from, to)),
        1 => number.prop_map(Verb::Remove),
    ]
}

fn first_context() -> Context {
    let text = r#"{"name":"context-0","account":{"id":"ada","type":"User"},"tenant":{"id":"t"},
        "subscription":{"id":"00000000-0000-4000-8000-000000000000"},"environment":"AzureCloud"}"#;
    serde_json::from_str(text).unwrap()
}

/// What was in a session when it was last looked at, with the vault that it was looked at over.
#[derive(Default)]
struct Expected {
    vault: Place,
    sessions: [Vec<(Verb, Place)>; 2],
}

/// A session by the model: its verbs one after the other, each over the vault that its process saw.
fn by_model(verbs: &[(Verb, Place)], vault: &Place) -> Place {
    let mut own: BTreeMap<u8, u8> = BTreeMap::new();
    let mut hidden: BTreeSet<u8> = BTreeSet::new();
    // `None` follows the default of the vault.
    let mut chosen: Option<Option<u8>> = None;
    let seen = |vault: &Place,
                own: &BTreeMap<u8, u8>,
                hidden: &BTreeSet<u8>,
                chosen: Option<Option<u8>>| {
        let mut contexts = vault.contexts.clone();
        contexts.retain(|name, _| !hidden.contains(name));
        contexts.extend(own);
        let current = chosen.unwrap_or(vault.current);
        let current = current.filter(|name| contexts.contains_key(name));
        Place { contexts, current }
    };
    for (verb, vault) in verbs {
        let before = seen(vault, &own, &hidden, chosen);
        let mut after = before.clone();
        assert!(after.carry_out(*verb), "it was carried out");
        for gone in before.contexts.keys().filter(|name| !after.contexts.contains_key(name)) {
            own.remove(gone);
            if vault.contexts.contains_key(gone) {
                hidden.insert(*gone);
            }
        }
        match *verb {
            Verb::Set(to, _) => {
                own.insert(to, after.contexts[&to]);
                chosen = Some(Some(to));
            }
            Verb::Select(to) => chosen = Some(Some(to)),
            Verb::Rename(from, to) if from != to => {
                own.insert(to, after.contexts[&to]);
                if vault.contexts.contains_key(&to) {
                    // A name that was taken is replaced, which hides the one of the vault.
                    hidden.insert(to);
                }
                if before.current == Some(from) || before.current == Some(to) {
                    chosen = Some(Some(to));
                }
            }
            Verb::Rename(..) => {}
            Verb::Remove(gone) => {
                if before.current == Some(gone) {
                    chosen = Some(None);
                }
            }
        }
    }
    seen(vault, &own, &hidden, chosen)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..Default::default() })]

    #[test]
    fn nothing_is_lost_and_nobody_gets_another_context(
        steps in prop::collection::vec((0..PROCESSES, verb()), 1..60),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let (path, anchors) = (folder.path().join("vault.db"), folder.path().join("anchors"));
        let passphrase = Secret::copied_from(b"correct horse battery staple");
        let opener = || Opener::Passphrase(&passphrase);
        let slot = NewSlot { opener: opener(), cost: Cost::FLOOR, label: "passphrase".to_owned() };
        let mut first = azvault_vault::create(&path, &[slot], &anchors).unwrap();
        first
            .write(|writing| -> Result<(), Problem> {
                writing.put_context(None, &first_context())?;
                let mut settings = writing.settings();
                settings.default = Some(name(0));
                writing.put_settings(&settings).map(drop)
            })
            .unwrap();
        let second = Locked::open(&path).unwrap().unlock(&opener(), &anchors).unwrap();
        let id = Locked::open(&path).unwrap().vault_id();
        let mut handles = [first, second];
        let mut cells = [Cell::new(id), Cell::new(id)];
        let mut hands: Vec<Between> = (0..PROCESSES).map(|_| Between::Nothing).collect();
        let mut expected = Expected::default();
        expected.vault.contexts.insert(0, 0);
        expected.vault.current = Some(0);

        for (process, verb) in steps {
            if process < 2 {
                let done = write(&mut handles[process], verb);
                let mut after = expected.vault.clone();
                prop_assert_eq!(done, after.carry_out(verb), "{:?}", verb);
                if done {
                    expected.vault = after;
                }
            } else {
                let session = (process - 2) / 2;
                let cell = &mut cells[session];
                hands[process] = match std::mem::replace(&mut hands[process], Between::Nothing) {
                    Between::Nothing => Between::Began(verb, stored(&handles[process % 2])),
                    Between::Began(verb, vault) => {
                        let (revision, state) = cell.read(id);
                        Between::Read(verb, vault, revision, state)
                    }
                    Between::Read(verb, vault, revision, mut state) => {
                        let did = change(&mut state, &vault, verb);
                        if did && !cell.replace(id, revision, &state) {
                            // Another process was faster: read again.
                            Between::Began(verb, vault)
                        } else {
                            if did {
                                let seen = place(vault.0.iter(), vault.1.as_ref());
                                expected.sessions[session].push((verb, seen));
                            }
                            Between::Nothing
                        }
                    }
                };
            }
            // After every step, through both handles: the vault, and what each session acts on.
            for handle in &handles {
                let (contexts, default) = stored(handle);
                prop_assert_eq!(&place(contexts.iter(), default.as_ref()), &expected.vault);
                for (cell, verbs) in cells.iter().zip(&expected.sessions) {
                    let (_, state) = cell.read(id);
                    let seen = state.seen(&contexts);
                    let own = seen.iter().filter(|(_, scope)| *scope == Scope::Process).count();
                    prop_assert_eq!(own, state.contexts.len());
                    let now = active(&state, default.as_ref());
                    let found = place(seen.iter().map(|(context, _)| *context), now);
                    prop_assert_eq!(found, by_model(verbs, &expected.vault));
                }
            }
        }
        for handle in &handles {
            handle.verify_all().unwrap();
        }
    }
}
