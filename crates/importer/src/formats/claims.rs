//! What a token of Microsoft Entra says of itself, for files that say no more than the token.
//!
//! Nothing here is verified: it says whose entry it is, as the file would. The service judges the
//! token.

use azvault_model::{KnownAccountType, Text};
use data_encoding::BASE64URL_NOPAD;
use zeroize::Zeroizing;

use crate::json::{self, Object};

/// The claims that say whose a token is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Claims {
    /// `tid`.
    pub(super) tenant: Option<Text>,
    /// `appid`, or `azp`.
    pub(super) client_id: Option<Text>,
    /// `upn`, `unique_name` or `preferred_username`; no application has one.
    pub(super) user: Option<Text>,
    /// `oid`.
    pub(super) object_id: Option<Text>,
    /// `aud`.
    pub(super) audience: Option<Text>,
    /// The host of `iss`.
    pub(super) issuer: Option<Text>,
    /// `exp`.
    pub(super) expires_on: Option<i64>,
    /// `idtyp` is `app`.
    application: bool,
}

impl Claims {
    /// The claims of a token; none if it is not a JWT, or an encrypted one.
    pub(super) fn of(token: &str) -> Self {
        Self::read(token).unwrap_or_default()
    }

    fn read(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let payload = parts.nth(1)?.trim_end_matches('=').as_bytes();
        let mut bytes = Zeroizing::new(vec![0; BASE64URL_NOPAD.decode_len(payload.len()).ok()?]);
        let length = BASE64URL_NOPAD.decode_mut(payload, &mut bytes).ok()?;
        let text = std::str::from_utf8(&bytes[..length]).ok()?;
        let claims = json::document(text).ok()?.object().ok()?;
        Some(Self {
            tenant: word(&claims, "tid"),
            client_id: word(&claims, "appid").or_else(|| word(&claims, "azp")),
            user: ["upn", "unique_name", "preferred_username"]
                .iter()
                .find_map(|name| word(&claims, name)),
            object_id: word(&claims, "oid"),
            audience: word(&claims, "aud"),
            issuer: word(&claims, "iss"),
            expires_on: claims.get_some("exp").ok().flatten().and_then(|node| node.integer().ok()),
            application: word(&claims, "idtyp").is_some_and(|kind| kind == "app"),
        })
    }

    /// Who signed in, and what that is; `None` if the token does not say.
    pub(super) fn owner(&self) -> Option<(Text, KnownAccountType)> {
        match (&self.user, &self.client_id) {
            (Some(user), _) if !self.application => Some((user.clone(), KnownAccountType::User)),
            (_, Some(client_id)) if self.application || self.user.is_none() => {
                Some((client_id.clone(), KnownAccountType::ServicePrincipal))
            }
            _ => None,
        }
    }

    /// The home account of a user; a token does not say whether its tenant is the home tenant, so
    /// this is one only where the caller knows it.
    pub(super) fn is_of_a_user(&self) -> bool {
        self.user.is_some() && !self.application
    }
}

fn word(claims: &Object<'_>, name: &str) -> Option<Text> {
    claims.text(name).ok().flatten().filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use azvault_model::{KnownAccountType, Text};
    use data_encoding::BASE64URL_NOPAD;

    use super::Claims;

    fn token(claims: &str) -> String {
        format!("e30.{}.c2ln", BASE64URL_NOPAD.encode(claims.as_bytes()))
    }

    #[test]
    fn a_token_says_whose_it_is() {
        let user = (Text::from("ann@contoso.example"), KnownAccountType::User);
        let application = (Text::from("app-1"), KnownAccountType::ServicePrincipal);
        for (claims, wanted) in [
            (r#"{"upn":"ann@contoso.example","appid":"cli"}"#, Some(&user)),
            (r#"{"unique_name":"ann@contoso.example"}"#, Some(&user)),
            (r#"{"appid":"app-1","idtyp":"app"}"#, Some(&application)),
            (r#"{"azp":"app-1"}"#, Some(&application)),
            // An application that acts for a name is an application.
            (r#"{"appid":"app-1","idtyp":"app","unique_name":"x"}"#, Some(&application)),
            (r#"{"oid":"1"}"#, None),
            (r"[]", None),
        ] {
            assert_eq!(Claims::of(&token(claims)).owner().as_ref(), wanted, "{claims}");
        }
        for odd in ["", "opaque", "a.b.c", "e30.e30", "e30.bm90IGpzb24.x"] {
            assert_eq!(Claims::of(odd).owner(), None, "{odd}");
        }
        assert_eq!(Claims::of(&token(r#"{"exp":42}"#)).expires_on, Some(42));
    }
}
