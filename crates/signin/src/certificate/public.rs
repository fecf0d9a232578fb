//! Certificates without their keys, which may be elsewhere: on a token.

use data_encoding::HEXUPPER;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use x509_cert::der::Decode;

use super::pem;
use crate::error::{Error, ProviderError};

/// How far clocks may be apart, in seconds.
const CLOCK_SKEW: i64 = 300;

/// The certificate of a key, and the certificates of those who issued it.
pub struct PublicCertificate {
    pub(super) leaf: Vec<u8>,
    /// From the issuer upwards.
    pub(super) chain: Vec<Vec<u8>>,
    not_after: i64,
}

impl PublicCertificate {
    /// The certificate of a key among these, and its issuers. The public half of the key as it stands in a
    /// certificate: DER of `RSAPublicKey`.
    pub fn of_key(mut certificates: Vec<Vec<u8>>, public: &[u8]) -> Result<Self, Error> {
        let parsed = |der: &[u8]| x509_cert::Certificate::from_der(der).ok();
        let is_own = |der: &Vec<u8>| {
            parsed(der).is_some_and(|cert| {
                let own = cert.tbs_certificate().subject_public_key_info();
                own.subject_public_key.raw_bytes() == public
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
        Ok(Self { leaf, chain, not_after })
    }

    /// The certificates in a file, PEM or one in DER; keys in it are passed over.
    pub fn all_in(bytes: &[u8]) -> Result<Vec<Vec<u8>>, Error> {
        match pem::is_pem(bytes) {
            true => pem::certificates(bytes),
            false => match x509_cert::Certificate::from_der(bytes) {
                Ok(_) => Ok(vec![bytes.to_vec()]),
                Err(_) => Err(Error::Input { what: "the file is no certificate" }),
            },
        }
    }

    /// The certificate itself and its issuers, in DER.
    pub fn all(&self) -> impl Iterator<Item = &[u8]> {
        std::iter::once(&self.leaf).chain(&self.chain).map(Vec::as_slice)
    }

    /// The public half of its key: DER of `RSAPublicKey`.
    pub fn key(&self) -> Option<Vec<u8>> {
        Self::key_of(&self.leaf)
    }

    /// The same of a certificate in DER.
    pub fn key_of(certificate: &[u8]) -> Option<Vec<u8>> {
        let own = x509_cert::Certificate::from_der(certificate).ok()?;
        let key = own.tbs_certificate().subject_public_key_info();
        Some(key.subject_public_key.raw_bytes().to_vec())
    }

    /// SHA-1 of the certificate in hexadecimal: the name under which Windows and the portal show it.
    pub fn thumbprint(&self) -> String {
        HEXUPPER.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, &self.leaf).as_ref())
    }

    /// Unix seconds.
    pub fn expires_on(&self) -> i64 {
        self.not_after
    }

    /// Refuses a certificate that has expired, before anything is signed for it.
    pub fn check_end(&self, now: i64) -> Result<(), Error> {
        if self.not_after.saturating_add(CLOCK_SKEW) >= now {
            return Ok(());
        }
        Err(Error::CredentialExpired(Box::new(ProviderError {
            error: "certificate_expired".into(),
            text: "the certificate has expired".into(),
            ..ProviderError::default()
        })))
    }
}
