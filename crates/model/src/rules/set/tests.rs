use super::{SetRequest, set};
use crate::rules::active::ActiveSource;
use crate::rules::connect::VisibleSubscription;
use crate::rules::testing::{context, known, words};
use crate::{
    Acting, Context, ContextName, Decision, Known, Question, Refusal, Remark, Subscription, Tenant,
};

const UNKNOWN: &str = "00000000-1111-2222-3333-444444444444";

fn wanted(name: Option<&str>, subscription: Option<&str>, tenant: Option<&str>) -> SetRequest {
    SetRequest {
        name: name.map(ContextName::new),
        subscription: subscription.map(str::to_owned),
        tenant: tenant.map(str::to_owned),
        ..SetRequest::default()
    }
}

/// Sets as the first of these contexts, which is current as well.
fn set_as_first(contexts: &[Context], asked: &SetRequest) -> Result<Decision, Refusal> {
    let acting = Acting::new(&contexts[0], ActiveSource::Default);
    set(&Known { acting: Some(&acting), ..known(contexts, Some(&contexts[0].name)) }, asked)
}

fn contexts() -> [Context; 4] {
    let mut old = context("old", "ada", "s3");
    old.subscription.as_mut().unwrap().state = Some("Disabled".into());
    let mut elsewhere = context("elsewhere", "ada", "s4");
    elsewhere.subscription.as_mut().unwrap().name = Some("Sub s3".into());
    elsewhere.tenant = Some(Tenant { id: "ta".into(), name: Some("Tenant A".into()) });
    [context("one", "ada", "s1"), context("two", "bob", "s2"), old, elsewhere]
}

#[test]
fn what_is_asked_for_becomes_current_under_the_name_that_it_has_or_gets() {
    let contexts = contexts();
    for (asked, change, asks) in [
        // Known identity: the name it has. Id and name, in any case.
        (wanted(None, Some("S1"), None), "+one >one", None),
        (wanted(None, Some("sub S1"), None), "+one >one", None),
        // Known subscription of another account: a new identity, under the documented name.
        (wanted(None, Some("s2"), None), "+Sub s2 (s2) >Sub s2 (s2)", None),
        // With a name: stored under it; another identity of that name asks.
        (wanted(Some("mine"), Some("s1"), None), "+mine >mine", None),
        (wanted(Some("ONE"), Some("s1"), None), "+ONE >ONE", None),
        (wanted(Some("two"), Some("s1"), None), "+two >two", Some("two")),
        // A tenant alone has no subscription.
        (wanted(None, None, Some("T")), "+t - ada >t - ada", None),
        // A tenant by the name that a context has for it.
        (wanted(None, None, Some("tenant A")), "+ta - ada >ta - ada", None),
        // A GUID that nobody knows is taken at its word.
        (
            wanted(None, Some(UNKNOWN), Some("ta")),
            "+00000000-1111-2222-3333-444444444444 (00000000-1111-2222-3333-444444444444) \
             >00000000-1111-2222-3333-444444444444 (00000000-1111-2222-3333-444444444444)",
            None,
        ),
        // Nothing but a name: the current context under another name too.
        (wanted(Some("copy"), None, None), "+copy >copy", None),
    ] {
        let decision = set_as_first(&contexts, &asked).unwrap();
        assert_eq!(words(&decision.change), change, "{asked:?}");
        let asks = asks.map(|existing| Question::Replace { existing: ContextName::new(existing) });
        assert_eq!(decision.asks, asks, "{asked:?}");
        let account = decision.change.put[0].account.as_ref().unwrap();
        assert_eq!(account.id, "ada", "{asked:?}");
    }
}

#[test]
fn who_acts_is_the_base_whatever_is_current_and_wherever_it_lives() {
    let contexts = contexts();
    let of_session = context("own", "eve", "s9");
    for (acting, account) in [(&contexts[1], "bob"), (&contexts[0], "ada"), (&of_session, "eve")] {
        let acting = Acting::new(acting, ActiveSource::Session);
        for current in [Some(&contexts[0].name), Some(&contexts[1].name), None] {
            let known = Known { acting: Some(&acting), ..known(&contexts, current) };
            let decision = set(&known, &wanted(None, Some("s1"), None)).unwrap();
            assert_eq!(decision.change.put[0].account.as_ref().unwrap().id, account);
        }
    }
    // Its own subscription is known where the change goes, too.
    let acting = Acting::new(&of_session, ActiveSource::Session);
    let known = Known { acting: Some(&acting), ..known(&contexts, None) };
    let decision = set(&known, &wanted(None, Some("sub s9"), None)).unwrap();
    assert_eq!(decision.change.put[0].subscription.as_ref().unwrap().id, "s9");
}

