//! An authority: who issues the tokens, and at which addresses.

use std::fmt;

use url::Url;

use crate::error::Error;

/// What kind of service an authority is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Microsoft Entra, v2 endpoints.
    Entra,
    /// Active Directory Federation Services 2019 or later.
    Adfs,
    /// Another OpenID provider, known by [`crate::discovery`].
    OpenId,
}

/// The tenant part of an authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TenantName {
    /// By its id or one of its domains.
    Named(String),
    /// Whichever work or school account signs in.
    Organizations,
    /// Whichever account signs in.
    Common,
}

impl TenantName {
    /// A GUID, a domain, `organizations` or `common`; nothing that would change the path.
    pub fn parse(text: &str) -> Result<Self, Error> {
        match text.to_ascii_lowercase().as_str() {
            "organizations" => return Ok(Self::Organizations),
            "common" => return Ok(Self::Common),
            _ => {}
        }
        let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
        let parts = text.split('.').all(|label| !label.is_empty());
        if plain && parts && (is_guid(text) || text.contains('.')) {
            return Ok(Self::Named(text.to_owned()));
        }
        Err(Error::Input { what: "a tenant is a GUID or a domain name" })
    }

    /// Its GUID, where it is one.
    pub fn guid(&self) -> Option<&str> {
        match self {
            Self::Named(name) if is_guid(name) => Some(name),
            _ => None,
        }
    }
}

impl fmt::Display for TenantName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Named(name) => name,
            Self::Organizations => "organizations",
            Self::Common => "common",
        })
    }
}

pub(crate) fn is_guid(text: &str) -> bool {
    let lengths = [8, 4, 4, 4, 12];
    let parts: Vec<_> = text.split('-').collect();
    parts.len() == lengths.len()
        && parts.iter().zip(lengths).all(|(part, length)| {
            part.len() == length && part.bytes().all(|b| b.is_ascii_hexdigit())
        })
}

/// Where tokens are asked for.
#[derive(Clone, Debug)]
pub struct Authority {
    pub(crate) kind: Kind,
    pub(crate) tenant: TenantName,
    pub(crate) token: Url,
    pub(crate) authorize: Option<Url>,
    pub(crate) device: Option<Url>,
    pub(crate) revocation: Option<Url>,
    /// As it stands in id tokens; `None` where it differs from tenant to tenant.
    pub(crate) issuer: Option<String>,
}

impl Authority {
    /// Entra's endpoints below an address, or those of ADFS where the address ends in `/adfs`: the
    /// rule of MSAL. ADFS has one tenant, so what is asked for does not matter there.
    pub(crate) fn at(base: &Url, tenant: TenantName) -> Self {
        let adfs = base.path().trim_end_matches('/').eq_ignore_ascii_case("/adfs");
        let below = |path: &str| {
            let mut url = base.clone();
            url.set_query(None);
            url.set_fragment(None);
            url.set_path(path);
            url
        };
        let (kind, root) = match adfs {
            true => (Kind::Adfs, "/adfs/oauth2".to_owned()),
            false => (Kind::Entra, format!("/{tenant}/oauth2/v2.0")),
        };
        Self {
            kind,
            token: below(&format!("{root}/token")),
            authorize: Some(below(&format!("{root}/authorize"))),
            device: Some(below(&format!("{root}/devicecode"))),
            revocation: None,
            issuer: None,
            tenant,
        }
    }

    /// What kind of service it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The tenant that was asked for.
    pub fn tenant(&self) -> &TenantName {
        &self.tenant
    }

    /// The host that tokens come from; `environment` of token caches.
    pub fn host(&self) -> &str {
        self.token.host_str().unwrap_or_default()
    }

    /// Where tokens are asked for.
    pub fn token_endpoint(&self) -> &Url {
        &self.token
    }

    /// The audience of an assertion that authenticates a client here (RFC 7523 section 3).
    pub fn assertion_audience(&self) -> &str {
        match &self.issuer {
            // OpenID Connect Core 9 asks for the token endpoint, newer texts for the issuer; of
            // Entra and ADFS it is the first.
            Some(issuer) => issuer,
            None => self.token.as_str(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, TenantName};
    use crate::{Cloud, Confirmed};
    use azvault_model::Environment;

    #[test]
    fn a_tenant_is_a_guid_or_a_domain_and_nothing_that_changes_the_path() {
        for (text, fits) in [
            ("11111111-2222-3333-4444-555555555555", true),
            ("contoso.onmicrosoft.com", true),
            ("COMMON", true),
            ("organizations", true),
            ("consumers", false),
            ("contoso", false),
            ("../x.y", false),
            ("a.b/c", false),
            ("a.b?x", false),
            ("a..b", false),
            (".", false),
            ("a.b#", false),
            ("a.b%2f", false),
            ("", false),
        ] {
            assert_eq!(TenantName::parse(text).is_ok(), fits, "{text:?}");
        }
    }

    #[test]
    fn an_authority_has_its_endpoints() {
        for (base, kind, token) in [
            (
                "https://login.microsoftonline.com/",
                Kind::Entra,
                "https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token",
            ),
            ("https://fs.local/adfs", Kind::Adfs, "https://fs.local/adfs/oauth2/token"),
            ("https://fs.local/ADFS/?x#y", Kind::Adfs, "https://fs.local/adfs/oauth2/token"),
            ("https://stack:8443", Kind::Entra, "https://stack:8443/contoso.com/oauth2/v2.0/token"),
        ] {
            let settings = [("ActiveDirectoryAuthority".to_owned(), base.to_owned())];
            let environment = Environment { name: "x".into(), settings: settings.into() };
            let origin = base.trim_end_matches("/adfs").split("/ADFS").next().unwrap();
            let confirmed = Confirmed::these([origin.to_owned()]);
            let cloud = Cloud::custom(&environment, &confirmed).unwrap();
            let authority = cloud.authority(TenantName::parse("contoso.com").unwrap());
            assert_eq!((authority.kind(), authority.token_endpoint().as_str()), (kind, token));
        }
    }
}
