//! Against a real OpenID provider, `oidc-provider`, with a browser that fills in its pages.

use std::process::Command;
use std::time::Duration;

use azvault_signin::certificate::{Certificate, Chain};
use azvault_signin::device_code::{self, Poll};
use azvault_signin::revoke::{Hint, Revocation, revoke};
use azvault_signin::{
    Authority, Client, Confirmed, Error, Http, Tokens, browser, client_secret, discovery,
    federated_token, refresh,
};

use crate::peers::{
    authority as entra, certificates, file, http, issuer, now, root, run, secret, shown,
};

fn discovered(http: &Http) -> Authority {
    let confirmed = Confirmed::these([issuer().to_owned()]);
    discovery::discover(http, issuer(), &confirmed).unwrap()
}

/// Lets the scripted browser go to an address; the address and the status at which it ends.
fn visited(address: &str, wish: Option<&str>) -> String {
    let mut node = Command::new("node");
    node.arg(root().join("tests/peers/oidc/browser.mjs")).arg(address).args(wish);
    run(node.env("NODE_EXTRA_CA_CERTS", certificates().join("ca.pem")))
}

fn by_device_code(http: &Http, wish: Option<&str>) -> Result<Tokens, Error> {
    let authority = discovered(http);
    let client = Client::with_id(http, &authority, "native");
    let mut code = device_code::begin(&client, &["api:read"], None, now()).unwrap();
    assert!(matches!(code.poll(&client, now()).unwrap(), Poll::Pending));
    let ended = visited(code.verification_uri_complete.as_ref().unwrap(), wish);
    assert!(ended.contains(issuer()), "{ended}");
    for _ in 0..20 {
        match code.poll(&client, now())? {
            Poll::Done(tokens) => return Ok(*tokens),
            Poll::Pending => std::thread::sleep(Duration::from_millis(100)),
        }
    }
    panic!("the code was never redeemed")
}

fn is_anna(tokens: &Tokens) {
    let claims = tokens.claims.as_ref().unwrap();
    assert_eq!(claims.subject, "anna");
    assert_eq!(claims.user_name.as_deref(), Some("anna@example.com"));
    assert_eq!(claims.issuer, issuer());
    assert_eq!(tokens.home_account_id.as_deref(), Some("anna"));
    assert!(tokens.lives_longer_than(60, now()));
}

#[test]
fn an_issuer_must_be_confirmed_and_be_itself() {
    let http = http();
    let found = discovery::discover(&http, issuer(), &Confirmed::none());
    assert!(matches!(found, Err(Error::Unconfirmed { origins }) if origins == [issuer()]));
    let alias = issuer().replace("localhost", "127.0.0.1");
    let found = discovery::discover(&http, &alias, &Confirmed::these([alias.clone()]));
    assert!(matches!(found, Err(Error::Reply { .. })), "the document is of another issuer");
}

#[test]
fn a_device_code_signs_in_and_its_refresh_token_rotates_strictly() {
    let http = http();
    let tokens = by_device_code(&http, None).unwrap();
    is_anna(&tokens);
    let authority = discovered(&http);
    let client = Client::with_id(&http, &authority, "native");
    let first = tokens.refresh_token.unwrap();

    let second = refresh::redeem(&client, &first, &["api:read"], None, now()).unwrap();
    let third = second.refresh_token.as_ref().unwrap();
    assert!(!third.same_as(&first));
    is_anna(&second);

    // The first again: refused, and the whole grant with it.
    let reused = refresh::redeem(&client, &first, &["api:read"], None, now()).err().unwrap();
    assert!(matches!(reused, Error::InteractionNeeded(_)), "{reused:?}");
    assert!(!format!("{reused:?}").contains(&shown(&first)));
    let revoked = refresh::redeem(&client, third, &["api:read"], None, now()).err().unwrap();
    assert!(matches!(revoked, Error::InteractionNeeded(_)), "{revoked:?}");
}

#[test]
fn a_device_code_may_be_declined() {
    let found = by_device_code(&http(), Some("abort"));
    assert!(matches!(found, Err(Error::Declined)), "{:?}", found.err());
}

