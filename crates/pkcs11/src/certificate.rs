//! Certificates of keys on tokens.

use std::time::Duration;

use signature::{Keypair, Signer};
use x509_cert::builder::profile::BuilderProfile;
use x509_cert::builder::{Builder, CertificateBuilder};
use x509_cert::certificate::TbsCertificate;
use x509_cert::der::asn1::{BitString, Uint};
use x509_cert::der::oid::db::rfc5912::{RSA_ENCRYPTION, SHA_256_WITH_RSA_ENCRYPTION};
use x509_cert::der::{Any, Encode};
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage, KeyUsages};
use x509_cert::ext::{Extension, ToExtension};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::{
    AlgorithmIdentifierOwned, DynSignatureAlgorithmIdentifier, EncodePublicKey,
    SignatureBitStringEncoding, SubjectPublicKeyInfoOwned, SubjectPublicKeyInfoRef,
};
use x509_cert::time::{Time, Validity};
use x509_cert::{builder, der, spki};

use crate::Error;
use crate::key::{Algorithm, Key};

/// DER of `RSAPublicKey`. A sequence of two integers is written as the structure is.
pub(crate) fn public_key(modulus: &[u8], exponent: &[u8]) -> Result<Vec<u8>, Error> {
    let unreadable = |_| Error::UnfitKey("its public half cannot be read");
    let parts = [modulus, exponent].map(Uint::new);
    let parts = parts.into_iter().collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
    parts.to_der().map_err(unreadable)
}

/// A certificate that the key signs itself, in DER.
pub(crate) fn self_signed(
    key: &Key<'_>,
    subject: &Name,
    from: i64,
    until: i64,
    serial: &[u8],
) -> Result<Vec<u8>, Error> {
    let failed = |e: builder::Error| Error::Refused(format!("no certificate: {e}"));
    let time = |at: i64| {
        let since = Duration::from_secs(u64::try_from(at).unwrap_or(0));
        der::DateTime::from_unix_duration(since)
            .map(|at| Time::GeneralTime(der::asn1::GeneralizedTime::from_date_time(at)))
            .map_err(|e| Error::Refused(format!("no certificate: {e}")))
    };
    let validity = Validity::new(time(from)?, time(until)?);
    let serial = SerialNumber::new(serial).map_err(|e| failed(e.into()))?;
    let signer = OnToken { key };
    let profile = OfPrincipal(subject.clone());
    let spki = key_info(key.public()).map_err(|e| failed(e.into()))?;
    let builder = CertificateBuilder::new(profile, serial, validity, spki).map_err(failed)?;
    let certificate = builder.build::<_, Signature>(&signer).map_err(failed)?;
    certificate.to_der().map_err(|e| failed(e.into()))
}

fn key_info(public: &[u8]) -> Result<SubjectPublicKeyInfoOwned, der::Error> {
    let algorithm = AlgorithmIdentifierOwned { oid: RSA_ENCRYPTION, parameters: Some(Any::null()) };
    Ok(SubjectPublicKeyInfoOwned { algorithm, subject_public_key: BitString::from_bytes(public)? })
}

/// Of an application that signs assertions, and nothing else.
struct OfPrincipal(Name);

impl BuilderProfile for OfPrincipal {
    fn get_issuer(&self, subject: &Name) -> Name {
        subject.clone()
    }

    fn get_subject(&self) -> Name {
        self.0.clone()
    }

    fn build_extensions(
        &self,
        _: SubjectPublicKeyInfoRef<'_>,
        _: SubjectPublicKeyInfoRef<'_>,
        tbs: &TbsCertificate,
    ) -> builder::Result<Vec<Extension>> {
        let constraints = BasicConstraints { ca: false, path_len_constraint: None };
        let usage = KeyUsage(KeyUsages::DigitalSignature.into());
        let subject = tbs.subject();
        Ok(vec![constraints.to_extension(subject, &[])?, usage.to_extension(subject, &[])?])
    }
}

/// The key, as who builds a certificate sees it.
struct OnToken<'a> {
    key: &'a Key<'a>,
}

#[derive(Clone)]
struct PublicKey(Vec<u8>);

struct Signature(Vec<u8>);

impl EncodePublicKey for PublicKey {
    fn to_public_key_der(&self) -> spki::Result<der::Document> {
        Ok(der::Document::try_from(key_info(&self.0)?.to_der()?)?)
    }
}

impl Keypair for OnToken<'_> {
    type VerifyingKey = PublicKey;

    fn verifying_key(&self) -> PublicKey {
        PublicKey(self.key.public().to_vec())
    }
}

impl DynSignatureAlgorithmIdentifier for OnToken<'_> {
    fn signature_algorithm_identifier(&self) -> spki::Result<AlgorithmIdentifierOwned> {
        let parameters = Some(Any::null());
        Ok(AlgorithmIdentifierOwned { oid: SHA_256_WITH_RSA_ENCRYPTION, parameters })
    }
}

impl Signer<Signature> for OnToken<'_> {
    fn try_sign(&self, message: &[u8]) -> Result<Signature, signature::Error> {
        let signed = self.key.sign(Algorithm::Rs256, message);
        signed.map(Signature).map_err(|_| signature::Error::new())
    }
}

impl SignatureBitStringEncoding for Signature {
    fn to_bitstring(&self) -> der::Result<BitString> {
        BitString::from_bytes(&self.0)
    }
}
