use super::{OWN_CLIENT, Restriction, is_same, order, order_of_access, restriction, takes_place};
use crate::rules::testing::of_principal;
use crate::{Accounts, Clouds, Environment, SecretDescription, SecretKind};

const AZURE_CLI: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

/// `kind account home tenant client cloud target`, `-` where nothing is said.
fn about(words: &str) -> SecretDescription {
    let words: Vec<Option<String>> =
        words.split(' ').map(|word| (word != "-").then(|| word.to_owned())).collect();
    let kind = match words[0].as_deref() {
        Some("rt") => SecretKind::RefreshToken,
        Some("at") => SecretKind::AccessToken,
        Some("cert") => SecretKind::Certificate,
        Some("password") => SecretKind::CertificatePassword,
        _ => SecretKind::ClientSecret,
    };
    SecretDescription {
        account: words[1].as_deref().map(Into::into),
        home_account_id: words[2].as_deref().map(Into::into),
        tenant: words[3].as_deref().map(Into::into),
        client_id: words[4].as_deref().map(Into::into),
        environment: words[5].as_deref().map(Into::into),
        target: words[6].as_deref().map(Into::into),
        ..SecretDescription::of(kind)
    }
}

fn clouds() -> Clouds {
    let stack = |name: &str, url: &str| Environment {
        name: name.to_owned(),
        settings: [("ActiveDirectoryAuthority".to_owned(), url.to_owned())].into(),
    };
    Clouds::of(&[
        stack("Hub", "https://login.microsoftonline.com/"),
        stack("Own", "https://adfs.example/adfs"),
    ])
}

#[test]
fn equal_values_are_one_secret_of_one_kind_owner_and_cloud() {
    for (one, other, same) in [
        // A refresh token serves every tenant; a credential is one per tenant.
        ("rt ada - - ps AzureCloud -", "rt ADA - t cli AzureCloud arm", true),
        ("secret app - t app AzureCloud -", "secret APP - T app AzureCloud -", true),
        ("secret app - t app AzureCloud -", "secret app - u app AzureCloud -", false),
        ("secret app - t app AzureCloud -", "secret app - - app AzureCloud -", false),
        ("rt ada - - ps c -", "at ada - - ps c -", false),
        ("rt ada - - ps c -", "rt bob - - ps c -", false),
        // Two homes are two accounts under one name; one is one under two names.
        ("rt ada h1 - ps c -", "rt ada h2 - ps c -", false),
        ("rt ada h1 - ps c -", "rt ada - - ps c -", true),
        ("rt ada h1 - ps c -", "rt ada.new H1 - ps c -", true),
        ("rt ada ada - ps c -", "rt ada h1 - ps c -", true),
        // A secret belongs to a cloud, which is where it signs in.
        ("secret app - t app AzureCloud -", "secret app - t app AzureChinaCloud -", false),
        ("secret app - t app AzureCloud -", "secret app - t app Own -", false),
        ("secret app - t app AzureCloud -", "secret app - t app Hub -", true),
        ("secret app - t app Own -", "secret app - t app adfs.example -", true),
        ("secret app - t app Own -", "secret app - t app - -", true),
    ] {
        for (one, other) in [(one, other), (other, one)] {
            let accounts = Accounts::of(clouds(), [], [], []);
            assert_eq!(is_same(&about(one), &about(other), &accounts), same, "{one} | {other}");
        }
    }
}

#[test]
fn what_names_no_cloud_is_there_for_each_cloud_of_its_account() {
    let (named, open) = ("secret app - t app AzureCloud -", "secret app - t app - -");
    let mut china = of_principal("c", "app", "s");
    china.environment = Some("AzureChinaCloud".into());
    let contexts = [of_principal("a", "app", "s"), china];
    for (contexts, known, new, same) in [
        (&contexts[..1], named, open, true),
        (&contexts[..1], open, named, true),
        (&contexts[..], open, named, true),
        (&contexts[..], named, open, false),
        (&contexts[..], open, open, true),
    ] {
        let (known, new) = (about(known), about(new));
        let accounts = Accounts::of(clouds(), contexts, [], [&known, &new]);
        assert_eq!(is_same(&known, &new, &accounts), same, "{known:?} {new:?}");
    }
}

