//! Tenants and subscriptions, page by page.

use azvault_signin::{Cloud, Error, Timeouts, resource_manager};

use crate::peers::{cloud_at, http, http_with, port, secret, timeouts};

fn cloud() -> Cloud {
    cloud_at(&format!("https://localhost:{}", port("localhost")))
}

#[test]
fn all_pages_are_read() {
    let (http, cloud, token) = (http(), cloud(), secret("arm-good"));
    let base = cloud.resource_manager().unwrap();
    let tenants = resource_manager::tenants(&http, base, &token).unwrap();
    let ids: Vec<_> = tenants.iter().map(|tenant| tenant.id.as_str()).collect();
    assert_eq!(ids, ["t0", "t0", "t1", "t1", "t2", "t2"]);
    assert_eq!(tenants[0].category.as_deref(), Some("Home"));
    let subscriptions = resource_manager::subscriptions(&http, base, &token).unwrap();
    assert_eq!(subscriptions.len(), 6);
    assert_eq!(subscriptions[5].name.as_deref(), Some("Subscription 2"));
    assert_eq!(subscriptions[5].managed_by, ["m"]);
    let flaky = resource_manager::subscriptions(&http, base, &secret("arm-flaky")).unwrap();
    assert!(flaky.is_empty());
}

#[test]
fn a_refusal_says_what_to_do_and_the_token_goes_nowhere_else() {
    let http = http_with(Timeouts { repeats: 0, ..timeouts() });
    let cloud = cloud();
    let base = cloud.resource_manager().unwrap();
    for (token, expected) in [
        (
            "arm-claims",
            "sign-in is needed: InvalidAuthenticationToken; the service says: \"no: (secret)\"",
        ),
        (
            "arm-unknown",
            "the credential has expired: ExpiredAuthenticationToken; the service says: \"no: (secret)\"",
        ),
        ("arm-forbidden", "AuthorizationFailed; the service says: \"no: (secret)\""),
        ("arm-throttle", "the service asks to wait 30 s"),
        (
            "arm-elsewhere",
            "localhost answered with status 200: the next page is on another host, which is refused",
        ),
        ("arm-same", "localhost answered with status 200: the next page has been read already"),
        ("arm-loop", "localhost answered with status 200: the next page has been read already"),
        (
            "arm-html",
            "localhost answered with status 200: this is not JSON, but perhaps a proxy or a portal that speaks",
        ),
        ("arm-redirect", "localhost answered with status 302: a redirect, which is refused"),
    ] {
        let error = resource_manager::subscriptions(&http, base, &secret(token)).unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert!(!format!("{error:?}").contains(token), "{error:?}");
        if let Error::InteractionNeeded(said) = error {
            assert!(said.claims.unwrap().starts_with(r#"{"access_token":"#));
        }
    }
}
