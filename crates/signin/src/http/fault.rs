//! What the HTTP crate says went wrong, in our words.

use std::io;

use crate::error::{Error, Fault};

/// A request without a reply.
pub(super) struct Failed {
    pub(super) error: Error,
    /// Nothing of the request reached anybody.
    pub(super) unsent: bool,
    lasting: bool,
}

impl Failed {
    /// Trying again would not help.
    pub(super) fn lasting(error: Error) -> Self {
        Self { error, unsent: false, lasting: true }
    }

    pub(super) fn final_of(what: &'static str) -> Self {
        Self::lasting(Error::Input { what })
    }

    pub(super) fn is_lasting(&self) -> bool {
        self.lasting
    }
}

pub(super) fn of(error: ureq::Error, host: &str) -> Failed {
    use ureq::Error as E;
    let (fault, unsent) = match &error {
        E::Timeout(step) => {
            let unsent = matches!(step, ureq::Timeout::Resolve | ureq::Timeout::Connect);
            return Failed { unsent, ..timeout(host) };
        }
        E::HostNotFound => (Fault::Name, true),
        E::ConnectionFailed => (Fault::Connect, true),
        E::ConnectProxyFailed(_) | E::InvalidProxyUrl => (Fault::Proxy, true),
        E::Rustls(error) => (of_tls(error), true),
        E::Tls(_) | E::TlsRequired | E::Pem(_) => (Fault::Tls, true),
        E::Io(error) => match tls_of(error) {
            Some(fault) => (fault, true),
            None => of_io(error),
        },
        E::LargeResponseHeader(..) | E::Protocol(_) => {
            let what = "this is not HTTP, or broke off, or its header is too large";
            return Failed::lasting(Error::Reply { host: host.to_owned(), status: 0, what });
        }
        _ => (Fault::Broken, false),
    };
    let lasting = matches!(fault, Fault::Certificate | Fault::Tls | Fault::Proxy);
    let error = Error::Network { host: host.to_owned(), fault, source: Some(Box::new(error)) };
    Failed { error, unsent, lasting }
}

/// An error while the body was read: the request has been carried out.
pub(super) fn of_body(error: io::Error, host: &str) -> Failed {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<ureq::Error>());
    let slow = matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock)
        || matches!(inner, Some(ureq::Error::Timeout(_)));
    if slow {
        return timeout(host);
    }
    let source: Option<Box<dyn std::error::Error + Send + Sync>> = Some(Box::new(error));
    let error = Error::Network { host: host.to_owned(), fault: Fault::Broken, source };
    Failed { error, unsent: false, lasting: false }
}

/// Waiting as long again is for the caller to decide.
fn timeout(host: &str) -> Failed {
    Failed::lasting(Error::Timeout { what: host.to_owned() })
}

/// How the standard library begins the error of `getaddrinfo`, which has no kind of its own.
const LOOKUP: &str = "failed to lookup address information";

/// The same on Windows: `WSAHOST_NOT_FOUND` to `WSANO_DATA`. No other system has such numbers.
const LOOKUP_OF_WINDOWS: std::ops::RangeInclusive<i32> = 11_001..=11_004;

fn of_io(error: &io::Error) -> (Fault, bool) {
    use io::ErrorKind as K;
    if error.raw_os_error().is_some_and(|number| LOOKUP_OF_WINDOWS.contains(&number)) {
        return (Fault::Name, true);
    }
    if error.get_ref().is_some_and(|inner| inner.to_string().starts_with(LOOKUP)) {
        return (Fault::Name, true);
    }
    match error.kind() {
        K::ConnectionRefused | K::HostUnreachable | K::NetworkUnreachable | K::AddrNotAvailable => {
            (Fault::Connect, true)
        }
        _ => (Fault::Broken, false),
    }
}

fn tls_of(error: &io::Error) -> Option<Fault> {
    error.get_ref()?.downcast_ref::<rustls::Error>().map(of_tls)
}

fn of_tls(error: &rustls::Error) -> Fault {
    match error {
        rustls::Error::InvalidCertificate(_) => Fault::Certificate,
        _ => Fault::Tls,
    }
}
