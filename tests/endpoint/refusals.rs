//! Who gets no token: one table, and those that no table holds.

use std::io::Write;
use std::process::Command;

use azvault_endpoint::{EndpointRequest, Refusal};

use azvault_test_support::endpoint::{World, reply};
use azvault_test_support::{find, not_run};

#[test]
fn whoever_does_not_ask_exactly_right_is_refused() {
    let world = World::new();
    let port = world.port;
    let app = world.request();
    let azd_key = &world.environment["AZD_AUTH_KEY"];
    let azd = |headers: &str, body: &str| {
        format!(
            "POST /token?api-version=2023-07-12-preview HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\
             Authorization: Bearer {azd_key}\r\n{headers}\r\n{body}"
        )
    };
    let azd_body = "{\"scopes\":[\"https://management.azure.com//.default\"]}";
    let azd_good = azd(&format!("Content-Length: {}\r\n", azd_body.len()), azd_body);
    let rm_path = world.environment["ARM_MSI_ENDPOINT"]
        .strip_prefix(&world.environment["AZD_AUTH_ENDPOINT"])
        .unwrap();
    let rm = format!(
        "GET {rm_path}?api-version=2018-02-01&resource=https://management.azure.com/ HTTP/1.1\r\n\
         Host: localhost:{port}\r\nMetadata: true\r\n\r\n"
    );
    for good in [&app, &azd_good, &rm] {
        let (status, body) = world.send(good.as_bytes());
        assert_eq!(status, 200, "{body}");
    }
    let issued = world.asked.lock().unwrap().len();
    assert_eq!(issued, 3);

    let host = format!("127.0.0.1:{port}");
    let key = world.header();
    let other_key = "A".repeat(key.len());
    let long = "x".repeat(20_000);
    let many = "X-A: b\r\n".repeat(100);
    let on = |good: &str, from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replacen(from, to, 1)
    };
    let azd_sized = |length: &str| azd(&format!("Content-Length: {length}\r\n"), azd_body);
    let azd_says = |body: &str| azd(&format!("Content-Length: {}\r\n", body.len()), body);
    for (case, request, expected) in [
        ("a host of somebody's own", on(&app, &host, "evil.example"), 403),
        ("that host with the port", on(&app, "127.0.0.1", "evil.example"), 403),
        ("another port", on(&app, &host, "127.0.0.1:1"), 403),
        ("no port", on(&app, &host, "127.0.0.1"), 403),
        ("a host that only begins right", on(&app, &host, &format!("{host}.evil.example")), 403),
        ("no host", on(&app, &format!("Host: {host}\r\n"), ""), 403),
        ("two hosts", on(&app, "Host:", &format!("Host: {host}\r\nHost:")), 403),
        ("an origin", on(&app, "Host:", "Origin: http://127.0.0.1\r\nHost:"), 403),
        ("the origin null", on(&app, "Host:", "Origin: null\r\nHost:"), 403),
        ("an origin at azurerm's", on(&rm, "Host:", "Origin: null\r\nHost:"), 403),
        ("another method", on(&app, "GET", "POST"), 405),
        ("HEAD", on(&app, "GET", "HEAD"), 405),
        ("OPTIONS", on(&app, "GET", "OPTIONS"), 405),
        ("GET at azd's", on(&azd_good, "POST", "GET"), 405),
        ("POST at azurerm's", on(&rm, "GET", "POST"), 405),
        ("a path below", on(&app, "/msi/token", "/msi/token/"), 404),
        ("a path in capitals", on(&app, "/msi/token", "/MSI/token"), 401),
        ("no path", on(&app, "/msi/token", "/"), 404),
        ("the path of IMDS", on(&app, "/msi/token", "/metadata/identity/oauth2/token"), 404),
        ("a whole address", on(&app, "/msi", &format!("http://{host}/msi")), 404),
        ("no key", on(&app, &format!("X-IDENTITY-HEADER: {key}\r\n"), ""), 401),
        ("another key", on(&app, key, &other_key), 401),
        ("half the key", on(&app, key, &key[..20]), 401),
        ("an empty key", on(&app, key, ""), 401),
        ("two keys", on(&app, "X-ID", &format!("X-IDENTITY-HEADER: {key}\r\nX-ID")), 401),
        ("the key of azd", on(&app, key, azd_key), 401),
        ("the key in another header", on(&app, "X-IDENTITY-HEADER", "secret"), 401),
        ("azd's with another key", on(&azd_good, azd_key, &other_key), 401),
        ("azd's without Bearer", on(&azd_good, "Bearer ", ""), 401),
        ("azurerm's with another key", on(&rm, &rm_path[1..44], &other_key), 401),
        ("azurerm's without Metadata", on(&rm, "Metadata: true\r\n", ""), 400),
        ("azurerm's with Metadata: false", on(&rm, "Metadata: true", "Metadata: false"), 400),
        ("another version", on(&app, "2019-08-01", "2017-09-01"), 400),
        ("another version at azurerm's", on(&rm, "2018-02-01", "2019-08-01"), 400),
        ("another version at azd's", on(&azd_good, "2023-07-12-preview", "2024-01-01"), 400),
        ("no version", on(&app, "api-version=2019-08-01&", ""), 400),
        ("no resource", on(&app, "resource", "r"), 400),
        ("two resources", on(&app, "resource=", "resource=https://a&resource="), 400),
        ("two identities", on(&app, "resource=", "client_id=a&object_id=b&resource="), 400),
        ("a line end in the resource", on(&app, "resource=", "resource=%0d%0a"), 400),
        ("a resource that is not allowed", world.request_for("https://no.example"), 400),
        ("a body at App Service", on(&app, "Host:", "Content-Length: 3\r\nHost:") + "abc", 400),
        ("no HTTP", "hello\r\n\r\n".to_owned(), 400),
        ("TLS", "\u{16}\u{3}\u{1}\r\n\r\n".to_owned(), 400),
        ("a head that is too large", on(&app, "Host:", &format!("X-A: {long}\r\nHost:")), 431),
        ("a query that is too large", on(&app, "resource=", &format!("resource={long}")), 431),
        ("too many headers", on(&app, "Host:", &format!("{many}Host:")), 431),
        ("a folded header", on(&app, "Host:", "X-A: b\r\n c\r\nHost:"), 400),
        ("chunks", azd("Transfer-Encoding: chunked\r\n", "0\r\n\r\n"), 411),
        (
            "chunks and a length",
            azd("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"),
            411,
        ),
        ("no length", azd("", ""), 411),
        ("two lengths", azd("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), 400),
        ("a length with a sign", azd_sized("+5"), 400),
        ("a length of words", azd_sized("five"), 400),
        ("a length beyond all", azd_sized("18446744073709551616"), 413),
        ("a body that is too large", azd_sized("65537"), 413),
        ("more body than said", azd_sized("3"), 400),
        ("no JSON", azd_says("hello"), 400),
        ("no scopes", azd_says("{\"scopes\":[]}"), 400),
        ("an empty scope", azd_says("{\"scopes\":[\"\"]}"), 400),
        ("a scope with a line end", azd_says("{\"scopes\":[\"a\\nb\"]}"), 400),
        ("an empty body", azd_says(""), 400),
    ] {
        let (status, body) = world.send(request.as_bytes());
        assert_eq!(status, expected, "{case}: {body}");
        assert!(!body.contains("azv."), "{case}: a token to the wrong caller");
        for (name, value) in &world.environment {
            let is_key = ["IDENTITY_HEADER", "AZD_AUTH_KEY"].contains(name);
            assert!(!is_key || !body.contains(value), "{case}: the reply says {name}");
        }
    }
    // One of the table is understood, and refused by who issues.
    assert_eq!(world.asked.lock().unwrap().len(), issued + 1);
}

#[test]
fn a_body_of_the_largest_size_is_read() {
    let world = World::new();
    let scope = "x".repeat(64 * 1024 - 15);
    let body = format!("{{\"scopes\":[\"{scope}\"]}}");
    assert_eq!(body.len(), 64 * 1024);
    let mut stream = world.connect();
    let head = format!(
        "POST /token?api-version=2023-07-12-preview HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\
         Authorization: Bearer {}\r\nContent-Length: {}\r\n\r\n",
        world.port,
        world.environment["AZD_AUTH_KEY"],
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    for part in body.as_bytes().chunks(1000) {
        stream.write_all(part).unwrap();
    }
    assert_eq!(reply(stream).0, 200);
}

#[test]
fn another_user_of_the_machine_who_knows_the_key_is_refused() {
    if !rustix::process::geteuid().is_root() {
        return not_run("only root can be somebody else");
    }
    let Some(python) = find("python3") else { return };
    let world = World::new();
    // As the user that is given, on a socket of either version of IP.
    let program = "
import os, socket, sys
uid, family, request = int(sys.argv[1]), sys.argv[2], sys.argv[3].encode()
if uid: os.setuid(uid)
six = family == '6'
s = socket.socket(socket.AF_INET6 if six else socket.AF_INET)
s.connect(('::ffff:127.0.0.1' if six else '127.0.0.1', int(sys.argv[4])))
s.sendall(request)
print(s.recv(65536).split(b' ')[1].decode())
";
    for (uid, family, expected) in
        [("0", "4", "200"), ("0", "6", "200"), ("65534", "4", "401"), ("65534", "6", "401")]
    {
        let output = Command::new(&python)
            .args(["-c", program, uid, family, &world.request(), &world.port.to_string()])
            .output()
            .unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(said.trim(), expected, "{uid} over IPv{family}: {:?}", output.stderr);
    }
    assert_eq!(world.asked.lock().unwrap().len(), 2);
}

#[test]
fn what_is_issued_and_is_no_token_is_not_handed_out() {
    for value in ["", "a b", "a\"b", "a\r\nb", "\u{fc}"] {
        let world = World::issuing(move |asked: &EndpointRequest| {
            let access_token = azvault_model::Secret::copied_from(value.as_bytes());
            Ok(azvault_endpoint::Issued {
                access_token,
                ..azvault_test_support::endpoint::issue(asked)?
            })
        });
        assert_eq!(world.send(world.request().as_bytes()).0, 500, "{value:?}");
    }
}

#[test]
fn a_message_reaches_the_caller_in_the_form_of_its_protocol() {
    let message = "say \"azvault connect\"";
    for (refusal, status, code) in [
        (Refusal::SignInNeeded { message: message.to_owned() }, 400, "NotSignedInError"),
        (
            Refusal::Unavailable { message: message.to_owned(), retry_after: 7 },
            503,
            "GetTokenError",
        ),
    ] {
        let world = World::issuing(move |_| Err(refusal.clone()));
        let quoted = "say \\\"azvault connect\\\"";
        let (found, body) = world.send(world.request().as_bytes());
        assert_eq!(found, status);
        assert_eq!(body, format!("{{\"statusCode\":{status},\"message\":\"{quoted}\"}}"));
        let (found, body) =
            world.send(crate::replies::azd(&world, "{\"scopes\":[\"s\"]}").as_bytes());
        assert_eq!(found, 200, "azd reads no message of another status");
        let expected =
            format!("{{\"status\":\"error\",\"code\":\"{code}\",\"message\":\"{quoted}\"}}");
        assert_eq!(body, expected);
        let (found, body) = world.send(crate::replies::azurerm(&world).as_bytes());
        assert_eq!(found, status);
        assert!(body.contains(&format!("\"error_description\":\"{quoted}\"")), "{body}");
    }
}

#[test]
fn a_pause_and_a_challenge_stand_in_the_head_of_the_reply() {
    let message = || "not now".to_owned();
    let claims = "{\"access_token\":{}}".to_owned();
    for (refusal, status, line) in [
        (Refusal::Unavailable { message: message(), retry_after: 7 }, 503, "Retry-After: 7"),
        (
            Refusal::StepUp { message: message(), claims },
            400,
            "WWW-Authenticate: Bearer error=\"insufficient_claims\", claims=\"eyJhY2Nlc3NfdG9rZW4iOnt9fQ==\"",
        ),
    ] {
        let world = World::issuing(move |_| Err(refusal.clone()));
        for request in [world.request(), crate::replies::azurerm(&world)] {
            let request = request.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
            let mut stream = world.connect();
            Write::write_all(&mut stream, request.as_bytes()).unwrap();
            let mut reply = String::new();
            std::io::Read::read_to_string(&mut stream, &mut reply).unwrap();
            let head = reply.split("\r\n\r\n").next().unwrap();
            assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{head}");
            assert_eq!(head.lines().filter(|own| *own == line).count(), 1, "{head}");
        }
    }
}
