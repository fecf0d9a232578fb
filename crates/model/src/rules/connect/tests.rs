use super::{Choice, ConnectRequest, Others, SignedIn, VisibleSubscription, choose, connect};
use crate::rules::testing::{context, known, names, words};
use crate::{Context, ContextName, Question, Refusal, Remark, Subscription, Tenant};

fn place(id: &str, state: &str) -> VisibleSubscription {
    VisibleSubscription {
        subscription: Subscription {
            id: id.into(),
            name: Some(format!("Sub {}", id.trim_end_matches('x')).into()),
            state: Some(state.into()),
        },
        tenant: Tenant { id: "t".into(), name: None },
    }
}

/// `ada` with these subscriptions; one that begins with `-` is disabled.
fn ada(ids: &[&str]) -> SignedIn {
    let state = |id: &str| if id.starts_with('-') { "Disabled" } else { "Enabled" };
    SignedIn {
        account: context("", "ada", "").account.unwrap(),
        environment: "AzureCloud".to_owned(),
        tenant: Some(Tenant { id: "home".into(), name: None }),
        places: ids.iter().map(|id| place(id, state(id))).collect(),
    }
}

#[test]
fn a_subscription_is_chosen_by_a_word_by_what_stands_or_as_the_only_one() {
    let standing = context("x", "ADA", "S2");
    let of_bob = context("x", "bob", "s2");
    let mut elsewhere = context("x", "ada", "s2");
    elsewhere.environment = Some("AzureChinaCloud".into());
    let none = |wanted: &str| Err(Refusal::NoSuchSubscription { wanted: wanted.to_owned() });
    for (ids, asked, current, wanted) in [
        (&["s1", "s2"][..], Some("S2"), None, Ok("s2")),
        (&["s1", "s2"], Some("sub S1"), Some(&standing), Ok("s1")),
        (&["s1", "s2"], Some("s3"), Some(&standing), none("s3")),
        (&["s1"], Some("s3"), None, none("s3")),
        (&[], Some("s3"), None, none("s3")),
        (
            &["s1", "s1x"],
            Some("Sub s1"),
            None,
            Err(Refusal::AmbiguousSubscription {
                wanted: "Sub s1".to_owned(),
                ids: vec!["s1".to_owned(), "s1x".to_owned()],
            }),
        ),
        (&["s1", "s1x"], Some("s1"), None, Ok("s1")),
        (&["s1", "s2"], None, Some(&standing), Ok("s2")),
        (&["s1", "s2"], None, Some(&of_bob), Ok("s1 s2 ?")),
        (&["s1", "s2"], None, Some(&elsewhere), Ok("s1 s2 ?")),
        (&["s1", "s3"], None, Some(&standing), Ok("s1 s3 ?")),
        (&["s1", "s2"], None, None, Ok("s1 s2 ?")),
        (&["s1"], None, None, Ok("s1")),
        (&["-s1"], None, None, Ok("-s1")),
        (&["-s1", "s2"], None, None, Ok("s2")),
        (&["-s1", "-s2"], None, None, Ok("-s1 -s2 ?")),
        (&["-s1", "s2", "s3"], None, None, Ok("s2 s3 ?")),
        (&["-s1", "s2"], Some("-s1"), None, Ok("-s1")),
        (&[], None, None, Ok("tenant")),
    ] {
        let signed_in = ada(ids);
        let found = choose(&signed_in, asked, current).map(|choice| match choice {
            Choice::This(place) => place.subscription.id.to_string(),
            Choice::None => "tenant".to_owned(),
            Choice::Several(places) => {
                let ids = places.iter().map(|place| format!("{} ", place.subscription.id));
                ids.collect::<String>() + "?"
            }
        });
        assert_eq!(found, wanted.map(str::to_owned), "{ids:?} {asked:?}");
    }
}

fn wanted(subscription: &str, name: Option<&str>, others: Others) -> ConnectRequest {
    ConnectRequest {
        subscription: Some(subscription.to_owned()).filter(|id| !id.is_empty()),
        name: name.map(ContextName::new),
        others,
    }
}

#[test]
fn contexts_come_by_number_and_an_identity_keeps_its_names() {
    use Others::{AtFirst, Left, UpTo};
    let there = || [context("mine", "ADA", "s2"), context("his", "bob", "s1")];
    let none = || -> [Context; 0] { [] };
    type Case<'a> = (Vec<Context>, &'a [&'a str], &'a str, Option<&'a str>, Others, &'a str);
    let table: [Case<'_>; 12] = [
        (
            none().into(),
            &["s1", "s2"],
            "s1",
            None,
            AtFirst(25),
            "+Sub s1 (s1) +Sub s2 (s2) >Sub s1 (s1)",
        ),
        (
            none().into(),
            &["s1", "s2"],
            "s2",
            None,
            AtFirst(25),
            "+Sub s2 (s2) +Sub s1 (s1) >Sub s2 (s2)",
        ),
        (none().into(), &["s1", "s2"], "s2", None, Left, "+Sub s2 (s2) >Sub s2 (s2)"),
        (none().into(), &["s1", "s2"], "s2", None, AtFirst(0), "+Sub s2 (s2) >Sub s2 (s2)"),
        (
            none().into(),
            &["s1", "s2", "s3"],
            "s3",
            None,
            UpTo(2),
            "+Sub s3 (s3) +Sub s1 (s1) >Sub s3 (s3)",
        ),
        (none().into(), &["s1"], "s1", Some("own"), AtFirst(25), "+own >own"),
        (none().into(), &[], "", None, AtFirst(25), "+home - ada >home - ada"),
        // Known already: the name it has, and what was removed stays away.
        (there().into(), &["s1", "s2", "s3"], "s2", None, AtFirst(25), "+mine >mine"),
        (
            there().into(),
            &["s1", "s2", "s3"],
            "s1",
            None,
            AtFirst(25),
            "+Sub s1 (s1) +mine >Sub s1 (s1)",
        ),
        (
            there().into(),
            &["s1", "s2", "s3"],
            "s1",
            None,
            UpTo(3),
            "+Sub s1 (s1) +mine +Sub s3 (s3) >Sub s1 (s1)",
        ),
        (there().into(), &["s1", "s2"], "s2", Some("new"), AtFirst(25), "+new >new"),
        (there().into(), &["s1", "s2"], "s1", Some("MINE"), AtFirst(25), "+MINE >MINE"),
    ];
    for (contexts, ids, subscription, name, others, expected) in table {
        let asked = wanted(subscription, name, others);
        let decision = connect(&known(&contexts, None), &ada(ids), &asked).unwrap();
        let found = words(&decision.change);
        // The other name of the identity stays as it is.
        let also = Remark::AlsoNamed { name: ContextName::new("mine") };
        assert_eq!(decision.remarks.contains(&also), name == Some("new"));
        assert_eq!(found, expected, "{ids:?} {subscription} {name:?} {others:?}");
        let replaces = (name == Some("MINE"))
            .then(|| Question::Replace { existing: ContextName::new("mine") });
        assert_eq!(decision.asks, replaces);
    }
}

