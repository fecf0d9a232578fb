use std::borrow::Cow;

use super::{Who, disconnect};
use crate::rules::active::ActiveSource;
use crate::rules::testing::{context, known, of_principal, words};
use crate::{
    Account, AccountKey, AccountType, Accounts, Acting, Clouds, Context, ContextName, Forget,
    HOME_ACCOUNT_ID, Known, Question, Refusal,
};

fn contexts() -> [Context; 5] {
    let mut elsewhere = context("c", "ADA@x", "s3");
    elsewhere.tenant = None;
    let mut china = of_principal("e", "APP", "s2");
    china.environment = Some("AzureChinaCloud".into());
    [
        context("a", "ada@x", "s1"),
        of_principal("b", "app", "s2"),
        elsewhere,
        context("d", "bob@x", "s1"),
        china,
    ]
}

/// All accounts: those of the contexts, one that only a token names, one of a session.
fn everybody(contexts: &[Context]) -> Accounts {
    let only = Account {
        id: "token-only@x".into(),
        account_type: AccountType::new("User"),
        environment: Some("AzureCloud".into()),
        home_account_id: None,
        tenants: Vec::new(),
        properties: Default::default(),
    };
    let of_session = context("own", "eve@x", "s9");
    let all = contexts.iter().chain([&of_session]);
    Accounts::of(Clouds::default(), all, [&only], [])
}

fn keys(accounts: &Accounts, ids: &[&str]) -> Vec<AccountKey> {
    ids.iter().map(|id| accounts.named(id).one().unwrap().key.clone()).collect()
}

#[test]
fn all_contexts_of_the_account_go_whatever_their_name_or_tenant_and_none_of_another_cloud() {
    let contexts = contexts();
    let all = everybody(&contexts);
    for (who, current, wanted) in [
        (Who::named("ADA@X", &all), None, "-a -c"),
        (Who::named("ada@x", &all), Some("c"), "-a -c >none"),
        (Who::named("token-only@x", &all), Some("a"), ""),
        (Who::of(&contexts[1], &all), Some("a"), "-b"),
        (Who::of(&contexts[4], &all), Some("a"), "-e"),
    ] {
        let who = who.unwrap();
        let current = current.map(ContextName::new);
        let accounts = Cow::Borrowed(&all);
        let known = Known { accounts, ..known(&contexts, current.as_ref()) };
        let found = disconnect(&known, &who).unwrap();
        assert_eq!(words(&found.change), wanted, "{who:?}");
        let Who::Account(account) = who else { panic!("{who:?}") };
        assert_eq!(found.change.forget, Forget::Accounts(vec![account.key]));
    }
    let known_to_all = Known { accounts: Cow::Borrowed(&all), ..known(&contexts, None) };
    let found = disconnect(&known_to_all, &Who::All).unwrap();
    assert_eq!(words(&found.change), "-a -b -c -d -e");
    let Some(Question::Disconnect { accounts, contexts: 5, .. }) = found.asks else {
        panic!("{:?}", found.asks)
    };
    assert_eq!(accounts.len(), 6, "{accounts:?}");
    // Where nobody is signed in there is nothing to ask.
    assert_eq!(disconnect(&known(&[], None), &Who::All).unwrap().asks, None);
}

#[test]
fn the_account_that_acts_goes_whatever_is_current_in_the_scope() {
    let contexts = contexts();
    let all = everybody(&contexts);
    let of_session = context("own", "eve@x", "s9");
    for (acting, current, wanted, forgotten) in [
        (&contexts[3], Some("d"), "-d >none", "bob@x"),
        (&contexts[3], Some("a"), "-d", "bob@x"),
        (&contexts[3], None, "-d", "bob@x"),
        (&contexts[0], Some("d"), "-a -c", "ada@x"),
        // It lives in another scope: here nothing of it is lost, and nothing of anybody else.
        (&of_session, Some("a"), "", "eve@x"),
    ] {
        let acting = Acting::new(acting, ActiveSource::Session);
        let current = current.map(ContextName::new);
        let (acting, accounts) = (Some(&acting), Cow::Borrowed(&all));
        let known = Known { acting, accounts, ..known(&contexts, current.as_ref()) };
        let found = disconnect(&known, &Who::Acting).unwrap();
        assert_eq!(words(&found.change), wanted);
        assert_eq!(found.change.forget, Forget::Accounts(keys(&all, &[forgotten])));
    }
    let current = ContextName::new("a");
    let nobody = known(&contexts, Some(&current));
    assert_eq!(disconnect(&nobody, &Who::Acting).err(), Some(Refusal::NoneCurrent));
}

#[test]
fn an_account_is_found_by_its_whole_name_and_one_of_several_is_not_guessed() {
    let contexts = contexts();
    let all = everybody(&contexts);
    for id in ["eve", "bob", "", "nobody@x"] {
        let refused = Refusal::NoSuchAccount { id: id.to_owned() };
        assert_eq!(Who::named(id, &all), Err(refused));
    }
    let Err(Refusal::AmbiguousAccount { wanted, accounts }) = Who::named("App", &all) else {
        panic!("one was guessed")
    };
    assert_eq!((wanted.as_str(), accounts.len()), ("App", 2));
    assert!(accounts.iter().all(|words| words.starts_with("service principal ")), "{accounts:?}");
    assert_ne!(accounts[0], accounts[1]);
    let mut nobodys = context("n", "ada@x", "s");
    nobodys.account = None;
    let refused = Refusal::NoAccount { context: nobodys.name.clone() };
    assert_eq!(Who::of(&nobodys, &all), Err(refused));
}

#[test]
fn of_two_users_of_one_name_one_goes() {
    let of_home = |name: &str, home: &str| {
        let mut context = context(name, "ada@x", name);
        let account = context.account.as_mut().unwrap();
        account.properties.insert(HOME_ACCOUNT_ID.to_owned(), home.to_owned());
        context
    };
    let contexts =
        [of_home("work", "o1.t1"), of_home("home", "o2.t2"), context("bare", "ada@x", "s")];
    let all = Accounts::of(Clouds::default(), &contexts, [], []);
    let go = |who: &Who| {
        let known = Known { accounts: Cow::Borrowed(&all), ..known(&contexts, None) };
        words(&disconnect(&known, who).unwrap().change)
    };
    assert_eq!(go(&Who::of(&contexts[0], &all).unwrap()), "-work");
    assert_eq!(go(&Who::named("O2.T2", &all).unwrap()), "-home");
    for refused in [Who::named("ada@x", &all), Who::of(&contexts[2], &all)] {
        assert!(matches!(refused, Err(Refusal::AmbiguousAccount { .. })), "{refused:?}");
    }
    // With everybody goes what may be of either.
    assert_eq!(go(&Who::All), "-work -home -bare");
}
