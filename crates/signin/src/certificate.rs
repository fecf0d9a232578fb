//! A service principal with a certificate: a JWT signed with its key (RFC 7523 section 2.2,
//! `private_key_jwt` of OpenID Connect Core 9), which names the certificate by its digest.

use azvault_model::Secret;
use ring::signature::{KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair};
use zeroize::Zeroizing;

use crate::client::Client;
use crate::error::Error;
use crate::federated_token;
use crate::token::Tokens;

mod assertion;
mod pem;
mod pfx;
mod public;

pub use self::assertion::{Algorithm, Chain, Unsigned};
pub use self::public::PublicCertificate;

/// A certificate with its private key, and the certificates of those who issued it.
pub struct Certificate {
    key: PrivateKey,
    public: PublicCertificate,
}

/// DER of an RSA key.
enum PrivateKey {
    Pkcs8(Zeroizing<Vec<u8>>),
    Pkcs1(Zeroizing<Vec<u8>>),
}

impl Certificate {
    /// Reads PEM (certificates and a key, in any order) or PKCS#12, whichever it is.
    pub fn read(bytes: &[u8], password: Option<&Secret>) -> Result<Self, Error> {
        let (key, certificates) = match pem::is_pem(bytes) {
            true => pem::read(bytes, password)?,
            false => pfx::read(bytes, password)?,
        };
        let public = PublicCertificate::of_key(certificates, key.opened()?.public_key().as_ref())?;
        Ok(Self { key, public })
    }

    /// SHA-1 of the certificate in hexadecimal: the name under which Windows and the portal show it.
    pub fn thumbprint(&self) -> String {
        self.public.thumbprint()
    }

    /// Unix seconds.
    pub fn expires_on(&self) -> i64 {
        self.public.expires_on()
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
        self.public.check_end(now)?;
        let assertion = self.assertion(client, chain, now)?;
        federated_token::sign_in(client, &assertion, scopes, claims, now)
    }

    /// The signed statement that the client is who it says it is.
    pub fn assertion(&self, client: &Client<'_>, chain: Chain, now: i64) -> Result<Secret, Error> {
        let algorithm = Algorithm::Ps256.at(client);
        self.key.signed(self.public.unsigned(client, chain, algorithm, now)?)
    }
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

    fn signed(&self, unsigned: Unsigned) -> Result<Secret, Error> {
        let padding: &'static dyn RsaEncoding = match unsigned.algorithm() {
            Algorithm::Ps256 => &RSA_PSS_SHA256,
            Algorithm::Rs256 => &RSA_PKCS1_SHA256,
        };
        let pair = self.opened()?;
        let mut signature = Zeroizing::new(vec![0; pair.public().modulus_len()]);
        let random = ring::rand::SystemRandom::new();
        pair.sign(padding, &random, unsigned.bytes(), &mut signature)
            .map_err(|_| Error::Input { what: "the assertion cannot be written" })?;
        Ok(unsigned.signed(&signature))
    }
}
