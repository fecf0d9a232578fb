//! Changes that are committed together are as if each was written after the one before.

use std::collections::BTreeMap;

use azvault_model::{Secret, SecretDescription, SecretKind};
use azvault_test_support::vault::entry;
use azvault_vault::{Change, Error, Parting, Problem, Settings, Transaction, Vault};
use proptest::prelude::*;

use super::{Asked, Held, context, named};

/// One step of a change; a number picks among what is there by then.
#[derive(Clone, Debug)]
enum Step {
    Add(u8),
    Rename(usize, u8),
    Remove(usize),
    Secret(u8),
    Forget(usize),
    Default(u8),
    Log(u8),
    GiveUp,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => any::<u8>().prop_map(Step::Add),
        3 => (any::<usize>(), any::<u8>()).prop_map(|(at, name)| Step::Rename(at, name)),
        2 => any::<usize>().prop_map(Step::Remove),
        2 => any::<u8>().prop_map(Step::Secret),
        2 => any::<usize>().prop_map(Step::Forget),
        2 => any::<u8>().prop_map(Step::Default),
        3 => any::<u8>().prop_map(Step::Log),
        1 => Just(Step::GiveUp),
    ]
}

/// By name, because ids differ between two vaults. Gives how many contexts it found.
fn carry_out(writing: &mut Transaction<'_>, steps: &[Step]) -> Result<usize, Problem> {
    let found = writing.contexts().len();
    let mut contexts: Vec<_> =
        writing.contexts().iter().map(|one| (one.value.name.clone(), one.id)).collect();
    contexts.sort();
    let mut secrets: Vec<_> =
        writing.secrets().iter().map(|one| (one.description.tenant.clone(), one.id)).collect();
    secrets.sort();
    let pick = |at: &usize, of: usize| at.checked_rem(of);
    for (number, step) in steps.iter().enumerate() {
        match step {
            // No two have one name, so that the order by name is one.
            Step::Add(name) => {
                let name = format!("{name} {found} {number} {}", contexts.len());
                writing.put_context(None, &context(&name))?;
            }
            Step::Rename(at, name) => {
                let Some(at) = pick(at, contexts.len()) else { continue };
                let (before, id) = contexts.remove(at);
                let name = format!("{name} {}", before.as_str());
                writing.put_context(Some(id), &context(&name))?;
            }
            Step::Remove(at) => {
                let Some(at) = pick(at, contexts.len()) else { continue };
                writing.remove(contexts.remove(at).1)?;
            }
            Step::Secret(value) => {
                let about = SecretDescription {
                    tenant: Some(format!("{found} {number} {}", secrets.len()).into()),
                    ..SecretDescription::of(SecretKind::AccessToken)
                };
                writing.add_secret(&about, &Secret::copied_from(&[*value; 9]), 7)?;
            }
            Step::Forget(at) => {
                let Some(at) = pick(at, secrets.len()) else { continue };
                writing.remove_secret(secrets.remove(at).1, Parting::SignedOut)?;
            }
            Step::Default(name) => {
                let default = Some(named(&name.to_string()));
                writing.put_settings(&Settings { default, ..writing.settings() })?;
            }
            Step::Log(verb) => writing.log(entry(&format!("verb {verb}")))?,
            Step::GiveUp => return Err(Problem::NotThere),
        }
    }
    Ok(found)
}

/// Everything but ids and generations.
#[derive(Debug, PartialEq)]
struct Content {
    contexts: BTreeMap<String, i64>,
    secrets: BTreeMap<String, Vec<u8>>,
    settings: Settings,
    log: Vec<String>,
}

fn content(vault: &Vault) -> Content {
    let snapshot = vault.snapshot().unwrap();
    let contexts = snapshot.contexts().iter();
    let values = snapshot.open_secrets().unwrap();
    let secrets = snapshot.secrets().iter().zip(&values);
    Content {
        contexts: contexts.map(|one| (one.value.name.as_str().into(), one.revision)).collect(),
        secrets: secrets
            // EXPOSE: compared with what the other vault has.
            .map(|(one, value)| {
                (one.description.tenant.as_deref().unwrap().into(), value.expose().to_vec())
            })
            .collect(),
        settings: snapshot.settings(),
        log: snapshot.audit_log().unwrap().into_iter().map(|one| one.entry.verb).collect(),
    }
}

fn boxed(steps: &[Step]) -> Change<'_, usize, Problem> {
    Box::new(move |writing| carry_out(writing, steps))
}

fn outcome(result: Result<usize, Error>) -> Option<usize> {
    match result {
        Ok(found) => Some(found),
        Err(Error { problem: Problem::NotThere, .. }) => None,
        Err(other) => panic!("{other:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..Default::default() })]

    #[test]
    fn together_or_one_after_the_other_is_the_same(
        groups in prop::collection::vec(
            prop::collection::vec(prop::collection::vec(step(), 0..5), 0..6),
            1..4,
        ),
    ) {
        let (mut together, mut alone) = (Held::with(3), Held::with(3));
        for group in &groups {
            let before = together.vault.generation();
            let changes = group.iter().map(|steps| boxed(steps));
            let (results, asked) = together.asks(|vault| vault.write_together(changes));
            let results: Vec<_> = results.into_iter().map(outcome).collect();
            let one_by_one = group.iter().map(|steps| {
                outcome(alone.vault.write(|writing| carry_out(writing, steps)))
            });
            prop_assert_eq!(&results, &one_by_one.collect::<Vec<_>>());
            let written = u64::from(results.iter().any(Option::is_some));
            prop_assert_eq!(together.vault.generation(), before + written);
            prop_assert_eq!(asked.opened, 0);
            prop_assert!(asked.macs <= 1);
            prop_assert_eq!(content(&together.vault), content(&alone.vault));
            let (_, after) = together.asks(|vault| drop(vault.snapshot().unwrap()));
            prop_assert_eq!(after, Asked::default());
            together.says_what_is_there();
        }
    }
}

#[test]
fn a_crowd_seals_one_head() {
    let mut held = Held::with(3);
    let log = |number: usize| -> Change<'_, (), Problem> {
        Box::new(move |writing| writing.log(entry(&format!("token {number}"))))
    };
    let (results, asked) = held.asks(|vault| vault.write_together((0..256).map(log)));
    assert!(results.len() == 256 && results.iter().all(Result::is_ok));
    assert_eq!(asked, Asked { opened: 0, sealed: 257, macs: 0 });
    held.says_what_is_there();
    assert!(held.vault.write_together(Vec::<Change<'_, (), Problem>>::new()).is_empty());
}

#[test]
fn contents_for_keeps_are_not_touched_and_a_large_change_ends_a_group() {
    let mut held = Held::with(3);
    let kept = held.vault.snapshot().unwrap().contents();
    let bytes = "x".repeat(1_500_000);
    let add = |number: usize| -> Change<'_, usize, Problem> {
        let bytes = &bytes;
        Box::new(move |writing| {
            let mut new = context(&format!("new {number}"));
            if number == 1 {
                new.extended_properties.insert("all".to_owned(), bytes.clone());
            }
            writing.put_context(None, &new)?;
            Ok(writing.contexts().len())
        })
    };
    let before = held.vault.generation();
    let results = held.vault.write_together((0..4).map(add));
    let found: Vec<_> = results.into_iter().map(Result::unwrap).collect();
    assert_eq!((found, kept.contexts().len()), (vec![3, 4, 5, 6], 3));
    assert_eq!(held.vault.generation(), before + 2);
    held.says_what_is_there();
}
