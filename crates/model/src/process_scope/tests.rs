use super::{Collision, ProcessScope};
use crate::rules::testing::{context, list, names, words};
use crate::{Accounts, Change, ContextList, ContextName, Current, Forget, Scope};

fn name(text: &str) -> ContextName {
    ContextName::new(text)
}

fn seen(scope: &ProcessScope, stored: &ContextList) -> Vec<(String, Scope)> {
    let mut seen: Vec<_> = scope
        .seen(stored)
        .into_iter()
        .map(|(context, scope)| (context.name.as_str().to_owned(), scope))
        .collect();
    seen.sort();
    seen
}

#[test]
fn a_session_sees_the_vault_under_what_is_its_own() {
    let stored = list(&[context("a", "u", "s1"), context("b", "u", "s2")]);
    let mut scope = ProcessScope::default();
    assert_eq!(seen(&scope, &stored), [("a".into(), Scope::User), ("b".into(), Scope::User)]);

    let change = Change {
        remove: names(&["B"]),
        put: vec![context("A", "u", "s3"), context("c", "u", "s4")],
        current: Some(Current::To(name("c"))),
        ..Change::default()
    };
    scope.apply(change, &stored, Some(&name("a")), &Accounts::default());
    let expected = [("A".into(), Scope::Process), ("c".into(), Scope::Process)];
    assert_eq!(seen(&scope, &stored), expected);
    assert_eq!(scope.active, Some(Current::To(name("c"))));
    assert_eq!(scope.previous, Some(name("a")));
}

#[test]
fn a_name_that_the_vault_never_had_is_not_hidden() {
    let mut scope = ProcessScope::default();
    let change = Change { remove: names(&["later"]), ..Change::default() };
    scope.apply(change, &ContextList::default(), None, &Accounts::default());
    let stored = list(&[context("later", "u", "s")]);
    assert_eq!(seen(&scope, &stored), [("later".into(), Scope::User)]);
}

#[test]
fn a_change_for_the_user_holds_in_the_session_too() {
    let stored = list(&[context("a", "u", "s1")]);
    let mut scope = ProcessScope::default();
    let change = Change {
        remove: names(&["a"]),
        put: vec![context("own", "u", "s2")],
        current: Some(Current::Nothing),
        ..Change::default()
    };
    scope.apply(change, &stored, Some(&name("a")), &Accounts::default());
    let to_a = || Change {
        put: vec![context("A", "u", "s1")],
        current: Some(Current::To(name("A"))),
        ..Change::default()
    };
    scope.take_part(&to_a(), Some(&to_a()), &Accounts::default());
    let expected = [("a".into(), Scope::User), ("own".into(), Scope::Process)];
    assert_eq!(seen(&scope, &stored), expected);
    assert_eq!(scope.active, None);
}

#[test]
fn what_a_session_chose_follows_a_rename_and_goes_with_a_removal_for_the_user() {
    let current = |current: Option<Current>| Change { current, ..Change::default() };
    let to = |text| Some(Current::To(name(text)));
    for (before, of_user, here, after) in [
        // Renamed in the vault where it is no default: it stays the session's choice.
        (to("old"), None, Some(to("new")), to("new")),
        // Removed: the session has none, and does not fall back to the default.
        (to("old"), None, Some(Some(Current::Nothing)), Some(Current::Nothing)),
        // Another one was removed or renamed.
        (to("mine"), to("x"), Some(None), to("mine")),
        // The session does not see what was changed.
        (to("mine"), None, None, to("mine")),
        // Selected for the user: the session follows the default again.
        (to("mine"), to("x"), Some(to("x")), None),
        (None, to("x"), Some(to("x")), None),
        // Selected for the user, and hidden here until now.
        (to("mine"), to("x"), None, None),
        // Under another name than the session would have given: that one exists nowhere.
        (to("mine"), to("x"), Some(to("x - ada")), None),
    ] {
        let mut scope = ProcessScope { active: before, ..ProcessScope::default() };
        scope.take_part(&current(of_user), here.map(current).as_ref(), &Accounts::default());
        assert_eq!(scope.active, after);
    }
}

#[test]
fn a_change_for_the_user_takes_of_the_session_what_the_rule_takes_here() {
    let of_bob = || context("a", "bob", "s9");
    for (of_user, here, left, gone) in [
        // An account goes, and a context of another account covers one of its names.
        (&["a"][..], Some(&[][..]), &["a", "own"][..], &[][..]),
        // It has a context in the session alone.
        (&["a"], Some(&["own"]), &["a"], &["own"]),
        (&["a"], Some(&["A", "own"]), &[], &["a", "own"]),
        // The rule refuses here.
        (&["a"], None, &["a", "own"], &[]),
    ] {
        let remove = |texts: &[&str]| Change { remove: names(texts), ..Change::default() };
        let contexts = vec![of_bob(), context("own", "ada", "s2")];
        let mut scope = ProcessScope { contexts, ..ProcessScope::default() };
        let went =
            scope.take_part(&remove(of_user), here.map(remove).as_ref(), &Accounts::default());
        assert_eq!(went, names(gone), "{of_user:?} {here:?}");
        let own: Vec<&str> = scope.contexts.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(own, left, "{of_user:?} {here:?}");
    }
    // One that is chosen for the user can be seen.
    let hidden = [name("x").key()].into();
    let mut scope = ProcessScope { hidden, ..ProcessScope::default() };
    scope.take_part(
        &Change { current: Some(Current::To(name("X"))), ..Change::default() },
        None,
        &Accounts::default(),
    );
    assert!(scope.hidden.is_empty());
}

#[test]
fn a_name_of_two_accounts_stands_in_the_way_of_a_change_for_the_user() {
    let stored = list(&[context("a", "ada", "s1"), context("b", "ada", "s2")]);
    let contexts = vec![context("A", "bob", "s9"), context("b", "ADA", "s3")];
    let scope = ProcessScope { contexts, ..ProcessScope::default() };
    let remove = |texts: &[&str]| Change { remove: names(texts), ..Change::default() };
    let to = |text| Change { current: Some(Current::To(name(text))), ..Change::default() };
    let put = |context| Change { put: vec![context], ..to("a") };
    let everything = || Change { forget: Forget::Everything, ..remove(&["a"]) };
    let another = Collision::AnotherAccount(name("a"));
    for (of_user, here, wanted) in [
        (remove(&["a"]), Some(remove(&["a"])), Some(another.clone())),
        (remove(&["b", "a"]), Some(remove(&["b", "a"])), Some(another.clone())),
        (remove(&["b"]), Some(remove(&["b"])), None),
        // The account of the vault's goes, and the session's is another's.
        (remove(&["a"]), Some(remove(&[])), None),
        (remove(&["a"]), None, None),
        (to("a"), Some(to("A")), Some(another)),
        (to("b"), Some(to("b")), None),
        (put(context("a", "ada", "s5")), None, Some(Collision::Replaced(name("A")))),
        (put(context("a", "BOB", "S9")), None, None),
        (put(context("c", "ada", "s5")), None, Some(Collision::AnotherAccount(name("a")))),
        (everything(), Some(everything()), None),
    ] {
        let found = scope.collision(&of_user, here.as_ref(), &stored);
        assert_eq!(found, wanted, "{}", words(&of_user));
    }
}
