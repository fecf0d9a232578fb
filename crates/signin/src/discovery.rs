//! OpenID Connect Discovery: the endpoints of a provider that is neither Entra nor ADFS.

use serde::Deserialize;
use serde_json::value::RawValue;
use url::Url;

use crate::authority::{Authority, Kind, TenantName};
use crate::cloud::{Confirmed, origin};
use crate::error::Error;
use crate::http::{Ask, Http, Plain, Repeat, Sent, check_scheme};
use crate::json;

const MAX_REPLY: usize = 256 * 1024;

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow, default)]
    issuer: Option<&'a RawValue>,
    #[serde(borrow, default)]
    token_endpoint: Option<&'a RawValue>,
    #[serde(borrow, default)]
    authorization_endpoint: Option<&'a RawValue>,
    #[serde(borrow, default)]
    device_authorization_endpoint: Option<&'a RawValue>,
    #[serde(borrow, default)]
    revocation_endpoint: Option<&'a RawValue>,
}

/// Reads `.well-known/openid-configuration` of an issuer.
///
/// The issuer's origin must be confirmed, as must that of each endpoint it names, and the document
/// must be this issuer's (OpenID Connect Discovery 4.3).
pub fn discover(http: &Http, issuer: &str, confirmed: &Confirmed) -> Result<Authority, Error> {
    let bad = |_| Error::Input { what: "the issuer is not an address" };
    let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let url = Url::parse(&url).map_err(bad)?;
    confirmed.require(&[origin(&url)])?;
    let reply = http.send(&Ask {
        url: &url,
        headers: Vec::new(),
        sent: Sent::None,
        repeat: Repeat::Safe(&[]),
        plain: Plain::Loopback,
        limit: MAX_REPLY,
    })?;
    if reply.status != 200 {
        return Err(reply.wrong("this is no OpenID provider"));
    }
    let authority = read(reply.json()?, issuer).map_err(|what| reply.wrong(what))?;
    let endpoints = [&authority.authorize, &authority.device, &authority.revocation];
    let endpoints = endpoints.into_iter().flatten().chain([&authority.token]);
    for url in endpoints.clone() {
        check_scheme(url, Plain::Loopback)?;
    }
    confirmed.require(&endpoints.map(origin).collect::<Vec<_>>())?;
    Ok(authority)
}

fn read(text: &str, issuer: &str) -> Result<Authority, &'static str> {
    let body: Body<'_> = serde_json::from_str(text).map_err(|_| "this is no OpenID provider")?;
    if json::text(body.issuer).as_deref() != Some(issuer) {
        return Err("the document is of another issuer");
    }
    let url = |raw| match json::text(raw) {
        Some(text) => Url::parse(&text).map(Some).map_err(|_| "an endpoint is not an address"),
        None => Ok(None),
    };
    Ok(Authority {
        kind: Kind::OpenId,
        tenant: TenantName::Common,
        token: url(body.token_endpoint)?.ok_or("the document names no token endpoint")?,
        authorize: url(body.authorization_endpoint)?,
        device: url(body.device_authorization_endpoint)?,
        revocation: url(body.revocation_endpoint)?,
        issuer: Some(issuer.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_document_must_be_its_issuers() {
        for (text, what) in [
            (r#"{"issuer":"https://i","token_endpoint":"https://i/t"}"#, None),
            (r#"{"issuer":"https://i/","token_endpoint":"https://i/t"}"#, Some("another issuer")),
            (r#"{"token_endpoint":"https://i/t"}"#, Some("another issuer")),
            (r#"{"issuer":"https://i"}"#, Some("no token endpoint")),
            (r#"{"issuer":"https://i","token_endpoint":"t"}"#, Some("not an address")),
            ("<html>", Some("no OpenID provider")),
        ] {
            let found = read(text, "https://i").err();
            assert_eq!(found.is_some(), what.is_some(), "{text}");
            assert!(found.unwrap_or_default().contains(what.unwrap_or_default()), "{text}");
        }
    }
}