#[test]
fn a_tenant_in_which_the_account_was_never_seen_is_asked_about() {
    let in_tenant = |name: &str, account: &str, subscription: &str, tenant: &str| {
        let mut context = context(name, account, subscription);
        context.tenant.as_mut().unwrap().id = tenant.into();
        context
    };
    let contexts = [
        context("one", "ada", "s1"),
        in_tenant("bobs", "bob", "s2", "tb"),
        in_tenant("adas", "ADA", "s3", "ta"),
    ];
    let place = VisibleSubscription {
        subscription: Subscription { id: "s7".into(), name: None, state: None },
        tenant: Tenant { id: "seen".into(), name: None },
    };
    let acting = Acting::new(&contexts[0], ActiveSource::Session);
    let known = Known { acting: Some(&acting), ..known(&contexts, None) };
    for (subscription, tenant, asked_about, replaced) in [
        (Some("s1"), None, None, None),
        (None, Some("TA"), None, None),
        (Some("s3"), None, None, None),
        (Some("s7"), None, None, None),
        (Some("s2"), None, Some("tb"), None),
        (Some("s2"), None, Some("tb"), Some("bobs")),
        // Named by the person: said, and not asked.
        (None, Some("tb"), None, None),
        (Some("s2"), Some("TB"), None, None),
        (None, Some(UNKNOWN), None, None),
    ] {
        let asked =
            SetRequest { seen: vec![place.clone()], ..wanted(replaced, subscription, tenant) };
        let decision = set(&known, &asked).unwrap();
        let is_said =
            decision.remarks.iter().any(|said| matches!(said, Remark::UnseenTenant { .. }));
        let is_named = tenant.is_some_and(|tenant| tenant != "TA");
        assert_eq!(is_said, is_named, "{subscription:?} {tenant:?}");
        let question = decision.asks;
        let wanted = asked_about.map(|tenant| Question::UnseenTenant {
            account: "ada".to_owned(),
            tenant: tenant.to_owned(),
            replaced: replaced.map(ContextName::new),
        });
        assert_eq!(question, wanted, "{subscription:?} {tenant:?}");
    }
    let refused = Refusal::NoSuchTenant { wanted: "nobodys.example".to_owned() };
    assert_eq!(set(&known, &wanted(None, None, Some("nobodys.example"))).err(), Some(refused));
    let of_token = Acting::new(&contexts[0], ActiveSource::Session).seen_in([UNKNOWN]);
    let known = Known { acting: Some(&of_token), ..known };
    let decision = set(&known, &wanted(None, None, Some(UNKNOWN))).unwrap();
    assert_eq!((decision.asks, decision.remarks), (None, vec![Remark::NoSubscription]));
}

#[test]
fn what_azure_shows_comes_after_what_contexts_know() {
    let place = |id: &str, name: &str| VisibleSubscription {
        subscription: Subscription { id: id.into(), name: Some(name.into()), state: None },
        tenant: Tenant { id: "seen".into(), name: None },
    };
    let seen =
        [place("s1", "Seen"), place("s8", "Sub s1"), place("s9", "Nine"), place(UNKNOWN, "U")];
    let twice = [place("a", "Twice"), place("b", "twice")];
    let contexts = contexts();
    for (text, wanted_id, tenant) in [
        ("s1", "s1", "t"),
        ("Sub s1", "s1", "t"),
        ("nine", "s9", "seen"),
        ("S8", "s8", "seen"),
        ("Seen", "s1", "seen"),
        (UNKNOWN, UNKNOWN, "seen"),
    ] {
        let asked = SetRequest { seen: seen.to_vec(), ..wanted(None, Some(text), None) };
        let decision = set_as_first(&contexts, &asked).unwrap();
        let put = &decision.change.put[0];
        assert_eq!(put.subscription.as_ref().unwrap().id, wanted_id, "{text}");
        assert_eq!(put.tenant.as_ref().unwrap().id, tenant, "{text}");
    }
    let asked = SetRequest { seen: twice.to_vec(), ..wanted(None, Some("twice"), None) };
    let found = set_as_first(&contexts, &asked).err();
    let ids = vec!["a".to_owned(), "b".to_owned()];
    assert_eq!(found, Some(Refusal::AmbiguousSubscription { wanted: "twice".to_owned(), ids }));
}