#[test]
fn the_browser_signs_in_with_pkce_and_the_token_can_be_revoked() {
    let http = http();
    let authority = discovered(&http);
    let client = Client::with_id(&http, &authority, "native");
    // This provider gives refresh tokens to those who consent just now (OpenID Connect Core 11).
    let wishes = browser::Wishes { prompt: browser::Prompt::Consent, ..Default::default() };
    let browser = browser::begin(&client, &["api:read"], wishes).unwrap();
    let address = browser.start();
    let visit = std::thread::spawn(move || visited(&address, None));
    let tokens = browser.finish(&client, &now, now() + 20);
    let ended = visit.join().unwrap();
    assert!(ended.starts_with("http://127.0.0.1:") && ended.trim().ends_with(" 200"), "{ended}");
    let tokens = tokens.unwrap();
    is_anna(&tokens);

    let token = tokens.refresh_token.unwrap();
    let next = refresh::redeem(&client, &token, &["api:read"], None, now()).unwrap();
    let token = next.refresh_token.unwrap();
    assert_eq!(revoke(&client, &token, Hint::RefreshToken).unwrap(), Revocation::Revoked);
    let found = refresh::redeem(&client, &token, &["api:read"], None, now());
    assert!(matches!(found, Err(Error::InteractionNeeded(_))));

    let entra = entra("good.example");
    let client = Client::public(&http, &entra);
    assert_eq!(revoke(&client, &token, Hint::RefreshToken).unwrap(), Revocation::NoEndpoint);
}

#[test]
fn a_browser_sign_in_that_is_declined_ends() {
    let http = http();
    let authority = discovered(&http);
    let client = Client::with_id(&http, &authority, "native");
    let wishes = browser::Wishes { prompt: browser::Prompt::Consent, ..Default::default() };
    let browser = browser::begin(&client, &["api:read"], wishes).unwrap();
    let address = browser.start();
    let visit = std::thread::spawn(move || visited(&address, Some("abort")));
    let found = browser.finish(&client, &now, now() + 20);
    visit.join().unwrap();
    assert!(matches!(found, Err(Error::Declined)), "{:?}", found.err());
}

#[test]
fn a_service_signs_in_with_its_secret() {
    let http = http();
    let authority = discovered(&http);
    let client = Client::with_id(&http, &authority, "secret");
    let right = secret("se+cret&=pa%");
    let tokens = client_secret::sign_in(&client, &right, &["api:read"], None, now()).unwrap();
    assert!(tokens.refresh_token.is_none() && tokens.claims.is_none());
    assert_eq!(tokens.scopes, ["api:read"]);
    let wrong = client_secret::sign_in(&client, &secret("wrong"), &["api:read"], None, now());
    assert!(matches!(wrong, Err(Error::CredentialWrong(_))));
}

#[test]
fn a_service_signs_in_with_its_certificate_once_an_assertion() {
    let http = http();
    let authority = discovered(&http);
    let client = Client::with_id(&http, &authority, "certificate");
    for (name, password) in [("client.pem", None), ("client.pfx", Some(secret("pässword")))] {
        let certificate = Certificate::read(&file(name), password.as_ref()).unwrap();
        for chain in [Chain::Left, Chain::Sent] {
            let found = certificate.sign_in(&client, chain, &["api:read"], None, now());
            assert!(found.is_ok(), "{name} {chain:?}: {:?}", found.err());
        }
    }
    let certificate = Certificate::read(&file("client.pem"), None).unwrap();
    let assertion = certificate.assertion(&client, Chain::Left, now()).unwrap();
    let sign_in =
        |assertion| federated_token::sign_in(&client, assertion, &["api:read"], None, now());
    assert!(sign_in(&assertion).is_ok());
    assert!(matches!(sign_in(&assertion), Err(Error::CredentialWrong(_))), "it is used up");
    let old = certificate.assertion(&client, Chain::Left, now() - 3600).unwrap();
    assert!(matches!(sign_in(&old), Err(Error::CredentialWrong(_))), "it has aged");
    let fresh = shown(&certificate.assertion(&client, Chain::Left, now()).unwrap());
    let other = shown(&old);
    let (signed, other) = (fresh.rsplit_once('.').unwrap().0, other.rsplit_once('.').unwrap().1);
    let forged = secret(&format!("{signed}.{other}"));
    assert!(matches!(sign_in(&forged), Err(Error::CredentialWrong(_))), "it is not signed");
}
