//! HTTPS as the flows need it: bounded in time and size, no redirects, no cookies, no kept
//! connections, and nothing repeated that may not be.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use azvault_model::Secret;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};
use url::Url;

use crate::error::Error;

mod exchange;
mod fault;
mod proxy;
mod roots;

pub(crate) use exchange::Reply;
pub use proxy::ProxySetting;
pub use roots::SystemStore;

/// The longest pause that is waited out here; the caller hears of longer ones.
const MAX_PAUSE: Duration = Duration::from_secs(5);

/// How connections are made.
#[derive(Default)]
pub struct Settings {
    /// Whether the system's certificate authorities are trusted.
    pub system_roots: SystemRoots,
    /// Further authorities: PEM, one or several.
    pub ca_bundle: Option<Vec<u8>>,
    /// For every host but loopback and the metadata service.
    pub proxy: Option<ProxySetting>,
    /// When to give up.
    pub timeouts: Timeouts,
}

/// Whether the system's certificate authorities are trusted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SystemRoots {
    /// They are.
    #[default]
    Trusted,
    /// Only those of [`Settings::ca_bundle`] are.
    Ignored,
}

/// When to give up.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// Resolving the name and connecting.
    pub connect: Duration,
    /// One request from its start to the last byte of its reply.
    pub whole: Duration,
    /// How often a request that may be repeated is repeated.
    pub repeats: u32,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), whole: Duration::from_secs(30), repeats: 2 }
    }
}

/// Opens connections. One serves any number of requests and threads.
pub struct Http {
    direct: ureq::Agent,
    proxied: Option<ureq::Agent>,
    repeats: u32,
    has_sent: AtomicBool,
}

/// Whether a request may reach the service twice.
#[derive(Clone, Copy)]
pub(crate) enum Repeat {
    /// It may: on broken connections, 429, 5xx and these statuses besides.
    Safe(&'static [u16]),
    /// It may not: repeated only if nothing was sent.
    OnlyUnsent,
}

/// Where `http:` will do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plain {
    /// On loopback only.
    Loopback,
    /// There, and at the link-local address of the metadata service.
    Metadata,
}

/// One request.
pub(crate) struct Ask<'a> {
    pub(crate) url: &'a Url,
    pub(crate) headers: Vec<(&'static str, Header<'a>)>,
    pub(crate) sent: Sent<'a>,
    pub(crate) repeat: Repeat,
    pub(crate) plain: Plain,
    /// Largest reply that is read, in bytes.
    pub(crate) limit: usize,
}

/// What is sent, and by which method.
#[derive(Clone, Copy)]
pub(crate) enum Sent<'a> {
    /// `GET`.
    None,
    /// `POST` of a form.
    Form(&'a [u8]),
    /// `POST` of JSON.
    Json(&'a str),
    /// `PATCH` with JSON.
    Patch(&'a str),
}

/// A header's value.
pub(crate) enum Header<'a> {
    Text(&'a str),
    /// After this prefix.
    Secret(&'static str, &'a Secret),
}

impl Http {
    /// Reads the certificate authorities, once.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        let mut roots = Vec::new();
        if settings.system_roots == SystemRoots::Trusted {
            let found = SystemStore::read().certificates;
            roots.extend(found.iter().map(|der| Certificate::from_der(der).to_owned()));
        }
        if let Some(pem) = &settings.ca_bundle {
            roots.extend(bundled(pem)?);
        }
        if roots.is_empty() {
            return Err(Error::Input { what: "no certificate authority is trusted here" });
        }
        let roots: RootCerts = roots.into();
        let agent = |proxy| agent(&settings.timeouts, roots.clone(), proxy);
        let proxied = settings.proxy.as_ref().map(|p| p.opened()).transpose()?;
        Ok(Self {
            direct: agent(None),
            proxied: proxied.map(|proxy| agent(Some(proxy))),
            repeats: settings.timeouts.repeats,
            has_sent: AtomicBool::new(false),
        })
    }

    /// Whether anything of a request has left this process: not where a name was not
    /// found, nobody answered, or a certificate was not accepted.
    pub fn has_sent(&self) -> bool {
        self.has_sent.load(Ordering::Relaxed)
    }

    pub(crate) fn send(&self, ask: &Ask<'_>) -> Result<Reply, Error> {
        let name = host(ask.url)?;
        let agent = match &self.proxied {
            Some(proxied) if !is_near(ask.url) => proxied,
            _ => &self.direct,
        };
        check_scheme(ask.url, ask.plain)?;
        let mut left = self.repeats;
        loop {
            let found = exchange::once(agent, ask, &name);
            if !matches!(&found, Err(failed) if failed.unsent) {
                self.has_sent.store(true, Ordering::Relaxed);
            }
            let pause = match (found, ask.repeat) {
                (Ok(reply), Repeat::Safe(also)) if reply.asks_again(also) => {
                    let pause = reply.retry_after.unwrap_or_else(|| backoff(self.repeats - left));
                    if left == 0 || pause > MAX_PAUSE {
                        return reply.judged();
                    }
                    pause
                }
                (Ok(reply), _) => return reply.judged(),
                (Err(failed), repeat) => {
                    let again = failed.unsent || matches!(repeat, Repeat::Safe(_));
                    if left == 0 || !again || failed.is_lasting() {
                        return Err(failed.error);
                    }
                    backoff(self.repeats - left)
                }
            };
            left -= 1;
            std::thread::sleep(pause);
        }
    }
}

fn agent(timeouts: &Timeouts, roots: RootCerts, proxy: Option<ureq::Proxy>) -> ureq::Agent {
    let tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .root_certs(roots)
        .build();
    ureq::Agent::config_builder()
        .tls_config(tls)
        .proxy(proxy)
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .max_idle_connections(0)
        .max_response_header_size(32 * 1024)
        .input_buffer_size(64 * 1024)
        .output_buffer_size(32 * 1024)
        .timeout_resolve(Some(timeouts.connect))
        .timeout_connect(Some(timeouts.connect))
        .timeout_global(Some(timeouts.whole))
        .user_agent(concat!("azvault/", env!("CARGO_PKG_VERSION")))
        .accept("application/json")
        .build()
        .new_agent()
}

/// How many authorities a bundle adds; an error if it is none.
pub fn authorities_of_bundle(pem: &[u8]) -> Result<usize, Error> {
    bundled(pem).map(|found| found.len())
}

/// Those of a bundle, else the system's.
pub fn authorities(pem: Option<&[u8]>) -> Result<Vec<CertificateDer<'static>>, Error> {
    pem.map_or_else(|| Ok(SystemStore::read().certificates), certificates)
}