#[test]
fn a_taken_name_is_left_and_said_and_a_given_one_is_asked_for() {
    let all = ["Sub s1 (s1)", "Sub s1 (s1) - ada", "Sub s1 (s1) - t - ada"];
    for (taken, expected) in [
        (0, "+Sub s2 (s2) +Sub s1 (s1) >Sub s2 (s2)"),
        (1, "+Sub s2 (s2) +Sub s1 (s1) - ada >Sub s2 (s2)"),
        (2, "+Sub s2 (s2) +Sub s1 (s1) - t - ada >Sub s2 (s2)"),
        (3, "+Sub s2 (s2) >Sub s2 (s2)"),
    ] {
        let contexts: Vec<Context> =
            names(&all[..taken]).iter().map(|name| context(name.as_str(), "bob", "s9")).collect();
        let asked = wanted("s2", None, Others::UpTo(25));
        let decision = connect(&known(&contexts, None), &ada(&["s1", "s2"]), &asked).unwrap();
        assert_eq!(words(&decision.change), expected);
        let said = (taken == 3).then(|| Remark::NameTaken { name: ContextName::new(all[0]) });
        assert_eq!(decision.remarks, Vec::from_iter(said));
        assert_eq!(decision.asks, None);

        // The current one has to be there under some name.
        let asked = wanted("s1", None, Others::Left);
        let decision = connect(&known(&contexts, None), &ada(&["s1"]), &asked).unwrap();
        let replaced = Question::Replace { existing: ContextName::new(all[0]) };
        assert_eq!(decision.asks, (taken == 3).then_some(replaced));
    }
}

#[test]
fn what_is_there_is_taken_over_but_for_how_it_signed_in() {
    let mut there = context("mine", "ada", "s1");
    there.extended_properties.insert("own".to_owned(), "1".to_owned());
    let account = there.account.as_mut().unwrap();
    for (name, value) in [("CertificateThumbprint", "AB"), ("HomeAccountId", "h")] {
        account.properties.insert(name.to_owned(), value.to_owned());
    }
    let contexts = [there];
    let asked = wanted("s1", None, Others::Left);
    let decision = connect(&known(&contexts, None), &ada(&["s1", "s2"]), &asked).unwrap();
    let put = &decision.change.put[0];
    assert_eq!(put.extended_properties.len(), 1);
    let properties = &put.account.as_ref().unwrap().properties;
    assert_eq!(properties.keys().collect::<Vec<_>>(), ["HomeAccountId"]);
    assert_eq!(decision.remarks, [Remark::Left { subscriptions: 1 }]);
}

#[test]
fn states_and_absence_are_said_and_nonsense_is_refused() {
    let say = |ids: &[&str], subscription: &str| {
        let asked = wanted(subscription, None, Others::Left);
        connect(&known(&[], None), &ada(ids), &asked).map(|decision| decision.remarks)
    };
    let disabled = Remark::SubscriptionState { state: "Disabled".to_owned() };
    assert_eq!(say(&["-s1"], "-s1"), Ok(vec![disabled]));
    assert_eq!(say(&[], ""), Ok(vec![Remark::NoSubscription]));
    assert_eq!(say(&["s1"], "s9"), Err(Refusal::NoSuchSubscription { wanted: "s9".to_owned() }));
    let asked = wanted("s1", Some(""), Others::Left);
    assert_eq!(connect(&known(&[], None), &ada(&["s1"]), &asked).err(), Some(Refusal::EmptyName));
}

#[test]
fn only_contexts_of_the_account_in_the_same_cloud_make_a_sign_in_a_later_one() {
    let mut elsewhere = context("x", "ada", "s9");
    elsewhere.environment = Some("AzureChinaCloud".into());
    for (there, is_first) in
        [(context("x", "ADA", "s9"), false), (context("x", "bob", "s9"), true), (elsewhere, true)]
    {
        let contexts = [there];
        let wanted = wanted("s1", None, Others::AtFirst(25));
        let decision = connect(&known(&contexts, None), &ada(&["s1", "s2"]), &wanted).unwrap();
        assert_eq!(decision.change.put.len(), if is_first { 2 } else { 1 });
    }
}
