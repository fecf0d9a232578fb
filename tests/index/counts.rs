//! What a request costs: boxes that are opened and sealed, whatever the size of the vault.

use azvault_model::{Secret, SecretDescription, SecretKind};
use azvault_test_support::vault::{SMALL, context as plain, entry, fill, import};
use azvault_vault::{Parting, Problem, Settings};

use super::{Asked, Held, context, named, read};

const SIZES: [usize; 2] = [10, 400];

#[test]
fn an_unchanged_vault_opens_no_box() {
    for size in SIZES {
        let mut held = Held::with(size);
        for _ in 0..3 {
            let (number, asked) = held.asks(|vault| vault.snapshot().unwrap().contexts().len());
            assert_eq!((number, asked), (size, Asked::default()));
        }
        // All of it is looked at where that is what was asked for.
        let (verified, asked) = held.asks(|vault| vault.verify_all().unwrap());
        assert!(asked.opened > verified.records, "{asked:?}");
    }
}

#[test]
fn a_write_opens_and_seals_what_it_is_about() {
    let costs = SIZES.map(|size| {
        let mut held = Held::with(size);
        let (_, log) = held.asks(|vault| vault.write(|writing| writing.log(entry("token"))));
        // The entry and the head; no record changed, so the root stays.
        assert_eq!(log, Asked { opened: 0, sealed: 2, macs: 0 });
        let change = held.asks(|vault| {
            let id = vault.snapshot().unwrap().contexts()[3].id;
            vault.write(|writing| -> Result<(), Problem> {
                writing.put_context(Some(id), &context("another name"))?;
                writing.put_context(None, &context("new"))?;
                let settings = Settings { default: Some(named("new")), ..writing.settings() };
                writing.put_settings(&settings)?;
                writing.log(entry("context rename"))
            })
        });
        change.0.unwrap();
        let secret = held.asks(|vault| {
            let about = SecretDescription::of(SecretKind::AccessToken);
            let value = Secret::copied_from(b"a token");
            vault.write(|writing| writing.add_secret(&about, &value, 1))
        });
        let id = secret.0.unwrap();
        let removed = held.asks(|vault| {
            let first = vault.snapshot().unwrap().contexts()[0].id;
            vault.write(|writing| {
                writing.remove_secret(id, Parting::Renewed)?;
                writing.remove(first)
            })
        });
        removed.0.unwrap();
        let (_, after) = held.asks(|vault| read(vault).len());
        // The entries of the log, which were asked for.
        assert_eq!((after.opened, after.sealed), (3, 0));
        held.says_what_is_there();
        [log, change.1, secret.1, removed.1]
    });
    assert_eq!(costs[0], costs[1]);
    assert_eq!(costs[0][1], Asked { opened: 0, sealed: 5, macs: 1 });
}

#[test]
fn after_a_change_that_was_given_up_it_is_as_before() {
    let mut held = Held::with(10);
    let before = read(&held.vault);
    let (failed, asked) = held.asks(|vault| {
        vault.write(|writing| -> Result<(), Problem> {
            let first = writing.contexts()[0].id;
            writing.remove(first)?;
            writing.put_context(None, &context("half done"))?;
            Err(Problem::WrongKey)
        })
    });
    assert!(failed.is_err());
    assert_eq!(asked, Asked::default(), "nothing is sealed before it is all there");
    let (_, asked) = held.asks(|vault| drop(vault.snapshot().unwrap()));
    assert_eq!(asked, Asked::default());
    assert_eq!(read(&held.vault), before);
    held.vault.write(|writing| writing.log(entry("use"))).unwrap();
    held.says_what_is_there();
}

#[test]
fn what_another_process_writes_is_verified_and_seen() {
    let mut held = Held::with(10);
    let mut other = held.other();
    for round in 0..4 {
        other
            .write(|writing| writing.put_context(None, &plain(&format!("other {round}"), "s2")))
            .unwrap();
        let (number, asked) = held.asks(|vault| vault.snapshot().unwrap().contexts().len());
        // The head and every record.
        assert_eq!((number, asked.opened), (11 + 2 * round, 12 + 2 * round));
        held.vault.write(|writing| writing.put_context(None, &context("own"))).unwrap();
        held.says_what_is_there();
    }
}

