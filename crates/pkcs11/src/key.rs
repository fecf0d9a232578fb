//! A private key on a token, and signing with it.

use cryptoki::mechanism::rsa::{PkcsMgfType, PkcsPssParams};
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::UserType;
use cryptoki::types::AuthPin;
use ring::digest::{SHA256, digest};

use crate::certificate::public_key;
use crate::{Error, KeyUri};

/// A session in which the token knows who it is. It ends when this is dropped.
pub struct Session {
    pub(crate) session: cryptoki::session::Session,
    pub(crate) mechanisms: Vec<MechanismType>,
    pub(crate) pin: Option<AuthPin>,
}

/// An RSA key of the token. The private part never leaves it.
pub struct Key<'a> {
    session: &'a Session,
    handle: ObjectHandle,
    public: Vec<u8>,
    id: Option<Vec<u8>>,
    label: Option<Vec<u8>>,
    asks_each_time: bool,
}

/// How a JWS is signed (RFC 7518 section 3.1), both with SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// RSASSA-PSS with MGF1 and a salt of 32 bytes.
    Ps256,
    /// RSASSA-PKCS1-v1_5.
    Rs256,
}

/// DER of `DigestInfo` up to the digest, for SHA-256 (RFC 8017 section 9.2, note 1).
const DIGEST_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

/// What is given to the token to sign.
enum Input {
    /// The message: the token hashes it.
    Message,
    /// Its digest.
    Digest,
    /// Its digest, with what says so.
    DigestInfo,
}

impl Session {
    /// The one private key that fits the URI.
    pub fn key(&self, uri: &KeyUri) -> Result<Key<'_>, Error> {
        let mut template =
            vec![Attribute::Class(ObjectClass::PRIVATE_KEY), Attribute::KeyType(KeyType::RSA)];
        template
            .extend(uri.object.as_ref().map(|label| Attribute::Label(label.as_bytes().to_vec())));
        template.extend(uri.id.clone().map(Attribute::Id));
        match self.session.find_objects(&template)?.as_slice() {
            [] => Err(Error::KeyAbsent),
            [handle] => self.described(*handle),
            _ => Err(Error::SeveralKeys),
        }
    }

    fn described(&self, handle: ObjectHandle) -> Result<Key<'_>, Error> {
        let wanted = [
            AttributeType::Modulus,
            AttributeType::PublicExponent,
            AttributeType::Id,
            AttributeType::Label,
            AttributeType::AlwaysAuthenticate,
        ];
        let (mut modulus, mut exponent, mut id, mut label) = (None, None, None, None);
        let mut asks_each_time = false;
        for attribute in self.session.get_attributes(handle, &wanted)? {
            match attribute {
                Attribute::Modulus(bytes) => modulus = Some(bytes),
                Attribute::PublicExponent(bytes) => exponent = Some(bytes),
                Attribute::Id(bytes) => id = Some(bytes),
                Attribute::Label(bytes) => label = Some(bytes),
                Attribute::AlwaysAuthenticate(asks) => asks_each_time = asks,
                _ => {}
            }
        }
        // Some tokens have the exponent at the public half alone; all that Entra takes is this one.
        let exponent = exponent.filter(|bytes| !bytes.is_empty()).unwrap_or_else(|| vec![1, 0, 1]);
        let modulus = modulus.filter(|bytes| (256..=1024).contains(&bytes.len()));
        let modulus = modulus.ok_or(Error::UnfitKey("it is no RSA key of 2048 to 8192 bits"))?;
        let public = public_key(&modulus, &exponent)?;
        Ok(Key { session: self, handle, public, id, label, asks_each_time })
    }

    fn has(&self, mechanism: MechanismType) -> bool {
        self.mechanisms.contains(&mechanism)
    }

    /// How the token signs in that way, if it does.
    fn mechanism(&self, algorithm: Algorithm) -> Option<(Mechanism<'static>, Input)> {
        let pss = PkcsPssParams {
            hash_alg: MechanismType::SHA256,
            mgf: PkcsMgfType::MGF1_SHA256,
            s_len: 32.into(),
        };
        match algorithm {
            Algorithm::Ps256 if self.has(MechanismType::SHA256_RSA_PKCS_PSS) => {
                Some((Mechanism::Sha256RsaPkcsPss(pss), Input::Message))
            }
            Algorithm::Ps256 if self.has(MechanismType::RSA_PKCS_PSS) => {
                Some((Mechanism::RsaPkcsPss(pss), Input::Digest))
            }
            Algorithm::Rs256 if self.has(MechanismType::SHA256_RSA_PKCS) => {
                Some((Mechanism::Sha256RsaPkcs, Input::Message))
            }
            Algorithm::Rs256 if self.has(MechanismType::RSA_PKCS) => {
                Some((Mechanism::RsaPkcs, Input::DigestInfo))
            }
            _ => None,
        }
    }
}

impl Key<'_> {
    /// The public half, DER of `RSAPublicKey` (RFC 8017, appendix A.1.1).
    pub fn public(&self) -> &[u8] {
        &self.public
    }

    /// Its label (`CKA_LABEL`), where it has one that is text.
    pub fn label(&self) -> Option<String> {
        let label = self.label.clone().filter(|label| !label.is_empty())?;
        String::from_utf8(label).ok()
    }

    /// Its id (`CKA_ID`), where it has one.
    pub fn id(&self) -> Option<&[u8]> {
        self.id.as_deref().filter(|id| !id.is_empty())
    }

    /// Whether the token can sign so.
    pub fn can(&self, algorithm: Algorithm) -> bool {
        self.session.mechanism(algorithm).is_some()
    }

    /// The certificates beside it on the token, in DER: those of its id or its label.
    pub fn certificates(&self) -> Result<Vec<Vec<u8>>, Error> {
        let class = || Attribute::Class(ObjectClass::CERTIFICATE);
        let id = self.id.clone().filter(|id| !id.is_empty()).map(Attribute::Id);
        let label = self.label.clone().filter(|label| !label.is_empty()).map(Attribute::Label);
        let mut found: Vec<Vec<u8>> = Vec::new();
        for named in [id, label].into_iter().flatten() {
            for handle in self.session.session.find_objects(&[class(), named])? {
                let values =
                    self.session.session.get_attributes(handle, &[AttributeType::Value])?;
                for value in values {
                    if let Attribute::Value(der) = value
                        && !found.contains(&der)
                    {
                        found.push(der);
                    }
                }
            }
        }
        Ok(found)
    }

    /// The signature of a message, in the bytes that RFC 8017 says.
    pub fn sign(&self, algorithm: Algorithm, message: &[u8]) -> Result<Vec<u8>, Error> {
        let unfit = Error::UnfitKey("the token knows no such signature");
        let (mechanism, input) = self.session.mechanism(algorithm).ok_or(unfit)?;
        let hash = || digest(&SHA256, message).as_ref().to_vec();
        let input = match input {
            Input::Message => message.to_vec(),
            Input::Digest => hash(),
            Input::DigestInfo => [&DIGEST_INFO[..], &hash()].concat(),
        };
        let session = &self.session.session;
        if !self.asks_each_time {
            return Ok(session.sign(&mechanism, self.handle, &input)?);
        }
        // As a key of a YubiKey's slot 9c: it wants its PIN for each signature.
        session.sign_init(&mechanism, self.handle)?;
        session.login(UserType::ContextSpecific, self.session.pin.as_ref())?;
        session.sign_update(&input)?;
        Ok(session.sign_final()?)
    }
}
