use super::{short_name, short_names};
use crate::rules::default_name::{Era, default_name};
use crate::rules::testing::{context, of_principal};
use crate::{AccountType, Context, ContextName, Subscription, Tenant};

/// Who, on what, where; of an application where the account has no `@`.
fn of(account: &str, subscription: [&str; 2], tenant: [&str; 2]) -> Context {
    let make = if account.contains('@') { context } else { of_principal };
    let mut made = make("", account, subscription[0]);
    made.subscription = Some(Subscription {
        id: subscription[0].into(),
        name: Some(subscription[1].into()),
        state: None,
    });
    made.tenant = Some(Tenant { id: tenant[0].into(), name: Some(tenant[1].into()) });
    made.name = default_name(&made, Era::Az);
    made
}

const PROD: [&str; 2] = ["5b000000-0000-4000-8000-000000000002", "Contoso Prod"];
const DEV: [&str; 2] = ["5b000000-0000-4000-8000-000000000001", "Contoso (Dev/Test)"];
const CONTOSO: [&str; 2] = ["72f00000-0000-4000-8000-000000000001", "contoso.example"];
const FABRIKAM: [&str; 2] = ["72f00000-0000-4000-8000-000000000002", "Fabrikam Ltd"];
const MEGAN: &str = "megan@contoso.example";
const ALEX: &str = "alex@contoso.example";
const APP: &str = "a9900000-0000-4000-8000-000000000001";

fn named(contexts: &[Context]) -> Vec<String> {
    let contexts: Vec<&Context> = contexts.iter().collect();
    let text = |name: Option<ContextName>| name.map_or("-".to_owned(), |n| n.as_str().to_owned());
    short_names(&contexts, |_| false).into_iter().map(text).collect()
}

#[test]
fn a_name_says_the_subscription_and_who_is_no_person() {
    let mut managed = of(APP, PROD, CONTOSO);
    managed.account.as_mut().unwrap().account_type = AccountType::new("ManagedService");
    let mut nowhere = of(MEGAN, PROD, CONTOSO);
    nowhere.subscription = None;
    nowhere.name = default_name(&nowhere, Era::Az);
    let mut unnamed = of(MEGAN, PROD, CONTOSO);
    unnamed.subscription.as_mut().unwrap().name = None;
    unnamed.name = default_name(&unnamed, Era::Az);
    for (context, wanted) in [
        (of(MEGAN, PROD, CONTOSO), "contoso-prod"),
        (of(MEGAN, DEV, CONTOSO), "contoso-dev-test"),
        (of(APP, PROD, CONTOSO), "contoso-prod-sp"),
        (managed, "contoso-prod-mi"),
        (nowhere, "contoso"),
        (unnamed, "5b000000"),
        (of(MEGAN, ["s", "Größe – Übung ЮГ"], CONTOSO), "größe-übung-юг"),
        (of(MEGAN, ["s9", "--- !"], CONTOSO), "s9"),
        // Never an option, never hidden: what is no letter and no digit is a hyphen between words.
        (of(MEGAN, ["s", "--help\u{202e}x\u{7}"], CONTOSO), "help-x"),
    ] {
        assert_eq!(named(&[context]), [wanted]);
    }
}

#[test]
fn every_form_of_a_generated_name_is_shortened_and_no_other() {
    for era in Era::ALL {
        let mut own = of(MEGAN, PROD, CONTOSO);
        own.name = default_name(&own, era);
        assert_eq!(named(&[own.copied()]), ["contoso-prod"], "{era:?}");
        own.name = ContextName::new(format!("{} (2)", own.name.as_str()));
        assert_eq!(named(&[own]), ["contoso-prod"], "{era:?}, numbered");
    }
    for name in ["prod", "Contoso Prod", "", "Contoso Prod (mine)", "default"] {
        let mut own = of(MEGAN, PROD, CONTOSO);
        own.name = ContextName::new(name);
        assert_eq!(named(&[own]), ["-"], "{name}");
    }
}

#[test]
fn no_two_are_alike_and_none_is_the_plain_one_by_chance() {
    let contexts = || {
        vec![
            of(MEGAN, PROD, CONTOSO),
            of(ALEX, PROD, CONTOSO),
            of(APP, PROD, CONTOSO),
            of(MEGAN, DEV, CONTOSO),
            of(MEGAN, ["id-a", "Shared"], CONTOSO),
            of(MEGAN, ["id-a", "Shared"], FABRIKAM),
            of(MEGAN, ["x1-1", "Twice"], CONTOSO),
            of(MEGAN, ["x2-1", "twice"], CONTOSO),
        ]
    };
    let wanted = [
        "contoso-prod-megan",
        "contoso-prod-alex",
        "contoso-prod-sp",
        "contoso-dev-test",
        "shared-contoso",
        "shared-fabrikam-ltd",
        "twice-megan-contoso-x1",
        "twice-megan-contoso-x2",
    ];
    assert_eq!(named(&contexts()), wanted);
    // In another order each has the name that it had.
    let mut turned = named(&contexts().into_iter().rev().collect::<Vec<_>>());
    turned.reverse();
    assert_eq!(turned, wanted);
    // Nothing tells these apart.
    let same = [of(MEGAN, PROD, CONTOSO), of(MEGAN, PROD, CONTOSO)];
    let numbered =
        ["contoso-prod-megan-contoso-5b000000-2", "contoso-prod-megan-contoso-5b000000-3"];
    assert_eq!(named(&same), numbered);
}

#[test]
fn a_name_that_is_taken_is_not_given() {
    let own = of(MEGAN, PROD, CONTOSO);
    let taken = |names: &'static [&'static str]| {
        move |name: &ContextName| names.iter().any(|own| ContextName::new(own).same_as(name))
    };
    let name = |names| short_name(&own, taken(names)).unwrap().as_str().to_owned();
    assert_eq!(name(&[]), "contoso-prod");
    assert_eq!(name(&["CONTOSO-PROD"]), "contoso-prod-megan");
    assert_eq!(name(&["contoso-prod", "contoso-prod-megan"]), "contoso-prod-contoso");
}
