//! The statement of a client that it is who it says it is, up to its signature and with it.

use azvault_model::Secret;
use data_encoding::{BASE64, BASE64URL_NOPAD};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use serde::Serialize;
use zeroize::Zeroizing;

use super::public::PublicCertificate;
use crate::authority::Kind;
use crate::client::Client;
use crate::error::Error;

/// How long an assertion is valid, in seconds: as long as MSAL's.
const LIFE: i64 = 600;

/// Whether an assertion carries the certificates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Chain {
    /// The digest alone: the certificate itself is registered.
    #[default]
    Left,
    /// `x5c`: only its subject and issuer are registered (`SendCertificateChain`).
    Sent,
}

/// How it is signed, both with SHA-256 (RFC 7518 section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// RSASSA-PSS, what Entra documents; the certificate is named by its SHA-256.
    Ps256,
    /// RSASSA-PKCS1-v1_5, for what does no PSS; the certificate is named by its SHA-1, as Entra
    /// documents for it.
    Rs256,
}

impl Algorithm {
    /// The one to sign with where a key can do this one: ADFS knows neither the newer digest nor the newer
    /// signature.
    pub fn at(self, client: &Client<'_>) -> Self {
        if client.authority.kind == Kind::Adfs { Self::Rs256 } else { self }
    }
}

/// What is to be signed: header and claims of a JWS (RFC 7515 section 7.1).
pub struct Unsigned {
    text: Zeroizing<Vec<u8>>,
    algorithm: Algorithm,
}

/// Longest signature, in bytes: of a key of 8192 bits.
const MAX_SIGNATURE: usize = 1024;

impl PublicCertificate {
    /// The assertion for a client, ready to be signed.
    pub fn unsigned(
        &self,
        client: &Client<'_>,
        chain: Chain,
        algorithm: Algorithm,
        now: i64,
    ) -> Result<Unsigned, Error> {
        let x5c = match chain {
            Chain::Left => None,
            Chain::Sent => Some(self.all().map(|der| BASE64.encode(der)).collect()),
        };
        let sha256 = || BASE64URL_NOPAD.encode(digest(&SHA256, &self.leaf).as_ref());
        let sha1 =
            || BASE64URL_NOPAD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, &self.leaf).as_ref());
        let is_new = algorithm == Algorithm::Ps256;
        let header = Header {
            alg: if is_new { "PS256" } else { "RS256" },
            typ: "JWT",
            x5t_s256: is_new.then(sha256),
            x5t: (!is_new).then(sha1),
            x5c,
        };
        let claims = Claims {
            aud: client.authority.assertion_audience(),
            iss: client.id,
            sub: client.id,
            iat: now,
            exp: now.saturating_add(LIFE),
            jti: unique()?,
        };
        let parts = (serde_json::to_vec(&header), serde_json::to_vec(&claims));
        let (Ok(header), Ok(claims)) = parts else {
            return Err(Error::Input { what: "the assertion cannot be written" });
        };
        // Memory of the final size, signature included.
        let lengths = [header.len(), claims.len(), MAX_SIGNATURE];
        let size = lengths.iter().map(|length| BASE64URL_NOPAD.encode_len(*length) + 1);
        let mut text = Zeroizing::new(Vec::with_capacity(size.sum()));
        text.extend_from_slice(BASE64URL_NOPAD.encode(&header).as_bytes());
        text.push(b'.');
        text.extend_from_slice(BASE64URL_NOPAD.encode(&claims).as_bytes());
        Ok(Unsigned { text, algorithm })
    }
}

impl Unsigned {
    /// The bytes that the signature is of.
    pub fn bytes(&self) -> &[u8] {
        &self.text
    }

    /// How they are to be signed.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The JWS in its compact form.
    pub fn signed(self, signature: &[u8]) -> Secret {
        let mut jws = self.text;
        jws.push(b'.');
        let at = jws.len();
        jws.resize(at + BASE64URL_NOPAD.encode_len(signature.len()), 0);
        BASE64URL_NOPAD.encode_mut(signature, &mut jws[at..]);
        Secret::new(jws)
    }
}

#[derive(Serialize)]
struct Header {
    alg: &'static str,
    typ: &'static str,
    #[serde(rename = "x5t#S256", skip_serializing_if = "Option::is_none")]
    x5t_s256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x5t: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x5c: Option<Vec<String>>,
}

#[derive(Serialize)]
struct Claims<'a> {
    aud: &'a str,
    iss: &'a str,
    sub: &'a str,
    iat: i64,
    exp: i64,
    jti: String,
}

/// 128 bits of chance, so that no assertion is the same as another.
fn unique() -> Result<String, Error> {
    let mut bytes = [0_u8; 16];
    let random = ring::rand::SystemRandom::new();
    let failed = |_| Error::Input { what: "the system gives no randomness" };
    ring::rand::SecureRandom::fill(&random, &mut bytes).map_err(failed)?;
    Ok(data_encoding::HEXLOWER.encode(&bytes))
}
