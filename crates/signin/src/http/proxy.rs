//! A proxy, as the caller found it.

use azvault_model::Secret;
use url::Url;

use crate::error::Error;

/// A proxy, and the hosts that are reached without it.
pub struct ProxySetting {
    /// `http://[user:password@]host:port`: a secret, because it may hold a password.
    pub url: Secret,
    /// `example.com`, `.example.com`, `*.example.com`, `*`.
    pub bypass: Vec<String>,
}

impl ProxySetting {
    /// Scheme, host and port; an error if it is no proxy.
    pub fn address(&self) -> Result<String, Error> {
        let url = self.parsed()?;
        let port = url.port_or_known_default().unwrap_or(80);
        let host = url.host_str().unwrap_or_default();
        Ok(format!("{}://{host}:{port}", url.scheme()))
    }

    fn parsed(&self) -> Result<Url, Error> {
        let bad = || Error::Input { what: "the proxy must be http://[user:password@]host:port" };
        // EXPOSE: it is taken apart; what is shown of it has no password.
        let text = std::str::from_utf8(self.url.expose()).map_err(|_| bad())?;
        let url = Url::parse(text).map_err(|_| bad())?;
        let is_one = matches!(url.scheme(), "http" | "https") && url.host_str().is_some();
        is_one.then_some(url).ok_or_else(bad)
    }

    pub(super) fn opened(&self) -> Result<ureq::Proxy, Error> {
        let bad = || Error::Input { what: "the proxy must be http://[user:password@]host:port" };
        // ureq keeps what it is told.
        let url = self.parsed()?;
        let protocol = match url.scheme() {
            "https" => ureq::ProxyProtocol::Https,
            _ => ureq::ProxyProtocol::Http,
        };
        let mut proxy = ureq::Proxy::builder(protocol).host(url.host_str().ok_or_else(bad)?);
        if let Some(port) = url.port_or_known_default() {
            proxy = proxy.port(port);
        }
        if !url.username().is_empty() {
            proxy = proxy.username(&decoded(url.username()).ok_or_else(bad)?);
        }
        if let Some(password) = url.password() {
            proxy = proxy.password(&decoded(password).ok_or_else(bad)?);
        }
        for host in &self.bypass {
            let host = host.trim();
            proxy = proxy.no_proxy(host);
            // As curl and Python do, a bare name stands for what is below it, too.
            if !host.starts_with(['.', '*']) {
                proxy = proxy.no_proxy(&format!(".{host}"));
            }
        }
        proxy.build().map_err(|_| bad())
    }
}

fn decoded(text: &str) -> Option<zeroize::Zeroizing<String>> {
    let bytes = percent_encoding::percent_decode_str(text);
    bytes.decode_utf8().ok().map(|text| zeroize::Zeroizing::new(text.into_owned()))
}
