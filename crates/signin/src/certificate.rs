//! A service principal with a certificate: a JWT signed with its key (RFC 7523 section 2.2,
//! `private_key_jwt` of OpenID Connect Core 9), which names the certificate by its digest.

use azvault_model::Secret;
use data_encoding::{BASE64, BASE64URL_NOPAD, HEXUPPER};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use ring::signature::{KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair};
use serde::Serialize;
use x509_cert::der::Decode;
use zeroize::Zeroizing;

use crate::authority::Kind;
use crate::client::Client;
use crate::error::{Error, ProviderError};
use crate::federated_token;
use crate::token::Tokens;

mod pem;
mod pfx;

/// How long an assertion is valid, in seconds: as long as MSAL's.
const LIFE: i64 = 600;

/// How far clocks may be apart, in seconds.
const CLOCK_SKEW: i64 = 300;

/// A certificate with its private key, and the certificates of those who issued it.
pub struct Certificate {
    key: PrivateKey,
    leaf: Vec<u8>,
    /// From the issuer upwards.
    chain: Vec<Vec<u8>>,
    not_after: i64,
}

/// DER of an RSA key.
enum PrivateKey {
    Pkcs8(Zeroizing<Vec<u8>>),
    Pkcs1(Zeroizing<Vec<u8>>),
}

/// Whether an assertion carries the certificates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Chain {
    /// The digest alone: the certificate itself is registered.
    #[default]
    Left,
    /// `x5c`: only its subject and issuer are registered (`SendCertificateChain`).
    Sent,
}

impl Certificate {
    /// Reads PEM (certificates and a key, in any order) or PKCS#12, whichever it is.
    pub fn read(bytes: &[u8], password: Option<&Secret>) -> Result<Self, Error> {
        let (key, certificates) = match pem::is_pem(bytes) {
            true => pem::read(bytes, password)?,
            false => pfx::read(bytes, password)?,
        };
        Self::joined(key, certificates)
    }

    /// The certificate of that key among these, and its issuers.
    fn joined(key: PrivateKey, mut certificates: Vec<Vec<u8>>) -> Result<Self, Error> {
        let pair = key.opened()?;
        let parsed = |der: &[u8]| x509_cert::Certificate::from_der(der).ok();
        let is_own = |der: &Vec<u8>| {
            parsed(der).is_some_and(|cert| {
                let own = cert.tbs_certificate().subject_public_key_info();
                own.subject_public_key.raw_bytes() == pair.public_key().as_ref()
            })
        };
        let missing = Error::Input { what: "there is no certificate of that key in the file" };
        let at = certificates.iter().position(is_own).ok_or(missing)?;
        let leaf = certificates.swap_remove(at);

        let bad = Error::Input { what: "the certificate cannot be read" };
        let mut last = parsed(&leaf).ok_or(bad)?;
        let end = last.tbs_certificate().validity().not_after.to_unix_duration();
        let not_after = i64::try_from(end.as_secs()).unwrap_or(i64::MAX);
        let mut chain = Vec::new();
        while let Some(at) = certificates.iter().position(|der| {
            parsed(der).is_some_and(|cert| {
                cert.tbs_certificate().subject() == last.tbs_certificate().issuer()
            })
        }) {
            let der = certificates.swap_remove(at);
            if let Some(cert) = parsed(&der) {
                last = cert;
            }
            chain.push(der);
        }
        Ok(Self { key, leaf, chain, not_after })
    }

