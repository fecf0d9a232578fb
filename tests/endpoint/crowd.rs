//! Many callers, slow ones, tokens that take their time, and the end of the child.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use azvault_endpoint::Target;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use azvault_test_support::endpoint::{World, issue, reply, token};

/// Both ends of the connections are in this process.
pub(crate) fn more_descriptors() {
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).unwrap();
}

/// What so many callers at once are answered, by status.
fn crowd(world: &World, count: usize, request: &(impl Fn(usize) -> String + Sync)) -> Vec<u16> {
    more_descriptors();
    let barrier = Barrier::new(count);
    let found = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for at in 0..count {
            let (barrier, found) = (&barrier, &found);
            let builder = thread::Builder::new().stack_size(128 * 1024);
            let call = move || {
                barrier.wait();
                let (status, body) = world.send(request(at).as_bytes());
                let resource = format!("https://r{at}.example");
                let is_own = body.contains(&token(&resource, None));
                assert_eq!(is_own, status == 200, "{at}: {status} {body}");
                found.lock().unwrap().push(status);
            };
            builder.spawn_scoped(scope, call).unwrap();
        }
    });
    found.into_inner().unwrap()
}

#[test]
fn a_thousand_at_once_are_all_answered_each_with_its_own_token() {
    let world = World::new();
    let since = Instant::now();
    let found = crowd(&world, 1000, &|at| world.request_for(&format!("https://r{at}.example")));
    println!("1,000 callers at once: served in {:?}", since.elapsed());
    assert!(found.len() == 1000 && found.iter().all(|status| *status == 200), "{found:?}");
}

#[test]
fn a_thousand_at_once_are_all_answered_where_tokens_take_their_time() {
    let world = World::issuing(|asked| {
        thread::sleep(Duration::from_millis(20));
        issue(asked)
    });
    let since = Instant::now();
    let found = crowd(&world, 1000, &|at| world.request_for(&format!("https://r{at}.example")));
    assert!(found.len() == 1000 && found.iter().all(|status| *status == 200), "{found:?}");
    println!("1,000 callers, 20 ms a token: served in {:?}", since.elapsed());
}

#[test]
fn a_thousand_without_the_key_get_none_and_one_with_it_does() {
    let world = World::new();
    let request = |at: usize| {
        let request = world.request_for(&format!("https://r{at}.example"));
        if at == 500 { request } else { request.replace(world.header(), "wrong") }
    };
    let found = crowd(&world, 1000, &request);
    assert_eq!(found.iter().filter(|status| **status == 200).count(), 1);
    assert_eq!(found.iter().filter(|status| **status == 401).count(), 999);
}

#[test]
fn a_thousand_are_answered_among_callers_that_are_slow_or_hostile() {
    more_descriptors();
    let world = World::new();
    let request = world.request();
    let head = request.split("\r\n\r\n").next().unwrap();
    // Nothing at all, a beginning, and bodies that are announced and do not come.
    let slow = [
        String::new(),
        "GET /msi/token HTTP/1.1\r\n".to_owned(),
        format!("{head}\r\nContent-Length: 1000\r\n\r\n"),
        format!("{head}\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n"),
    ];
    // What is no HTTP, a head without an end, and one without the key.
    let hostile = [
        "\u{16}\u{3}\u{1}\u{2}".to_owned(),
        format!("{head}\r\nx: {}", "y".repeat(100_000)),
        request.replace(world.header(), "wrong"),
    ];
    let send = |text: &str| {
        let mut stream = world.connect();
        let _ = stream.write_all(text.as_bytes());
        stream
    };
    // More than are served at once, and they stay.
    let held: Vec<TcpStream> = slow.iter().flat_map(|text| (0..150).map(|_| send(text))).collect();
    let ends = Mutex::new(false);
    thread::scope(|scope| {
        for text in &hostile {
            let (send, ends) = (&send, &ends);
            scope.spawn(move || {
                while !*ends.lock().unwrap() {
                    let mut stream = send(text);
                    let _ = stream.set_read_timeout(Some(Duration::from_millis(20)));
                    let mut said = Vec::new();
                    let _ = stream.read_to_end(&mut said);
                    assert!(!said.windows(12).any(|part| part == b"access_token"), "{text:?}");
                }
            });
        }
        let since = Instant::now();
        let found = crowd(&world, 1000, &|at| world.request_for(&format!("https://r{at}.example")));
        println!("1,000 among slow and hostile callers: served in {:?}", since.elapsed());
        *ends.lock().unwrap() = true;
        assert!(found.len() == 1000 && found.iter().all(|status| *status == 200), "{found:?}");
    });
    drop(held);
    assert_eq!(world.asked.lock().unwrap().len(), 1000, "each that has the key, and no other");
}

