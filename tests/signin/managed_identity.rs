//! Both endpoints of managed identities.

use std::collections::BTreeMap;

use azvault_signin::managed_identity::{Endpoint, Identity, sign_in};
use azvault_signin::{Error, Settings};

use crate::peers::{http, now, port, secret, seen, shown};

fn imds() -> Endpoint {
    let base = format!("http://127.0.0.1:{}", port("plain"));
    Endpoint::Imds { base: url::Url::parse(&base).unwrap() }
}

fn app_service(header: &str) -> Endpoint {
    let url = format!("http://127.0.0.1:{}/msi/token?x=1", port("plain"));
    Endpoint::AppService { url: url::Url::parse(&url).unwrap(), header: secret(header) }
}

#[derive(serde::Deserialize)]
struct Seen {
    query: BTreeMap<String, String>,
    headers: BTreeMap<String, String>,
}

#[test]
fn each_identity_is_named_as_its_endpoint_wants_it() {
    let http = http();
    for (kind, endpoint, resource_id) in
        [("metadata", imds(), "msi_res_id"), ("msi", app_service("header secret"), "mi_res_id")]
    {
        for (at, (identity, member)) in [
            (Identity::SystemAssigned, None),
            (Identity::ClientId("c&1".into()), Some(("client_id", "c&1"))),
            (Identity::ObjectId("o".into()), Some(("object_id", "o"))),
            (Identity::ResourceId("/s/1".into()), Some((resource_id, "/s/1"))),
        ]
        .into_iter()
        .enumerate()
        {
            let resource = format!("https://vault.azure.net/{at}");
            let tokens = sign_in(&http, &endpoint, &identity, &resource, now()).unwrap();
            assert!(shown(&tokens.access_token).starts_with("mi."));
            assert!(tokens.lives_longer_than(86_000, now()) && tokens.refresh_token.is_none());
            let request = &seen::<Vec<Seen>>(&format!("{kind} {resource}"))[0];
            assert_eq!(request.query["resource"], resource);
            let ids = ["client_id", "object_id", "msi_res_id", "mi_res_id"];
            let found: Vec<_> = ids
                .iter()
                .filter_map(|id| request.query.get(*id).map(|value| (*id, value.as_str())))
                .collect();
            assert_eq!(found, member.into_iter().collect::<Vec<_>>());
            assert_eq!(request.headers.contains_key("x-identity-header"), kind == "msi");
            assert_eq!(request.query.contains_key("x"), kind == "msi", "its own query stays");
        }
    }
}

#[test]
fn refusals_are_told_apart_and_hold_no_header() {
    let http = http();
    let unknown = Identity::ClientId("unknown".into());
    for (endpoint, identity, expected) in [
        (imds(), &unknown, "invalid_request; the service says: \"Identity not found\""),
        (
            app_service("header secret"),
            &unknown,
            "managed_identity; the service says: \"No User Assigned",
        ),
        (
            app_service("another one"),
            &Identity::SystemAssigned,
            "the credential was not accepted: managed_identity; the service says: \"wrong header (secret)\"",
        ),
    ] {
        let error = sign_in(&http, &endpoint, identity, "r", now()).err().unwrap();
        assert!(error.to_string().starts_with(expected), "{error}");
        assert!(!format!("{error:?}").contains("another one"), "{error:?}");
    }
}

#[test]
fn the_metadata_service_may_be_updating() {
    let tokens = sign_in(&http(), &imds(), &Identity::SystemAssigned, "r-updating", now());
    assert!(tokens.is_ok());
    assert_eq!(seen::<Vec<Seen>>("metadata r-updating").len(), 3);
}

#[test]
fn plain_http_is_for_the_machine_itself() {
    let http = azvault_signin::Http::new(Settings::default()).unwrap();
    for address in ["http://192.0.2.1/", "http://example.com/", "http://169.254.169.253/"] {
        let base = url::Url::parse(address).unwrap();
        let endpoint = Endpoint::Imds { base };
        let found = sign_in(&http, &endpoint, &Identity::SystemAssigned, "r", now());
        assert!(matches!(found, Err(Error::Input { .. })), "{address}");
    }
    assert!(Endpoint::imds().is_ok());
}
