//! What two people hand each other: a code from the admin, and a request back.

use azvault_vault::fill_random;
use data_encoding::BASE64URL_NOPAD;
use ring::hmac;

use crate::bytes::{Misshapen, Reader, Writer};
use crate::device::PublicKeys;
use crate::id::TeamId;
use crate::members::Role;
use crate::words::words;

const CODE: &str = "azvault-team-invitation-v1:";
const REQUEST: &str = "azvault-team-request-v1:";

/// An invitation, as the admin gives it to one person. It opens nothing; what it holds lets the two find the
/// same log and tell who answered.
#[derive(Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The log.
    pub team: TeamId,
    /// Its name, as the admin has it.
    pub name: String,
    /// By which the answer to this invitation is known.
    pub secret: [u8; 16],
    /// The admin's device.
    pub admin: PublicKeys,
    /// What the invited device may do.
    pub role: Role,
    /// Unix seconds.
    pub expires: i64,
    /// Where the database is, without a password.
    pub database: String,
}

/// What an invited device answers.
#[derive(Clone, PartialEq, Eq)]
pub struct JoinRequest {
    /// What the member calls itself.
    pub name: String,
    /// Its device.
    pub keys: PublicKeys,
    tag: [u8; 32],
}

impl Invitation {
    /// The secret of a new invitation.
    pub fn new_secret() -> [u8; 16] {
        let mut secret = [0; 16];
        fill_random(&mut secret);
        secret
    }

    /// As text, to be handed over.
    pub fn to_code(&self) -> String {
        let mut writer = Writer::default();
        self.write(&mut writer);
        format!("{CODE}{}", BASE64URL_NOPAD.encode(&writer.into_bytes()))
    }

    /// What [`Invitation::to_code`] wrote.
    pub fn from_code(code: &str) -> Result<Self, Misshapen> {
        let bytes = decode(code, CODE)?;
        let mut reader = Reader::new(&bytes);
        let invitation = Self::read(&mut reader)?;
        reader.end()?;
        Ok(invitation)
    }

    /// The words that both see.
    pub fn words(&self, device: &PublicKeys) -> String {
        words(self.team, &self.secret, &self.admin, device)
    }

    /// The answer of a device.
    pub fn request(&self, name: &str, keys: &PublicKeys) -> JoinRequest {
        JoinRequest { name: name.to_owned(), keys: keys.clone(), tag: self.tag(name, keys) }
    }

    /// Whether that request answers this invitation.
    pub fn is_answered_by(&self, request: &JoinRequest) -> bool {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.secret);
        let said = said(self.team, &request.name, &request.keys);
        hmac::verify(&key, &said, &request.tag).is_ok()
    }

    fn tag(&self, name: &str, keys: &PublicKeys) -> [u8; 32] {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.secret);
        let tag = hmac::sign(&key, &said(self.team, name, keys));
        tag.as_ref().try_into().expect("HMAC-SHA256 has 32 bytes")
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        writer.raw(&self.team.0);
        writer.text(&self.name);
        writer.raw(&self.secret);
        self.admin.write(writer);
        writer.u8(self.role as u8);
        writer.i64(self.expires);
        writer.text(&self.database);
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Misshapen> {
        Ok(Self {
            team: TeamId(reader.array()?),
            name: reader.text()?,
            secret: reader.array()?,
            admin: PublicKeys::read(reader)?,
            role: Role::read(reader)?,
            expires: reader.i64()?,
            database: reader.text()?,
        })
    }
}

impl JoinRequest {
    /// As text, to be handed back.
    pub fn to_code(&self) -> String {
        let mut writer = Writer::default();
        writer.text(&self.name);
        self.keys.write(&mut writer);
        writer.raw(&self.tag);
        format!("{REQUEST}{}", BASE64URL_NOPAD.encode(&writer.into_bytes()))
    }

    /// What [`JoinRequest::to_code`] wrote.
    pub fn from_code(code: &str) -> Result<Self, Misshapen> {
        let bytes = decode(code, REQUEST)?;
        let mut reader = Reader::new(&bytes);
        let (name, keys) = (reader.text()?, PublicKeys::read(&mut reader)?);
        let request = Self { name, keys, tag: reader.array()? };
        reader.end()?;
        Ok(request)
    }
}

fn said(team: TeamId, name: &str, keys: &PublicKeys) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.raw(b"azt1.request");
    writer.raw(&team.0);
    writer.text(name);
    keys.write(&mut writer);
    writer.into_bytes().to_vec()
}

fn decode(code: &str, prefix: &str) -> Result<Vec<u8>, Misshapen> {
    let code = code.trim().strip_prefix(prefix).ok_or(Misshapen)?;
    BASE64URL_NOPAD.decode(code.as_bytes()).map_err(|_| Misshapen)
}