#[test]
fn who_is_slow_is_let_go_of_and_keeps_nobody_out() {
    more_descriptors();
    let world = World::new();
    let since = Instant::now();
    let mut slow: Vec<TcpStream> = (0..600).map(|_| world.connect()).collect();
    for stream in &mut slow {
        let _ = stream.write_all(b"GET /msi/token HTTP/1.1\r\n");
    }
    assert_eq!(world.send(world.request().as_bytes()).0, 200);
    let waited = since.elapsed();
    assert!(waited < Duration::from_secs(4), "{waited:?}");
    for stream in &mut slow {
        let mut byte = [0];
        // An end or a reset; nothing was said.
        assert!(!matches!(stream.read(&mut byte), Ok(1..)));
    }
    println!(
        "600 that say nothing: a caller waited {waited:?}, all gone after {:?}",
        since.elapsed()
    );
    assert!(since.elapsed() < Duration::from_secs(9));
}

#[test]
fn a_caller_that_says_a_little_now_and_then_has_five_seconds_in_all() {
    let world = World::new();
    let mut stream = world.connect();
    let since = Instant::now();
    for byte in world.request().bytes() {
        if stream.write_all(&[byte]).is_err() {
            break;
        }
        thread::sleep(Duration::from_millis(200));
        assert!(since.elapsed() < Duration::from_secs(8));
    }
    assert!(since.elapsed() > Duration::from_secs(4));
    assert!(world.asked.lock().unwrap().is_empty());
}

#[test]
fn a_token_that_is_waited_for_delays_no_refusal() {
    let (release, wait) = channel::<()>();
    let wait = Mutex::new(wait);
    let world = World::issuing(move |asked| {
        if asked.target == Target::Resource("https://slow.example".to_owned()) {
            let _ = wait.lock().unwrap().recv();
        }
        issue(asked)
    });
    // Dropped before the endpoint, which waits for what is about to be issued.
    let release = release;
    let mut waiting: Vec<TcpStream> = (0..100).map(|_| world.connect()).collect();
    for stream in &mut waiting {
        stream.write_all(world.request_for("https://slow.example").as_bytes()).unwrap();
    }
    // Until all threads wait.
    while world.asked.lock().unwrap().len() < 8 {
        thread::sleep(Duration::from_millis(5));
    }
    let since = Instant::now();
    for _ in 0..20 {
        let request = world.request().replace(world.header(), "wrong");
        assert_eq!(world.send(request.as_bytes()).0, 401);
    }
    assert!(since.elapsed() < Duration::from_secs(2), "{:?}", since.elapsed());
    drop(release);
    for stream in waiting {
        assert_eq!(reply(stream).0, 200);
    }
}

#[test]
fn the_end_of_the_child_ends_it_at_once() {
    let (release, wait) = channel::<()>();
    let wait = Mutex::new(wait);
    let issued = Arc::new(Mutex::new(false));
    let ended = Arc::clone(&issued);
    let mut world = World::issuing(move |asked| {
        let _ = wait.lock().unwrap().recv();
        *ended.lock().unwrap() = true;
        issue(asked)
    });
    let release = release;
    let mut idle = world.connect();
    let mut waiting = world.connect();
    waiting.write_all(world.request().as_bytes()).unwrap();
    while world.asked.lock().unwrap().is_empty() {
        thread::sleep(Duration::from_millis(5));
    }
    let since = Instant::now();
    world.stop();
    for stream in [&mut idle, &mut waiting] {
        let mut said = Vec::new();
        let _ = stream.read_to_end(&mut said);
        assert!(said.is_empty());
    }
    assert!(since.elapsed() < Duration::from_secs(1), "{:?}", since.elapsed());
    // The port is closed a moment after the connections are.
    while TcpStream::connect(("127.0.0.1", world.port)).is_ok() {
        assert!(since.elapsed() < Duration::from_secs(1));
    }
    // What was about to be issued is waited for: a token may have been rotated for it.
    assert!(!*issued.lock().unwrap());
    drop(release);
    world.wait();
    assert!(*issued.lock().unwrap());
}