#[test]
fn contents_for_keeps_stay_as_they_were_and_hold_nothing_up() {
    let mut held = Held::with(10);
    let kept = held.vault.snapshot().unwrap().contents();
    held.vault.write(|writing| writing.put_context(None, &context("new"))).unwrap();
    assert_eq!(kept.contexts().len(), 10);
    drop(kept);
    // The change became a part of what is known once nobody had that for keeps.
    let (number, asked) = held.asks(|vault| vault.snapshot().unwrap().contexts().len());
    assert_eq!((number, asked), (11, Asked::default()));
    let kept = held.vault.snapshot().unwrap().contents();
    for name in ["newer", "newest"] {
        held.vault.write(|writing| writing.put_context(None, &context(name))).unwrap();
    }
    assert_eq!((kept.contexts().len(), held.vault.snapshot().unwrap().contexts().len()), (11, 13));
    held.says_what_is_there();
}

#[test]
fn what_is_taken_out_is_verified_again() {
    let mut held = Held::with(10);
    let before = read(&held.vault);
    let kept = held.vault.snapshot().unwrap().contents();
    for _ in 0..2 {
        let mut snapshot = held.vault.snapshot().unwrap();
        assert_eq!(snapshot.take_items().unwrap().contexts.len(), 10);
    }
    assert_eq!(kept.contexts().len(), 10);
    let (now, asked) = held.asks(|vault| read(vault));
    assert_eq!(now, before);
    assert!(asked.opened > 10);
}

#[test]
fn a_change_of_more_than_is_worth_holding_twice_is_read_again() {
    let mut held = Held::with(3);
    let bytes = "x".repeat(200_000);
    held.vault
        .write(|writing| -> Result<(), Problem> {
            let first = writing.contexts()[0].id;
            writing.remove(first)?;
            (0..8).try_for_each(|number| {
                let mut large = context(&format!("large {number}"));
                large.extended_properties.insert("all".to_owned(), bytes.clone());
                writing.put_context(None, &large).map(drop)
            })
        })
        .unwrap();
    let (number, asked) = held.asks(|vault| vault.snapshot().unwrap().contexts().len());
    assert_eq!((number, asked.opened), (10, 11));
    held.says_what_is_there();
}

#[test]
fn records_of_every_kind_come_and_go() {
    let mut held = Held::with(0);
    fill(&mut held.vault, SMALL).unwrap();
    held.says_what_is_there();
    let snapshot = held.vault.snapshot().unwrap();
    let (secret, account) = (snapshot.secrets()[1].id, snapshot.accounts()[0].id);
    let environment = snapshot.environments()[0].id;
    let (import_id, context_id) = (snapshot.imports()[0].id, snapshot.contexts()[1].id);
    let stack = snapshot.environments()[0].value.clone();
    let mut about = snapshot.secrets()[0].description.clone();
    let first = snapshot.secrets()[0].id;
    drop(snapshot);
    let (written, _) = held.asks(|vault| {
        vault.write(|writing| -> Result<(), Problem> {
            about.tenant = Some("t".into());
            writing.update_secret(first, &about)?;
            writing.remove_secret(secret, Parting::SignedOut)?;
            assert_eq!(writing.secrets().len(), 2);
            writing.remove(account)?;
            writing.put_environment(Some(environment), &stack)?;
            writing.remove(context_id)?;
            let more = import(writing, b"more")?;
            writing.add_import(&more)?;
            writing.put_settings(&Settings::default())?;
            writing.put_settings(&Settings { default: Some(named("x")), ..Settings::default() })?;
            writing.change_import(import_id, |import| import.files[0].removed = Some(5))
        })
    });
    written.unwrap();
    let (_, asked) = held.asks(|vault| drop(vault.snapshot().unwrap()));
    assert_eq!(asked, Asked::default());
    held.says_what_is_there();
}
