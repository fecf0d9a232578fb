//! What a network can do to a reply.

use std::io::{BufRead, BufReader};
use std::time::{Duration, Instant};

use azvault_model::Secret;
use azvault_signin::{
    Client, Error, Fault, Http, ProxySetting, Settings, SystemRoots, TenantName, Timeouts, Tokens,
    client_secret, refresh,
};

use crate::peers::{
    ARM, Seen, authority, cloud_at, file, http, http_with, now, port, secret, seen,
};

fn asked(http: &Http, tenant: &str) -> Result<Tokens, Error> {
    let authority = authority(tenant);
    let client = Client::with_id(http, &authority, "client");
    client_secret::sign_in(&client, &secret("the secret"), &[ARM], None, now())
}

/// An error in few words.
fn words(error: &Error) -> String {
    match error {
        Error::Network { fault, .. } => format!("network {fault:?}"),
        Error::Reply { status, what, .. } => format!("reply {status} {what}"),
        Error::Throttled { retry_after } => format!("throttled {}", retry_after.as_secs()),
        Error::Timeout { .. } => "timeout".into(),
        other => other.to_string(),
    }
}

#[test]
fn a_reply_that_is_none_is_refused_with_its_reason() {
    let impatient = Timeouts { whole: Duration::from_millis(1200), ..crate::peers::timeouts() };
    let http = http_with(Timeouts { repeats: 0, ..impatient });
    for (tenant, expected) in [
        ("throttle.example", "throttled 17"),
        ("throttledate.example", "throttled 40"),
        ("broken.example", "AADSTS90033; the service says: \"A transient error has occurred.\""),
        ("reset.example", "network Broken"),
        ("cut.example", "network Broken"),
        ("cutplain.example", "reply 200 this is not a token reply"),
        ("notjson.example", "reply 200 this is not a token reply"),
        ("noexpiry.example", "reply 200 it does not say when the token expires"),
        ("slow.example", "timeout"),
        ("drip.example", "timeout"),
        ("huge.example", "reply 200 more than a reply may have"),
        ("hugeunsaid.example", "reply 200 more than a reply may have"),
        (
            "hugeheader.example",
            "reply 0 this is not HTTP, or broke off, or its header is too large",
        ),
        ("html.example", "reply 200 this is not JSON, but perhaps a proxy or a portal that speaks"),
        (
            "portal.example",
            "reply 502 this is not JSON, but perhaps a proxy or a portal that speaks",
        ),
        ("redirect.example", "reply 307 a redirect, which is refused"),
        ("found.example", "reply 302 a redirect, which is refused"),
    ] {
        let begin = Instant::now();
        let error = asked(&http, tenant).err().unwrap();
        let found = words(&error).replace("throttled 39", "throttled 40");
        assert_eq!(found, expected, "{tenant}");
        assert!(begin.elapsed() < Duration::from_millis(2500), "{tenant} took too long");
        assert!(!format!("{error:?}").contains("the secret"), "{error:?}");
        assert_eq!(seen::<Vec<Seen>>(tenant).len(), 1, "{tenant} was asked once");
    }
    assert!(seen::<Vec<Seen>>("good-redirected.example").is_empty(), "no redirect was followed");
}

#[test]
fn what_may_be_repeated_is_and_nothing_else() {
    let http = http();
    assert!(asked(&http, "flaky-secret.example").is_ok());
    assert_eq!(seen::<Vec<Seen>>("flaky-secret.example").len(), 2);

    assert!(asked(&http, "broken-secret.example").is_err());
    assert_eq!(seen::<Vec<Seen>>("broken-secret.example").len(), 3, "two repeats, then no more");

    assert!(asked(&http, "reset-secret.example").is_err());
    assert_eq!(seen::<Vec<Seen>>("reset-secret.example").len(), 3);

    // A refresh token may be void after the first time, whatever came back.
    for tenant in ["flaky-refresh.example", "broken-refresh.example", "reset-refresh.example"] {
        let authority = authority(tenant);
        let client = Client::public(&http, &authority);
        assert!(refresh::redeem(&client, &secret("rt"), &[ARM], None, now()).is_err());
        assert_eq!(seen::<Vec<Seen>>(tenant).len(), 1, "{tenant}");
    }

    // Longer than we wait ourselves: the caller hears of it at once.
    let begin = Instant::now();
    let error = asked(&http, "throttle-long.example").err().unwrap();
    assert_eq!(words(&error), "throttled 17");
    assert!(begin.elapsed() < Duration::from_secs(2));
}

#[test]
fn a_clock_that_is_wrong_does_not_make_a_token_live_longer() {
    let tokens = asked(&http(), "skew.example").unwrap();
    assert!((-7205..-7195).contains(&tokens.clock_offset.unwrap()), "{:?}", tokens.clock_offset);
    assert!(!tokens.lives_longer_than(3600, now()));
}

