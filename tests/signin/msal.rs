//! What we send, beside what Microsoft's own library for Python sends for the same flow to the same
//! server.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use azvault_signin::certificate::{Certificate, Chain};
use azvault_signin::{Client, browser, client_secret, device_code, federated_token, refresh};

use crate::peers::{ARM, Seen, authority, certificates, file, http, now, root, run, secret, seen};

const CLAIMS: &str = r#"{"access_token":{"nbf":{"essential":true}}}"#;

/// Values that are chance, or come from an earlier reply: only that they are there is compared.
const RANDOM: [&str; 6] =
    ["code", "code_verifier", "code_challenge", "device_code", "nonce", "state"];

/// What we do otherwise on purpose.
///
/// - MSAL asks for `.well-known/openid-configuration` first; we compose the endpoints, so that no
///   reply can move them.
/// - MSAL sends the device code twice, as `device_code` and as the `code` of an older draft.
/// - We name `response_mode=query`, MSAL leaves it to the default, which is the same.
/// - We send no telemetry (`x-client-sku`, `x-client-current-telemetry`, …), no
///   `client-request-id` and no `X-AnchorMailbox`, which MSAL adds to the address, too, and which
///   names the user to a router.
/// - The order of scopes differs; it says nothing.
/// - MSAL writes `iat` and `exp` as fractions, we as whole seconds.
/// - MSAL leaves the padding on `x5t#S256` and the line ends of PEM in `x5c`; RFC 7515 (sections
///   2 and 4.1.6) has neither, and we do as it says.
fn comparable(seen: &Seen) -> Option<BTreeMap<String, String>> {
    if seen.path.ends_with("openid-configuration") {
        return None;
    }
    let mut out =
        BTreeMap::from([("request".to_owned(), format!("{} {}", seen.method, seen.path))]);
    for (name, value) in seen.form.iter().chain(&seen.query) {
        let device = seen.form.get("grant_type").is_some_and(|kind| kind.ends_with("device_code"));
        if name == "response_mode" || name == "X-AnchorMailbox" || (device && name == "code") {
            continue;
        }
        let value = match name.as_str() {
            name if RANDOM.contains(&name) => "some".to_owned(),
            "redirect_uri" => value.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned(),
            "scope" => {
                let scopes: BTreeSet<_> = value.split(' ').collect();
                scopes.into_iter().collect::<Vec<_>>().join(" ")
            }
            "client_assertion" if value.starts_with("eyJ") => assertion(value),
            _ => value.clone(),
        };
        out.insert(name.clone(), value);
    }
    out.insert(
        "content-type".into(),
        seen.headers.get("content-type").cloned().unwrap_or_default(),
    );
    Some(out)
}

/// Header and claims of an assertion, with the time between `iat` and `exp` instead of the times.
fn assertion(jws: &str) -> String {
    #[derive(serde::Deserialize)]
    struct Header {
        alg: String,
        typ: String,
        #[serde(rename = "x5t#S256")]
        x5t_s256: String,
        x5c: serde_json::Value,
    }
    #[derive(serde::Deserialize)]
    struct Claims {
        aud: String,
        iss: String,
        sub: String,
        iat: f64,
        exp: f64,
        jti: String,
    }
    let part = |at: usize| {
        let text = jws.split('.').nth(at).unwrap();
        data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()).unwrap()
    };
    let names = |at: usize| -> BTreeSet<String> {
        let object: BTreeMap<String, serde_json::Value> =
            serde_json::from_slice(&part(at)).unwrap();
        object.into_keys().collect()
    };
    let header: Header = serde_json::from_slice(&part(0)).unwrap();
    let claims: Claims = serde_json::from_slice(&part(1)).unwrap();
    assert!(!claims.jti.is_empty());
    // MSAL has one certificate as text, or a list: the leaf is compared.
    let leaf = match &header.x5c {
        serde_json::Value::Array(all) => all[0].as_str().unwrap(),
        one => one.as_str().unwrap(),
    };
    let leaf = leaf.replace('\n', "");
    let digest = header.x5t_s256.trim_end_matches('=');
    let audience = claims.aud.split('/').next_back().unwrap().to_owned();
    let life = (claims.exp - claims.iat).round();
    format!(
        "{:?} {:?} {} {} {} {leaf} {audience} {} {} {life}",
        names(0),
        names(1),
        header.alg,
        header.typ,
        digest,
        claims.iss,
        claims.sub
    )
}

fn as_msal(tenant: &str) {
    let authority = format!("https://localhost:{}/{tenant}", crate::peers::port("localhost"));
    let mut python = Command::new("python3");
    python.arg(root().join("tests/peers/msal_flows.py")).arg(authority);
    for name in ["ca.pem", "client.pem", "client-cert.pem"] {
        python.arg(certificates().join(name));
    }
    // requests would take these for more important than what it is told.
    for name in ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"] {
        python.env_remove(name);
    }
    run(python.env("NO_PROXY", "*"));
}

fn as_we_do(tenant: &str) {
    let (http, authority) = (http(), authority(tenant));
    let client = Client::public(&http, &authority);
    let mut code = device_code::begin(&client, &[ARM], None, now()).unwrap();
    let device_code::Poll::Done(_) = code.poll(&client, now()).unwrap() else { panic!() };

    let wishes = browser::Wishes {
        login_hint: Some("anna@example.com"),
        claims: Some(CLAIMS),
        ..Default::default()
    };
    let browser = browser::begin(&client, &[ARM], wishes).unwrap();
    let address = browser.start();
    let ca = certificates().join("ca.pem");
    let visit = std::thread::spawn(move || {
        let mut curl = Command::new("curl");
        run(curl.args(["-sSL", "--cacert"]).arg(ca).arg(address))
    });
    browser.finish(&client, &now, now() + 10).unwrap();
    visit.join().unwrap();
    refresh::redeem(&client, &secret("the refresh token"), &[ARM], None, now()).unwrap();

    let client = Client::with_id(&http, &authority, "client");
    client_secret::sign_in(&client, &secret("the client secret"), &[ARM], None, now()).unwrap();
    federated_token::sign_in(&client, &secret("the.federated.token"), &[ARM], None, now()).unwrap();
    let certificate = Certificate::read(&file("client-pkcs1.pem"), None).unwrap();
    certificate.sign_in(&client, Chain::Sent, &[ARM], None, now()).unwrap();
}

#[test]
fn every_flow_sends_what_msal_sends() {
    as_msal("good-msal.example");
    as_we_do("good-ours.example");
    let of =
        |tenant| -> Vec<_> { seen::<Vec<Seen>>(tenant).iter().filter_map(comparable).collect() };
    let (theirs, ours) = (of("good-msal.example"), of("good-ours.example"));
    assert_eq!(theirs.len(), 8);
    for (theirs, ours) in theirs.iter().zip(&ours) {
        assert_eq!(theirs, ours);
    }
    assert_eq!(theirs.len(), ours.len());
    // None of theirs on the wire.
    for request in seen::<Vec<Seen>>("good-ours.example") {
        let named = request.headers.keys().any(|name| name.starts_with("x-"));
        assert!(!named, "{:?}", request.headers);
    }
}
