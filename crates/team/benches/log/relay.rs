//! A relay that counts what goes through it.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub(crate) struct Relay {
    pub(crate) port: u16,
    bytes: Arc<AtomicU64>,
}

impl Relay {
    pub(crate) fn to(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let relay = Self { port: listener.local_addr().unwrap().port(), bytes: Arc::default() };
        let bytes = Arc::clone(&relay.bytes);
        std::thread::spawn(move || {
            for caller in listener.incoming().map_while(Result::ok) {
                let server = TcpStream::connect(("127.0.0.1", port)).unwrap();
                for one in [&caller, &server] {
                    one.set_nodelay(true).unwrap();
                }
                carry(caller.try_clone().unwrap(), server.try_clone().unwrap(), &bytes);
                carry(server, caller, &bytes);
            }
        });
        relay
    }

    /// Both ways, since it began.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::SeqCst)
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, bytes: &Arc<AtomicU64>) {
    let bytes = Arc::clone(bytes);
    std::thread::spawn(move || {
        let mut room = vec![0; 64 * 1024];
        while let Ok(count) = from.read(&mut room) {
            if count == 0 || to.write_all(&room[..count]).is_err() {
                break;
            }
            bytes.fetch_add(count as u64, Ordering::SeqCst);
        }
        let _ = to.shutdown(Shutdown::Write);
    });
}
