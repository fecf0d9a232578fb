//! The id token's claims, and whose the tokens are.

use azvault_model::Secret;
use data_encoding::{BASE64URL_NOPAD, DecodePartial};
use serde::Deserialize;
use serde_json::value::RawValue;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::json;

/// How far clocks may be apart, in seconds.
const CLOCK_SKEW: i64 = 300;

/// What an id token says of the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdClaims {
    /// `iss`.
    pub issuer: String,
    /// `sub`.
    pub subject: String,
    /// `aud`, one or several.
    pub audience: Vec<String>,
    /// `exp`, Unix seconds.
    pub expires_on: i64,
    /// `nonce`.
    pub nonce: Option<String>,
    /// `oid`: the person in this tenant.
    pub object_id: Option<String>,
    /// `tid`: the tenant.
    pub tenant_id: Option<String>,
    /// `preferred_username`, `upn`, `unique_name` or `email`, the first that is there.
    pub user_name: Option<String>,
    /// `preferred_username` and `upn`, as far as they are there.
    pub own_names: Vec<String>,
    /// `name`.
    pub name: Option<String>,
}

#[derive(Deserialize)]
struct Payload<'a> {
    #[serde(borrow, default)]
    iss: Option<&'a RawValue>,
    #[serde(borrow, default)]
    sub: Option<&'a RawValue>,
    #[serde(borrow, default)]
    aud: Option<&'a RawValue>,
    #[serde(borrow, default)]
    exp: Option<&'a RawValue>,
    #[serde(borrow, default)]
    nonce: Option<&'a RawValue>,
    #[serde(borrow, default)]
    oid: Option<&'a RawValue>,
    #[serde(borrow, default)]
    tid: Option<&'a RawValue>,
    #[serde(borrow, default)]
    preferred_username: Option<&'a RawValue>,
    #[serde(borrow, default)]
    upn: Option<&'a RawValue>,
    #[serde(borrow, default)]
    unique_name: Option<&'a RawValue>,
    #[serde(borrow, default)]
    email: Option<&'a RawValue>,
    #[serde(borrow, default)]
    name: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct ClientInfo<'a> {
    #[serde(borrow, default)]
    uid: Option<&'a RawValue>,
    #[serde(borrow, default)]
    utid: Option<&'a RawValue>,
}

impl IdClaims {
    /// Reads the middle part of a JWS (RFC 7515 section 3.1).
    pub(super) fn read(token: &Secret) -> Result<Self, &'static str> {
        // EXPOSE: it is taken apart here; claims are names, not keys.
        let mut parts = token.expose().split(|byte| *byte == b'.');
        let (Some(_), Some(payload), Some(_), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err("the id token is not a signed JWT");
        };
        let bytes = decoded(payload).ok_or("the id token is not Base64")?;
        let text = std::str::from_utf8(&bytes).map_err(|_| "the id token is not UTF-8")?;
        let claims: Payload<'_> =
            serde_json::from_str(text).map_err(|_| "the id token is not JSON")?;
        let own_names = [claims.preferred_username, claims.upn];
        let others = [claims.unique_name, claims.email];
        Ok(Self {
            issuer: json::text(claims.iss).ok_or("the id token has no issuer")?,
            subject: json::text(claims.sub).ok_or("the id token has no subject")?,
            audience: audience(claims.aud).ok_or("the id token has no audience")?,
            expires_on: json::integer(claims.exp).ok_or("the id token has no expiry")?,
            nonce: json::text(claims.nonce),
            object_id: json::text(claims.oid),
            tenant_id: json::text(claims.tid),
            user_name: own_names.into_iter().chain(others).find_map(json::text),
            own_names: own_names.into_iter().filter_map(json::text).collect(),
            name: json::text(claims.name),
        })
    }
}

fn audience(raw: Option<&RawValue>) -> Option<Vec<String>> {
    match json::text(raw) {
        Some(one) => Some(vec![one]),
        None => serde_json::from_str(raw?.get()).ok(),
    }
}

/// Base64url with or without padding, into wiped memory of its final size.
fn decoded(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let end = text.iter().rposition(|byte| *byte != b'=').map_or(0, |at| at + 1);
    let text = &text[..end];
    let mut out = Zeroizing::new(vec![0; BASE64URL_NOPAD.decode_len(text.len()).ok()?]);
    let partial = |_: DecodePartial| ();
    let length = BASE64URL_NOPAD.decode_mut(text, &mut out).map_err(partial).ok()?;
    out.truncate(length);
    Some(out)
}

/// `uid.utid` of `client_info`.
pub(super) fn home_account_id(raw: Option<&RawValue>) -> Option<String> {
    let bytes = decoded(json::text(raw)?.as_bytes())?;
    let info: ClientInfo<'_> = serde_json::from_slice(&bytes).ok()?;
    let (uid, utid) = (json::text(info.uid)?, json::text(info.utid)?);
    (!uid.is_empty() && !utid.is_empty()).then(|| format!("{uid}.{utid}"))
}

/// What an id token must say (OpenID Connect Core 3.1.3.7).
pub(crate) struct Expected<'a> {
    /// Must be in the audience; not looked at if empty.
    pub(crate) client_id: &'a str,
    /// Must be the tenant.
    pub(crate) tenant: Option<&'a str>,
    /// Must be the issuer to the letter.
    pub(crate) issuer: Option<&'a str>,
    /// Must be the nonce.
    pub(crate) nonce: Option<&'a str>,
    /// The provider's time, or ours.
    pub(crate) now: i64,
}

impl Expected<'_> {
    pub(crate) fn nothing(now: i64) -> Self {
        Self { client_id: "", tenant: None, issuer: None, nonce: None, now }
    }

    pub(super) fn check(&self, claims: &IdClaims) -> Result<(), &'static str> {
        if !self.client_id.is_empty() && !claims.audience.iter().any(|aud| aud == self.client_id) {
            return Err("the id token is for another client");
        }
        if self.issuer.is_some_and(|issuer| issuer != claims.issuer) {
            return Err("the id token is of another issuer");
        }
        // Guests get one that names the tenant they are in, so this holds for them, too.
        if let (Some(asked), Some(found)) = (self.tenant, &claims.tenant_id)
            && !asked.eq_ignore_ascii_case(found)
        {
            return Err("the id token is of another tenant");
        }
        if let Some(nonce) = self.nonce {
            let found = claims.nonce.as_deref().unwrap_or_default();
            if !bool::from(found.as_bytes().ct_eq(nonce.as_bytes())) {
                return Err("the id token answers another sign-in");
            }
        }
        if claims.expires_on.saturating_add(CLOCK_SKEW) < self.now {
            return Err("the id token has expired");
        }
        Ok(())
    }
}
