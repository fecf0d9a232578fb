//! Making a key on a token, with a certificate to upload.

use std::str::FromStr;

use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, CertificateType, ObjectClass};
use x509_cert::name::Name;

use crate::certificate::self_signed;
use crate::key::Session;
use crate::{Error, KeyUri};

/// What is to be made.
pub struct Request<'a> {
    /// Its label and its id; the URI fits no key yet.
    pub uri: &'a KeyUri,
    /// Subject of the certificate, as RFC 4514 writes one.
    pub subject: &'a str,
    /// In bits.
    pub bits: u32,
    /// When the certificate begins and ends, in Unix seconds.
    pub from: i64,
    /// See `from`.
    pub until: i64,
    /// Serial number of the certificate, and id of the key where the URI has none.
    pub serial: &'a [u8],
}

/// What was made.
pub struct NewKey {
    /// The certificate, in DER.
    pub certificate: Vec<u8>,
    /// The key, by label and id.
    pub uri: KeyUri,
}

impl Session {
    /// Makes an RSA key that signs and cannot be read, and puts a certificate that it signed beside it. A key
    /// that has the label or the id already is left alone.
    pub fn make(&self, request: &Request<'_>) -> Result<NewKey, Error> {
        let subject = Name::from_str(request.subject);
        let subject = subject.map_err(|_| Error::UnfitKey("its subject is no name (CN=…)"))?;
        let id = request.uri.id.clone().unwrap_or_else(|| request.serial.to_vec());
        let label = request.uri.object.clone().unwrap_or_else(|| "azvault".to_owned());
        let uri =
            KeyUri { object: Some(label.clone()), id: Some(id.clone()), ..request.uri.clone() };
        for taken in [KeyUri { id: None, ..uri.clone() }, KeyUri { object: None, ..uri.clone() }] {
            match self.key(&taken) {
                Err(Error::KeyAbsent) => {}
                Ok(_) | Err(Error::SeveralKeys) => {
                    return Err(Error::UnfitKey(
                        "a key of that label or id is on the token already",
                    ));
                }
                Err(error) => return Err(error),
            }
        }
        let named = || [Attribute::Label(label.clone().into_bytes()), Attribute::Id(id.clone())];
        let mut public = vec![
            Attribute::Token(true),
            Attribute::Verify(true),
            Attribute::ModulusBits(u64::from(request.bits).into()),
            Attribute::PublicExponent(vec![1, 0, 1]),
        ];
        public.extend(named());
        let mut private = vec![
            Attribute::Token(true),
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::Sign(true),
        ];
        private.extend(named());
        let pair = Mechanism::RsaPkcsKeyPairGen;
        let (public, private) = self.session.generate_key_pair(&pair, &public, &private)?;
        let made = self.certified(request, &subject, uri);
        if made.is_err() {
            // A key without a certificate is in the way of the next attempt.
            for handle in [public, private] {
                let _ = self.session.destroy_object(handle);
            }
        }
        made
    }

    fn certified(
        &self,
        request: &Request<'_>,
        subject: &Name,
        uri: KeyUri,
    ) -> Result<NewKey, Error> {
        let key = self.key(&uri)?;
        let Request { from, until, serial, .. } = *request;
        let certificate = self_signed(&key, subject, from, until, serial)?;
        let subject = x509_cert::der::Encode::to_der(subject)
            .map_err(|e| Error::Refused(format!("no certificate: {e}")))?;
        let mut object = vec![
            Attribute::Class(ObjectClass::CERTIFICATE),
            Attribute::CertificateType(CertificateType::X_509),
            Attribute::Token(true),
            Attribute::Private(false),
            Attribute::Subject(subject),
            Attribute::Value(certificate.clone()),
        ];
        object.extend(uri.object.clone().map(|label| Attribute::Label(label.into_bytes())));
        object.extend(uri.id.clone().map(Attribute::Id));
        self.session.create_object(&object)?;
        Ok(NewKey { certificate, uri })
    }
}