#[test]
fn a_certificate_must_be_trusted_valid_and_for_this_name() {
    let http = http();
    for (name, expected) in [
        ("localhost", None),
        ("stranger", Some("network Certificate")),
        ("expired", Some("network Certificate")),
        ("elsewhere", Some("network Certificate")),
        ("plain", Some("network Tls")),
    ] {
        let cloud = cloud_at(&format!("https://localhost:{}", port(name)));
        let tenant = TenantName::parse(&format!("good-{name}.example")).unwrap();
        let authority = cloud.authority(tenant);
        let client = Client::with_id(&http, &authority, "client");
        let found = client_secret::sign_in(&client, &secret("the secret"), &[ARM], None, now());
        assert_eq!(found.as_ref().err().map(words).as_deref(), expected, "{name}");
        let asked = seen::<Vec<Seen>>(&format!("good-{name}.example"));
        assert_eq!(asked.len(), usize::from(expected.is_none()), "{name} saw the secret");
    }
}

#[test]
fn the_systems_authorities_do_not_know_the_tests_and_the_bundle_adds_to_them() {
    for (ca_bundle, expected) in [(None, Some("network Certificate")), (Some(file("ca.pem")), None)]
    {
        let timeouts = crate::peers::timeouts();
        let http = Http::new(Settings { ca_bundle, timeouts, ..Settings::default() });
        // A machine without any authority of its own says so.
        let Ok(http) = http else { continue };
        let found = asked(&http, "good-roots.example");
        assert_eq!(found.as_ref().err().map(words).as_deref(), expected);
    }
}

#[test]
fn one_client_serves_many_threads() {
    let http = http();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert!(asked(&http, "good-threads.example").is_ok()));
        }
    });
    assert_eq!(seen::<Vec<Seen>>("good-threads.example").len(), 8);
}

#[test]
fn a_bundle_without_certificates_is_refused() {
    for pem in
        [&b""[..], b"nothing", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
    {
        let settings = Settings { ca_bundle: Some(pem.to_vec()), ..Settings::default() };
        assert!(matches!(Http::new(settings), Err(Error::Input { .. })));
    }
    let settings = Settings { system_roots: SystemRoots::Ignored, ..Settings::default() };
    assert!(matches!(Http::new(settings), Err(Error::Input { .. })));
}

#[test]
fn nobody_there_and_no_such_name_are_told_apart() {
    let http = http_with(Timeouts { repeats: 0, ..crate::peers::timeouts() });
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for (origin, fault) in [
        (format!("https://localhost:{free}"), Fault::Connect),
        ("https://no-such-host.invalid".to_owned(), Fault::Name),
    ] {
        let authority = cloud_at(&origin).authority(TenantName::Organizations);
        let client = Client::with_id(&http, &authority, "client");
        let found = client_secret::sign_in(&client, &secret("s"), &[ARM], None, now());
        let Err(Error::Network { fault: found, .. }) = found else { panic!("{origin}") };
        assert_eq!(found, fault);
    }
}

#[test]
fn a_proxy_is_for_other_machines_and_for_those_not_excepted() {
    // A proxy that notes whom it is to connect to, and refuses.
    let proxy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = proxy.local_addr().unwrap();
    let asked_for = std::thread::spawn(move || {
        let (mut stream, _) = proxy.accept().unwrap();
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        let request = lines.by_ref().map(Result::unwrap).take_while(|line| !line.is_empty());
        let request = request.collect::<Vec<_>>().join("\n");
        std::io::Write::write_all(&mut stream, b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")
            .unwrap();
        request
    });
    let url = format!("http://anna:p%40ss@{address}");
    let proxy = ProxySetting { url: secret(&url), bypass: vec!["excepted.invalid".into()] };
    let timeouts = Timeouts { repeats: 0, ..crate::peers::timeouts() };
    let ca_bundle = Some(file("ca.pem"));
    let system_roots = SystemRoots::Ignored;
    let http =
        Http::new(Settings { system_roots, ca_bundle, timeouts, proxy: Some(proxy) }).unwrap();

    assert!(asked(&http, "good-proxy.example").is_ok(), "loopback goes without");
    for (origin, fault) in [
        ("https://excepted.invalid", Fault::Name),
        ("https://below.excepted.invalid", Fault::Name),
        ("https://no-such-host.invalid", Fault::Proxy),
    ] {
        let authority = cloud_at(origin).authority(TenantName::Organizations);
        let client = Client::with_id(&http, &authority, "client");
        let found = client_secret::sign_in(&client, &secret("s"), &[ARM], None, now());
        let Err(error @ Error::Network { fault: found, .. }) = &found else { panic!("{origin}") };
        assert_eq!(*found, fault, "{origin} {error:?}");
        let text = format!("{error:?}");
        assert!(!text.contains("p@ss") && !text.contains("p%40ss"), "{text}");
    }
    let request = asked_for.join().unwrap();
    assert!(request.starts_with("CONNECT no-such-host.invalid:443 HTTP/1.1\n"), "{request}");
    let basic = data_encoding::BASE64.encode(b"anna:p@ss");
    assert!(request.to_lowercase().contains("proxy-authorization"), "{request}");
    assert!(request.contains(&basic), "{request}");

    for bad in ["", "proxy", "ftp://proxy", "http://"] {
        let proxy = Some(ProxySetting { url: Secret::copied_from(bad.as_bytes()), bypass: vec![] });
        let found = Http::new(Settings { proxy, ..Settings::default() });
        assert!(matches!(found, Err(Error::Input { .. })), "{bad}");
    }
}