#[test]
fn what_cannot_be_found_is_refused() {
    let contexts = contexts();
    let ambiguous = Refusal::AmbiguousSubscription {
        wanted: "Sub s3".to_owned(),
        ids: vec!["s3".to_owned(), "s4".to_owned()],
    };
    let absent = Refusal::NoSuchSubscription { wanted: "nowhere".to_owned() };
    for (asked, refusal) in [
        (wanted(None, Some("Sub s3"), None), ambiguous),
        (wanted(None, Some("nowhere"), None), absent),
        (wanted(Some(""), Some("s1"), None), Refusal::EmptyName),
    ] {
        assert_eq!(set_as_first(&contexts, &asked).err(), Some(refusal));
    }
    let none = set(&known(&contexts, None), &wanted(None, Some("s1"), None)).err();
    assert_eq!(none, Some(Refusal::NoneCurrent));
}

#[test]
fn properties_start_empty_and_remarks_say_what_to_know() {
    let mut contexts = contexts();
    contexts[0].extended_properties.insert("Default Resource Group".to_owned(), "rg".to_owned());
    let mut asked = wanted(None, Some("s3"), None);
    asked.properties.insert("mine".to_owned(), "1".to_owned());
    let decision = set_as_first(&contexts, &asked).unwrap();
    let properties = &decision.change.put[0].extended_properties;
    assert_eq!(properties.len(), 1);
    assert_eq!(decision.remarks, [Remark::SubscriptionState { state: "Disabled".to_owned() }]);

    let renamed = set_as_first(&contexts, &wanted(Some("x"), Some("s1"), None)).unwrap();
    assert_eq!(renamed.remarks, [Remark::AlsoNamed { name: ContextName::new("one") }]);
    let tenant = set_as_first(&contexts, &wanted(None, None, Some("t"))).unwrap();
    assert_eq!(tenant.remarks, [Remark::NoSubscription]);
}

#[test]
fn a_default_name_that_another_identity_has_gets_the_account() {
    let contexts = [context("one", "ada", "s1"), context("Sub s2 (s2)", "bob", "s2")];
    let decision = set_as_first(&contexts, &wanted(None, Some("s2"), None)).unwrap();
    assert_eq!(words(&decision.change), "+Sub s2 (s2) - ada >Sub s2 (s2) - ada");
}

#[test]
fn a_subscription_is_looked_for_in_the_same_cloud_and_in_the_tenant_that_was_asked_for() {
    let mut china = context("china", "ada", "s7");
    china.environment = Some("AzureChinaCloud".into());
    china.subscription.as_mut().unwrap().name = Some("Twin".into());
    let mut here = context("here", "ada", "s8");
    here.subscription.as_mut().unwrap().name = Some("Twin".into());
    let mut there = context("there", "ada", "s9");
    there.subscription.as_mut().unwrap().name = Some("Twin".into());
    there.tenant.as_mut().unwrap().id = "t2".into();
    let contexts = [context("one", "ada", "s1"), china, here, there];
    let find = |tenant: Option<&str>| {
        let decision = set_as_first(&contexts, &wanted(None, Some("twin"), tenant));
        decision.map(|d| d.change.put[0].subscription.as_ref().unwrap().id.clone())
    };
    assert_eq!(find(Some("T")).unwrap(), "s8");
    assert_eq!(find(Some("t2")).unwrap(), "s9");
    let ids = ["s8", "s9"].map(str::to_owned).to_vec();
    let wanted_name = "twin".to_owned();
    assert_eq!(find(None).err(), Some(Refusal::AmbiguousSubscription { wanted: wanted_name, ids }));
}

#[test]
fn only_a_whole_guid_is_taken_at_its_word() {
    let contexts = [context("one", "ada", "s1")];
    for (text, is_taken) in [
        (UNKNOWN, true),
        ("00000000-1111-2222-3333-44444444444g", false),
        ("00000000-1111-2222-3333-4444444444444", false),
        ("00000000111122223333444444444444", false),
    ] {
        let found = set_as_first(&contexts, &wanted(None, Some(text), None));
        let refused = Refusal::NoSuchSubscription { wanted: text.to_owned() };
        assert_eq!(found.err(), (!is_taken).then_some(refused), "{text}");
    }
}

#[test]
fn what_the_same_account_says_of_a_subscription_goes_first() {
    let in_tenant = |name: &str, account: &str, tenant: &str| {
        let mut context = context(name, account, "s5");
        context.tenant.as_mut().unwrap().id = tenant.into();
        context
    };
    let contexts = [
        context("one", "ada", "s1"),
        in_tenant("bob's", "bob", "as bob sees it"),
        in_tenant("ada's", "ada", "as ada sees it"),
    ];
    let decision = set_as_first(&contexts, &wanted(None, Some("s5"), None)).unwrap();
    assert_eq!(decision.change.put[0].tenant.as_ref().unwrap().id, "as ada sees it");
}