    /// SHA-1 of the certificate in hexadecimal: the name under which Windows and the portal show it.
    pub fn thumbprint(&self) -> String {
        HEXUPPER.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, &self.leaf).as_ref())
    }

    /// Unix seconds.
    pub fn expires_on(&self) -> i64 {
        self.not_after
    }

    /// Signs in.
    pub fn sign_in(
        &self,
        client: &Client<'_>,
        chain: Chain,
        scopes: &[&str],
        claims: Option<&str>,
        now: i64,
    ) -> Result<Tokens, Error> {
        if self.not_after.saturating_add(CLOCK_SKEW) < now {
            return Err(Error::CredentialExpired(Box::new(ProviderError {
                error: "certificate_expired".into(),
                text: "the certificate has expired".into(),
                ..ProviderError::default()
            })));
        }
        let assertion = self.assertion(client, chain, now)?;
        federated_token::sign_in(client, &assertion, scopes, claims, now)
    }

    /// The signed statement that the client is who it says it is.
    pub fn assertion(&self, client: &Client<'_>, chain: Chain, now: i64) -> Result<Secret, Error> {
        let x5c = match chain {
            Chain::Left => None,
            Chain::Sent => {
                let all = std::iter::once(&self.leaf).chain(&self.chain);
                Some(all.map(|der| BASE64.encode(der)).collect())
            }
        };
        let sha256 = || BASE64URL_NOPAD.encode(digest(&SHA256, &self.leaf).as_ref());
        let sha1 =
            || BASE64URL_NOPAD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, &self.leaf).as_ref());
        // ADFS knows neither the newer digest nor the newer signature.
        let adfs = client.authority.kind == Kind::Adfs;
        let header = Header {
            alg: if adfs { "RS256" } else { "PS256" },
            typ: "JWT",
            x5t_s256: (!adfs).then(sha256),
            x5t: adfs.then(sha1),
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
        let padding: &'static dyn RsaEncoding =
            if adfs { &RSA_PKCS1_SHA256 } else { &RSA_PSS_SHA256 };
        self.key.signed(&header, &claims, padding)
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

impl PrivateKey {
    fn opened(&self) -> Result<RsaKeyPair, Error> {
        let opened = match self {
            Self::Pkcs8(der) => RsaKeyPair::from_pkcs8(der),
            Self::Pkcs1(der) => RsaKeyPair::from_der(der),
        };
        let what = "the key is not an RSA key of 2048 to 4096 bits";
        opened.map_err(|_| Error::Input { what })
    }

    /// A JWS in its compact form (RFC 7515 section 7.1), in memory of its final size.
    fn signed(
        &self,
        header: &Header,
        claims: &Claims<'_>,
        padding: &'static dyn RsaEncoding,
    ) -> Result<Secret, Error> {
        let failed = Error::Input { what: "the assertion cannot be written" };
        let pair = self.opened()?;
        let parts = (serde_json::to_vec(header), serde_json::to_vec(claims));
        let (Ok(header), Ok(claims)) = parts else { return Err(failed) };
        let lengths = [header.len(), claims.len(), pair.public().modulus_len()];
        let size = lengths.iter().map(|length| BASE64URL_NOPAD.encode_len(*length) + 1);
        let mut jws = Zeroizing::new(Vec::with_capacity(size.sum()));
        jws.extend_from_slice(BASE64URL_NOPAD.encode(&header).as_bytes());
        jws.push(b'.');
        jws.extend_from_slice(BASE64URL_NOPAD.encode(&claims).as_bytes());
        let mut signature = Zeroizing::new(vec![0; pair.public().modulus_len()]);
        let random = ring::rand::SystemRandom::new();
        pair.sign(padding, &random, &jws, &mut signature).map_err(|_| failed)?;
        jws.push(b'.');
        let at = jws.len();
        jws.resize(at + BASE64URL_NOPAD.encode_len(signature.len()), 0);
        BASE64URL_NOPAD.encode_mut(&signature, &mut jws[at..]);
        Ok(Secret::new(jws))
    }
}

/// 128 bits of chance, so that no assertion is the same as another.
fn unique() -> Result<String, Error> {
    let mut bytes = [0_u8; 16];
    let random = ring::rand::SystemRandom::new();
    let failed = |_| Error::Input { what: "the system gives no randomness" };
    ring::rand::SecureRandom::fill(&random, &mut bytes).map_err(failed)?;
    Ok(data_encoding::HEXLOWER.encode(&bytes))
}
