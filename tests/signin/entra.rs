//! Every flow and every error, as Entra gives them.

use azvault_signin::{
    Client, Error, Fault, Tokens, client_secret, device_code, federated_token, refresh,
};

use crate::peers::{ARM, Seen, authority, http, now, port, secret, seen, shown};

/// What an error is called here, and its code.
fn name(error: &Error) -> (&'static str, Option<&str>) {
    match error {
        Error::InteractionNeeded(said) => ("interaction", said.code.as_deref()),
        Error::ConsentNeeded(said) => ("consent", said.code.as_deref()),
        Error::CredentialExpired(said) => ("expired", said.code.as_deref()),
        Error::CredentialWrong(said) => ("wrong", said.code.as_deref()),
        Error::Refused(said) => ("refused", said.code.as_deref()),
        Error::Declined => ("declined", None),
        Error::Throttled { .. } => ("throttled", None),
        Error::Network { .. } => ("network", None),
        Error::Timeout { .. } => ("timeout", None),
        Error::Reply { .. } => ("reply", None),
        Error::Unconfirmed { .. } => ("unconfirmed", None),
        Error::Input { .. } => ("input", None),
    }
}

fn redeemed(tenant: &str, token: &str) -> Result<Tokens, Error> {
    let (http, authority) = (http(), authority(tenant));
    let client = Client::public(&http, &authority);
    refresh::redeem(&client, &secret(token), &[ARM], None, now())
}

#[test]
fn a_refresh_token_buys_an_access_token_and_its_successor() {
    let tokens = redeemed("good-refresh.example", "old").unwrap();
    assert!(shown(&tokens.access_token).starts_with("at."));
    assert!(shown(tokens.refresh_token.as_ref().unwrap()).starts_with("rt."));
    assert_eq!(tokens.family_id.as_deref(), Some("1"));
    assert_eq!(
        tokens.home_account_id.as_deref(),
        Some("oid-1.11111111-2222-3333-4444-555555555555")
    );
    let claims = tokens.claims.as_ref().unwrap();
    assert_eq!(claims.user_name.as_deref(), Some("person@example.com"));
    assert_eq!(claims.name.as_deref(), Some("Ä Person"));
    assert!(tokens.lives_longer_than(3500, now()) && !tokens.lives_longer_than(3600, now()));
    assert!(tokens.clock_offset.unwrap().abs() < 5);
}

#[test]
fn a_tenant_of_which_we_know_the_id_must_be_the_one_that_answers() {
    assert!(redeemed("11111111-2222-3333-4444-555555555555", "x").is_ok());
    let other = redeemed("99999999-2222-3333-4444-555555555555", "x").err().unwrap();
    assert!(other.to_string().contains("another tenant"), "{other}");
}

#[test]
fn codes_of_entra_are_named_by_what_to_do() {
    for (code, expected) in [
        ("50076", "interaction"),
        ("50079", "interaction"),
        ("50058", "interaction"),
        ("65001", "consent"),
        ("700082", "expired"),
        ("50173", "expired"),
        ("70043", "expired"),
        ("7000222", "expired"),
        ("7000215", "wrong"),
        ("700027", "wrong"),
        ("700024", "expired"),
        ("90072", "refused"),
        ("90002", "refused"),
        ("700016", "refused"),
        ("500011", "refused"),
    ] {
        let error = redeemed(&format!("aadsts{code}.example"), "x").err().unwrap();
        assert_eq!(name(&error), (expected, Some(format!("AADSTS{code}").as_str())));
        let text = error.to_string();
        assert!(text.contains(&format!("AADSTS{code}; the service says: \"")), "{text}");
        assert!(!text.contains("Trace ID") && !text.contains("Timestamp"), "{text}");
        let (Error::InteractionNeeded(said)
        | Error::ConsentNeeded(said)
        | Error::CredentialExpired(said)
        | Error::CredentialWrong(said)
        | Error::Refused(said)) = &error
        else {
            panic!("{error}")
        };
        assert_eq!(said.correlation_id.as_deref(), Some("c0-1"));
        assert_eq!(said.claims.is_some(), code == "50076", "{:?}", said.claims);
    }
}