fn bundled(pem: &[u8]) -> Result<Vec<Certificate<'static>>, Error> {
    let found = certificates(pem)?;
    Ok(found.iter().map(|der| Certificate::from_der(der).to_owned()).collect())
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, Error> {
    let bad = |_| Error::Input { what: "the CA bundle is not PEM with certificates" };
    let found: Vec<_> =
        CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(bad)?;
    let mut store = rustls::RootCertStore::empty();
    for der in &found {
        let bad = |_| Error::Input { what: "a certificate of the CA bundle cannot be read" };
        store.add(der.clone()).map_err(bad)?;
    }
    if found.is_empty() {
        return Err(Error::Input { what: "the CA bundle is not PEM with certificates" });
    }
    Ok(found)
}

fn host(url: &Url) -> Result<String, Error> {
    url.host_str().map(str::to_owned).ok_or(Error::Input { what: "the address has no host" })
}

fn ip(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        url::Host::Ipv4(ip) => Some(ip.into()),
        url::Host::Ipv6(ip) => Some(ip.into()),
        url::Host::Domain(_) => None,
    }
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    ip(url).map_or_else(|| url.host_str() == Some("localhost"), |ip| ip.is_loopback())
}

fn is_metadata(url: &Url) -> bool {
    ip(url) == Some(IpAddr::from([169, 254, 169, 254]))
}

/// Whether a proxy has no business with it.
fn is_near(url: &Url) -> bool {
    is_loopback(url) || is_metadata(url)
}

/// TLS only, but where nothing leaves the machine; and to a host of plain characters, since hosts
/// stand in commands that are shown to be typed. The standard of URLs lets a host have `$` and `;`.
pub(crate) fn check_scheme(url: &Url, plain: Plain) -> Result<(), Error> {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b".-_:[]".contains(&b);
    if !url.host_str().is_some_and(|host| host.bytes().all(is_plain)) {
        return Err(Error::Input { what: "the address has a host that no service has" });
    }
    let plain_will_do = is_loopback(url) || (plain == Plain::Metadata && is_metadata(url));
    match url.scheme() {
        "https" => Ok(()),
        "http" if plain_will_do => Ok(()),
        _ => Err(Error::Input { what: "the address must begin with https:" }),
    }
}

/// Half a second, then twice as long each time, and a little more by chance so that many callers
/// do not come back together.
fn backoff(round: u32) -> Duration {
    let mut chance = [0_u8];
    let random = ring::rand::SystemRandom::new();
    // Without chance it is the plain pause.
    let _ = ring::rand::SecureRandom::fill(&random, &mut chance);
    let base = Duration::from_millis(500) * 2_u32.pow(round.min(3));
    (base + Duration::from_millis(u64::from(chance[0]))).min(MAX_PAUSE)
}