#[test]
fn a_new_one_takes_the_place_of_its_own_kind_and_owner() {
    for (new, old, goes) in [
        ("rt ada - - ps c -", "rt ADA - - PS c -", true),
        ("rt ada - - ps c -", "rt ada - t ps - -", true),
        ("rt ada - - ps c -", "rt ada - - cli c -", false),
        ("rt ada - - ps c -", "rt ada - - ps china -", false),
        ("rt ada - - ps AzureCloud -", "rt ada - - ps Hub -", true),
        ("rt ada - - ps c -", "rt bob - - ps c -", false),
        ("rt ada h1 - ps c -", "rt ada h2 - ps c -", false),
        ("rt ada h1 - ps c -", "rt ada - - ps c -", true),
        ("rt ada - - ps c -", "rt - - - ps c -", false),
        ("rt ada - - ps c -", "at ada - - ps c -", false),
        ("at ada - t ps c arm", "at ada - t ps c arm", true),
        ("at ada - t ps c arm", "at ada - t ps c graph", false),
        ("at ada - t ps c arm", "at ada - u ps c arm", false),
        ("secret app - t app c -", "secret app - t - - -", true),
        ("secret app - t app c -", "secret app - - app c -", true),
        ("secret app - t app c -", "secret app - u app c -", false),
        ("secret app - t app AzureCloud -", "secret app - t app AzureChinaCloud -", false),
        ("secret app - t app c -", "cert app - t app c -", false),
        ("cert app - t app c -", "password app - t app c -", true),
        ("password app - t app c -", "cert app - t app c -", false),
    ] {
        assert_eq!(takes_place(&about(new), &about(old), &clouds()), goes, "{new} | {old}");
    }
    let plain = about("at ada - t ps c arm");
    let bound = SecretDescription { token_type: Some("pop".into()), ..plain.clone() };
    assert!(!takes_place(&plain, &bound, &clouds()));
}

#[test]
fn a_token_that_is_bound_or_of_a_partition_or_on_behalf_of_a_user_is_no_plain_one() {
    let plain = about("at ada - t ps c arm");
    let text = |text: &str| Some(text.to_owned());
    let of_type =
        |kind: &str| SecretDescription { token_type: text(kind).map(Into::into), ..plain.clone() };
    for (about, wanted) in [
        (plain.clone(), None),
        (of_type("Bearer"), None),
        (of_type("bearer"), None),
        (of_type("pop"), Some(Restriction::Bound)),
        (of_type("mtls_pop"), Some(Restriction::Bound)),
        (of_type("DPoP"), Some(Restriction::Bound)),
        (
            SecretDescription { partition: text("x").map(Into::into), ..plain.clone() },
            Some(Restriction::Partitioned),
        ),
        (
            SecretDescription { on_behalf_of: text("x").map(Into::into), ..plain.clone() },
            Some(Restriction::OnBehalfOf),
        ),
    ] {
        assert_eq!(restriction(&about), wanted, "{about:?}");
    }
    let words = [Restriction::Bound, Restriction::Partitioned, Restriction::OnBehalfOf];
    assert_eq!(words.map(Restriction::as_str), ["bound", "partitioned", "on_behalf_of"]);
}

#[test]
fn of_several_secrets_the_tenants_own_then_the_client_then_the_newest_goes_first() {
    let rt = |tenant: &str, client: &str| about(&format!("rt ada - {tenant} {client} c -"));
    let dated = |mut about: SecretDescription, seconds: i64| {
        about.dated = Some(seconds);
        about
    };
    let placed = |mut about: SecretDescription, place: u32| {
        about.place = Some(place);
        about
    };
    let mut family = rt("-", "other");
    family.family_id = Some("1".into());
    // Each pair: the first goes before the second, whichever stands first.
    for (first, second) in [
        ((rt("T", "other"), 1), (rt("-", OWN_CLIENT), 9)),
        ((rt("-", "other"), 1), (rt("u", OWN_CLIENT), 9)),
        ((rt("-", OWN_CLIENT), 1), (rt("-", AZURE_CLI), 9)),
        ((rt("-", AZURE_CLI), 1), (rt("-", "other"), 9)),
        ((family, 1), (rt("-", "other"), 9)),
        ((rt("-", "other"), 9), (rt("-", "other"), 1)),
        ((dated(rt("-", "other"), 5), 9), (dated(rt("-", "other"), 4), 9)),
        ((placed(rt("-", "other"), 1), 9), (placed(rt("-", "other"), 2), 9)),
        ((about("secret app - t app c -"), 1), (about("secret app - u app c -"), 9)),
    ] {
        let key = |(about, created): &(SecretDescription, i64)| (about.clone(), *created);
        let (one, other) = (key(&first), key(&second));
        assert!(order(&one.0, one.1, "t") < order(&other.0, other.1, "t"), "{first:?} {second:?}");
    }
    let lives = |client: &str, until: i64| SecretDescription {
        expires_on: Some(until),
        ..about(&format!("at ada - t {client} c arm"))
    };
    for (first, second) in
        [(lives(AZURE_CLI, 2), lives(OWN_CLIENT, 1)), (lives(OWN_CLIENT, 1), lives("other", 2))]
    {
        let (one, other) = (order_of_access(&first, 1, "t"), order_of_access(&second, 1, "t"));
        assert!(one < other, "{first:?} {second:?}");
    }
}
