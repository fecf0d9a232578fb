//! One connection and many requests: in order, each with its own reply, and none after a refusal.

use std::io::{Read, Write};
use std::net::TcpStream;

use azvault_test_support::endpoint::{Reply, World, issue, reply, token};

use crate::crowd::more_descriptors;
use crate::replies::azd;

fn sent(stream: &mut TcpStream, request: &str) -> Reply {
    stream.write_all(request.as_bytes()).unwrap();
    Reply::read(stream)
}

#[track_caller]
fn ends(stream: &mut TcpStream) {
    let mut more = Vec::new();
    let _ = stream.read_to_end(&mut more);
    assert!(more.is_empty(), "{}", more.escape_ascii());
}

/// A request of one protocol or another, and the token that it gets.
fn asked(world: &World, at: usize) -> (String, String) {
    let resource = format!("https://r{at}.example");
    let token = token(&resource, None);
    match at % 2 {
        0 => (world.request_for(&resource), token),
        _ => (azd(world, &format!("{{\"scopes\":[\"{resource}\"]}}")), token),
    }
}

#[test]
fn a_thousand_requests_of_one_connection_get_their_own_tokens_and_the_last_one_closes_it() {
    let world = World::new();
    let mut stream = world.connect();
    for at in 1..=1000 {
        let (request, token) = asked(&world, at);
        let reply = sent(&mut stream, &request);
        assert_eq!(reply.status, 200, "{}", reply.body);
        assert!(reply.body.contains(&token), "{at}: {}", reply.body);
        assert_eq!(reply.closes, at == 1000, "{at}");
    }
    ends(&mut stream);
}

#[test]
fn a_connection_goes_on_where_its_caller_does_not_say_otherwise() {
    let world = World::new();
    let app = world.request();
    let says = |what: &str| app.replacen("Host:", &format!("Connection: {what}\r\nHost:"), 1);
    for (request, closes) in [
        (app.clone(), false),
        (says("keep-alive"), false),
        (says("upgrade"), false),
        (says("close"), true),
        (says("Close"), true),
        (says("keep-alive, close"), true),
        (says("keep-alive ,close "), true),
        (says("te\r\nConnection: close"), true),
        (app.replacen("HTTP/1.1", "HTTP/1.0", 1), true),
        (says("keep-alive").replacen("HTTP/1.1", "HTTP/1.0", 1), true),
    ] {
        let mut stream = world.connect();
        let reply = sent(&mut stream, &request);
        assert_eq!((reply.status, reply.closes), (200, closes), "{request}");
        if closes {
            ends(&mut stream);
        } else {
            assert_eq!(sent(&mut stream, &app).status, 200, "{request}");
        }
    }
}

#[test]
fn nothing_is_answered_on_a_connection_that_was_refused_something() {
    let world = World::new();
    let app = world.request();
    for (case, request, status) in [
        ("another key", app.replace(world.header(), "wrong"), 401),
        ("no host", app.replacen("Host", "X", 1), 403),
        ("another path", app.replacen("/msi/token", "/", 1), 404),
        ("no HTTP", "hello\r\n\r\n".to_owned(), 400),
        ("a resource that is not served", world.request_for("https://no.example"), 400),
        ("a body at App Service", app.replacen("Host", "Content-Length: 3\r\nHost", 1), 400),
        ("chunks", app.replacen("Host", "Transfer-Encoding: chunked\r\nHost", 1), 411),
    ] {
        let mut stream = world.connect();
        assert_eq!(sent(&mut stream, &app).status, 200);
        let issued = world.asked.lock().unwrap().len();
        let reply = sent(&mut stream, &format!("{request}{app}"));
        assert_eq!((reply.status, reply.closes), (status, true), "{case}");
        ends(&mut stream);
        let understood = usize::from(case == "a resource that is not served");
        assert_eq!(world.asked.lock().unwrap().len(), issued + understood, "{case}");
    }
}

#[test]
fn requests_that_do_not_wait_for_their_replies_are_answered_in_order() {
    let world = World::new();
    // However they are cut: within a head, within a body, between two.
    for size in [1, 7, 100, 1000, 100_000] {
        let mut stream = world.connect();
        let mut writing = stream.try_clone().unwrap();
        let (requests, tokens): (Vec<String>, Vec<String>) =
            (0..40).map(|at| asked(&world, at)).unzip();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for part in requests.concat().as_bytes().chunks(size) {
                    writing.write_all(part).unwrap();
                }
            });
            for token in &tokens {
                let reply = Reply::read(&mut stream);
                assert_eq!((reply.status, reply.closes), (200, false), "{}", reply.body);
                assert!(reply.body.contains(token), "{size}: {}", reply.body);
            }
        });
    }
}

#[test]
fn what_follows_a_body_is_no_part_of_it() {
    let world = World::new();
    let mut stream = world.connect();
    let good = azd(&world, "{\"scopes\":[\"s\"]}");
    let short = good.replacen("Content-Length: 16", "Content-Length: 15", 1);
    assert_ne!(good, short);
    let reply = sent(&mut stream, &format!("{short}{good}"));
    assert_eq!((reply.status, reply.closes), (400, true), "{}", reply.body);
    ends(&mut stream);
    assert!(world.asked.lock().unwrap().is_empty());
}

#[test]
fn callers_that_keep_their_connections_keep_nobody_out() {
    more_descriptors();
    let world = World::new();
    let mut kept: Vec<TcpStream> = Vec::new();
    for _ in 0..600 {
        let mut stream = world.connect();
        assert_eq!(sent(&mut stream, &world.request()).status, 200);
        kept.push(stream);
    }
    assert_eq!(world.send(world.request().as_bytes()).0, 200);
    // One of those that were let go of finds another connection.
    ends(&mut kept[0]);
}

#[test]
fn a_caller_that_goes_while_others_wait_is_issued_nothing() {
    let (release, wait) = std::sync::mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let world = World::issuing(move |asked| {
        let _ = wait.lock().unwrap().recv();
        issue(asked)
    });
    // Dropped before the endpoint, which waits for what is about to be issued.
    let release = release;
    let mut waiting: Vec<TcpStream> = (0..20).map(|_| world.connect()).collect();
    for stream in &mut waiting {
        stream.write_all(world.request().as_bytes()).unwrap();
    }
    while world.asked.lock().unwrap().len() < 8 {
        std::thread::yield_now();
    }
    // A reset: the endpoint notices without reading.
    for stream in waiting.drain(8..) {
        rustix::net::sockopt::set_socket_linger(&stream, Some(std::time::Duration::ZERO)).unwrap();
        drop(stream);
    }
    let refused = world.request().replace(world.header(), "wrong");
    assert_eq!(world.send(refused.as_bytes()).0, 401);
    drop(release);
    for stream in waiting {
        assert_eq!(reply(stream).0, 200);
    }
    assert_eq!(world.send(world.request().as_bytes()).0, 200);
    assert_eq!(world.asked.lock().unwrap().len(), 9);
}
