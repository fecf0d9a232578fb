//! Every flow and every error, as Entra gives them.

use std::io::{Read, Write};
use std::net::TcpStream;

use azvault_signin::{
    Client, Error, Fault, Tokens, browser, client_secret, device_code, federated_token, refresh,
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
        assert!(text.contains(&format!("AADSTS{code}: ")), "{text}");
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

/// Sends bytes to the loopback port and reads what comes back.
fn knocked(port: u16, request: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// Goes where the provider sends the browser, and hands its answer to `visit`.
fn browsed(tenant: &str, visit: impl FnOnce(&url::Url) + Send + 'static) -> Result<Tokens, Error> {
    let (http, authority) = (http(), authority(tenant));
    let client = Client::public(&http, &authority);
    let wishes = browser::Wishes { login_hint: Some("a@b"), ..Default::default() };
    let browser = browser::begin(&client, &[ARM], wishes).unwrap();
    let address = browser.address().clone();
    let query: std::collections::BTreeMap<_, _> = address.query_pairs().into_owned().collect();
    assert_eq!(query["response_mode"], "query");
    assert_eq!(query["prompt"], "select_account");
    assert_eq!(query["code_challenge_method"], "S256");
    let visitor = std::thread::spawn(move || {
        let ca = crate::peers::certificates().join("ca.pem");
        let mut curl = std::process::Command::new("curl");
        curl.args(["-sS", "-o", "/dev/null", "-w", "%{redirect_url}", "--cacert"]);
        let back = crate::peers::run(curl.arg(ca).arg(address.as_str()));
        visit(&url::Url::parse(&back).unwrap());
    });
    let found = browser.finish(&client, &now, now() + 5);
    visitor.join().unwrap();
    found
}

fn request(back: &url::Url) -> String {
    let (host, port) = (back.host_str().unwrap(), back.port().unwrap());
    format!("GET /?{} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n", back.query().unwrap())
}

#[test]
fn the_browser_comes_back_once_and_strangers_are_not_heard() {
    let tokens = browsed("good-browser.example", |back| {
        let port = back.port().unwrap();
        // A connection that a browser opens ahead and leaves alone.
        let _idle = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let own = request(back);
        for stranger in [
            own.replacen("GET", "POST", 1),
            own.replace("Host: localhost", "Host: rebound.example"),
            own.replace("GET /?", "GET /x?"),
            own.replace("state=", "state=A"),
            "GET /favicon.ico HTTP/1.1\r\nHost: localhost\r\n\r\n".into(),
        ] {
            let answer = knocked(port, &stranger);
            assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
        }
        let answer = knocked(port, &own);
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        for header in ["Referrer-Policy: no-referrer", "Cache-Control: no-store"] {
            assert!(answer.contains(header), "{answer}");
        }
        let code = back.query_pairs().find(|(name, _)| name == "code").unwrap().1;
        assert!(!answer.contains(code.as_ref()));
    });
    assert!(tokens.unwrap().refresh_token.is_some());
}

#[test]
fn a_browser_that_brings_no_code_says_why() {
    let declined = browsed("declined.example", |back| {
        knocked(back.port().unwrap(), &request(back));
    });
    assert!(matches!(declined, Err(Error::Declined)));

    let other = browsed("othernonce.example", |back| {
        knocked(back.port().unwrap(), &request(back));
    });
    let other = other.err().unwrap().to_string();
    assert!(other.contains("answers another sign-in"), "{other}");
}

#[test]
fn a_browser_with_another_state_or_none_at_all_is_waited_for_until_the_time_is_over() {
    let (http, authority) = (http(), authority("forged.example"));
    let client = Client::public(&http, &authority);
    let browser = browser::begin(&client, &[ARM], browser::Wishes::default()).unwrap();
    let found = browser.finish(&client, &now, now() + 1);
    assert!(matches!(found, Err(Error::Timeout { .. })));
    // The port is free again: nothing goes on listening.
    let late = browsed("forged-late.example", |back| {
        let answer = knocked(back.port().unwrap(), &request(back));
        assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
    });
    assert!(matches!(late, Err(Error::Timeout { .. })));
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