#[test]
fn a_claims_challenge_goes_back_as_it_came() {
    let Err(Error::InteractionNeeded(said)) = redeemed("aadsts50076-claims.example", "x") else {
        panic!()
    };
    let tenant = "good-claims.example";
    let (http, authority) = (http(), authority(tenant));
    let client = Client::public(&http, &authority);
    let claims = said.claims.as_deref();
    refresh::redeem(&client, &secret("x"), &[ARM], claims, now()).unwrap();
    device_code::begin(&client, &[ARM], claims, now()).unwrap();
    for request in seen::<Vec<Seen>>(tenant) {
        assert_eq!(request.form.get("claims").map(String::as_str), claims);
    }
}

#[test]
fn what_was_sent_does_not_come_back_in_an_error() {
    let (http, authority) = (http(), authority("echo.example"));
    let client = Client::with_id(&http, &authority, "the-client");
    for value in ["hunter2 & ü%/+x", "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJlb2Zzb21l"] {
        let errors = [
            client_secret::sign_in(&client, &secret(value), &[ARM], None, now()).err().unwrap(),
            refresh::redeem(&client, &secret(value), &[ARM], None, now()).err().unwrap(),
            federated_token::sign_in(&client, &secret(value), &[ARM], None, now()).err().unwrap(),
        ];
        for error in errors {
            let text = format!("{error} {error:?}");
            assert!(text.contains("AADSTS7000215") && text.contains("(secret)"), "{text}");
            let encoded: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
            for hidden in [value, &encoded, "hunter2", "eyJ"] {
                assert!(!text.contains(hidden), "{hidden} in {text}");
            }
        }
    }
}

#[test]
fn a_device_code_is_polled_as_slowly_as_the_provider_wants() {
    let (http, authority) = (http(), authority("device.example"));
    let client = Client::public(&http, &authority);
    let mut code = device_code::begin(&client, &[ARM], None, now()).unwrap();
    assert_eq!((code.user_code.as_str(), code.interval.as_secs()), ("ABCD1234", 1));
    assert!(matches!(code.poll(&client, now()).unwrap(), device_code::Poll::Pending));
    assert_eq!(code.interval.as_secs(), 1);
    assert!(matches!(code.poll(&client, now()).unwrap(), device_code::Poll::Pending));
    assert_eq!(code.interval.as_secs(), 6);
    let device_code::Poll::Done(tokens) = code.poll(&client, now()).unwrap() else { panic!() };
    assert!(tokens.refresh_token.is_some());
}

#[test]
fn a_device_code_ends() {
    for (tenant, later, expected) in [
        ("devicedeclined.example", 0, "declined"),
        ("devicegone.example", 0, "timeout"),
        ("deviceshort.example", 3, "timeout"),
        ("cut-device.example", 0, "pending"),
        ("throttle-device.example", 0, "pending"),
        ("portal-device.example", 0, "reply"),
    ] {
        let (http, authority) = (http(), authority(tenant));
        let client = Client::public(&http, &authority);
        let mut code = device_code::begin(&client, &[ARM], None, now()).unwrap();
        let found = code.poll(&client, now() + later);
        let found = found.as_ref().map_or_else(|e| name(e).0, |_| "pending");
        assert_eq!(found, expected, "{tenant}");
        if tenant.starts_with("throttle") {
            assert_eq!(code.interval.as_secs(), 17);
        }
    }
    let (http, authority) = (http(), authority("aadsts700016.example"));
    let refused = device_code::begin(&Client::public(&http, &authority), &[ARM], None, now());
    assert_eq!(name(&refused.err().unwrap()), ("refused", Some("AADSTS700016")));
}

#[test]
fn strict_rotation_never_sees_a_token_twice() {
    let tenant = "strict.example";
    let first = redeemed(tenant, "the first").unwrap();
    let second = shown(first.refresh_token.as_ref().unwrap());
    // The answer is cut: the provider has rotated, we have nothing. It is asked once, not again.
    let broken = redeemed(tenant, &second).err().unwrap();
    assert!(matches!(broken, Error::Network { fault: Fault::Broken, .. }), "{broken:?}");
    assert_eq!(seen::<Vec<Seen>>(tenant).len(), 2);
    let reused = redeemed(tenant, &second).err().unwrap();
    assert_eq!(name(&reused), ("expired", Some("AADSTS50173")));
}

#[test]
fn a_plain_address_or_an_unknown_host_gets_nothing() {
    let (http, authority) = (http(), authority("good-plain.example"));
    let client = Client::public(&http, &authority);
    assert_eq!(client.authority.host(), "localhost");
    assert_ne!(port("plain"), port("localhost"));
    let asked = seen::<Vec<Seen>>("good-plain.example");
    assert!(asked.is_empty());
}
