//! `MSI_ENDPOINT`, as it was asked before 2019: with a form, and with a secret in a header.

use azvault_endpoint::{ClientSelector, EndpointRequest, Protocol, Refusal, Target};

use azvault_test_support::endpoint::{NOW, World, token};

const ARM: &str = "https://management.azure.com/";

/// The path of `MSI_ENDPOINT`.
fn path(world: &World) -> &str {
    let at = &world.environment["AZD_AUTH_ENDPOINT"];
    world.environment["MSI_ENDPOINT"].strip_prefix(at.as_str()).unwrap()
}

/// What `get_msi_token` of msrestazure sends.
fn form(world: &World, body: &str) -> String {
    format!(
        "POST {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nMetadata: true\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        path(world),
        world.port,
        body.len()
    )
}

/// What `ManagedIdentityCredential` of 2020 sends.
fn query(world: &World, rest: &str) -> String {
    format!(
        "GET {}?api-version=2017-09-01&resource={ARM}{rest} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\
         secret: {}\r\n\r\n",
        path(world),
        world.port,
        world.environment["MSI_SECRET"]
    )
}

#[test]
fn both_protocols_have_their_replies() {
    let world = World::new();
    let (status, body) = world.send(form(&world, &format!("resource={ARM}")).as_bytes());
    let value = token(ARM, None);
    let expected = format!(
        "{{\"access_token\":\"{value}\",\"expires_in\":\"3600\",\"expires_on\":\"{}\",\
         \"resource\":\"{ARM}\",\"token_type\":\"Bearer\"}}",
        NOW + 3600
    );
    assert_eq!((status, body), (200, expected));
    let (status, body) = world.send(query(&world, "").as_bytes());
    let expected = format!(
        "{{\"access_token\":\"{value}\",\"expires_on\":\"09/21/2026 15:13:20 +00:00\",\
         \"resource\":\"{ARM}\",\"token_type\":\"Bearer\"}}"
    );
    assert_eq!((status, body), (200, expected));
    let of = |client, protocol| EndpointRequest {
        target: Target::Resource(ARM.to_owned()),
        tenant: None,
        client,
        claims: None,
        refused_sha256: None,
        protocol,
    };
    let id = |id: &str| Some(ClientSelector::ClientId(id.to_owned()));
    world.send(form(&world, &format!("resource={ARM}&client_id=a")).as_bytes());
    world.send(query(&world, "&clientid=b").as_bytes());
    let expected = [
        of(None, Protocol::CloudShell),
        of(None, Protocol::AppService2017),
        of(id("a"), Protocol::CloudShell),
        of(id("b"), Protocol::AppService2017),
    ];
    assert_eq!(*world.asked.lock().unwrap(), expected);
}

#[test]
fn who_asks_otherwise_is_refused() {
    let world = World::new();
    let form = form(&world, &format!("resource={ARM}"));
    let query = query(&world, "");
    let on = |good: &str, from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replacen(from, to, 1)
    };
    let key = path(&world).split('/').nth(1).unwrap();
    let other = "A".repeat(key.len());
    let rm = world.environment["ARM_MSI_ENDPOINT"].rsplit('/').nth(1).unwrap();
    for (case, request, expected) in [
        ("another key", on(&form, key, &other), 401),
        ("the key of azurerm", on(&form, key, rm), 401),
        ("no key", on(&form, key, ""), 404),
        ("a path below", on(&form, key, &format!("{key}/a")), 404),
        ("without Metadata", on(&form, "Metadata: true\r\n", ""), 400),
        ("an origin", on(&form, "Metadata", "Origin: null\r\nMetadata"), 403),
        ("another method", on(&form, "POST", "PUT"), 405),
        ("no form", on(&form, "resource=h", "{esource=h"), 400),
        ("two resources", on(&form, "resource=https://mana", "resource=a&resource=b"), 400),
        ("two identities", on(&form, "resource=https://mana", "client_id=a&object_id="), 400),
        ("a line end", on(&form, "resource=https://", "resource=%0d%0as://"), 400),
        ("no length", on(&form, "Content-Length", "X-Length"), 411),
        ("the secret is missing", on(&query, "secret: ", "x: "), 401),
        ("another secret", on(&query, &world.environment["MSI_SECRET"], &other), 401),
        ("the path's key for the secret", on(&query, &world.environment["MSI_SECRET"], key), 401),
        ("the secret under another key", on(&query, key, &other), 401),
        ("another version", on(&query, "2017-09-01", "2019-08-01"), 400),
        ("no version", on(&query, "api-version=2017-09-01&", ""), 400),
    ] {
        let (status, body) = world.send(request.as_bytes());
        assert_eq!(status, expected, "{case}: {body}");
        assert!(!body.contains("azv."), "{case}: a token to the wrong caller");
    }
    assert_eq!(world.asked.lock().unwrap().len(), 0);
}

/// msrestazure, and az with it, shows the status line and nothing else.
#[test]
fn the_status_line_says_why() {
    use std::io::{Read, Write};
    let message = "sign-in needed: \u{fc}\r\nX-A: azvault connect";
    let refuse =
        move |_: &EndpointRequest| Err(Refusal::SignInNeeded { message: message.to_owned() });
    let world = World::issuing(refuse);
    let mut stream = world.connect();
    stream.write_all(form(&world, &format!("resource={ARM}")).as_bytes()).unwrap();
    let mut said = String::new();
    stream.read_to_string(&mut said).unwrap();
    let line = said.lines().next().unwrap();
    assert_eq!(line, "HTTP/1.1 400 sign-in needed: X-A: azvault connect");
    assert!(said.contains("\"error\":\"invalid_request\""), "{said}");
}
