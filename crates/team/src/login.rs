//! What a member signs in with at the database.

use azvault_model::Secret;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::bytes::{Misshapen, Reader, Writer};

/// A password, a certificate, both, or a token that is got for each connection.
#[derive(Default)]
pub struct Login {
    /// Sealed in the vault.
    pub password: Option<Secret>,
    /// PEM of a client certificate, those that vouch for it, and its private key.
    pub certificate: Option<Secret>,
    /// The name of the context whose Entra token is shown in the place of a password.
    pub identity: Option<String>,
}

/// What is shown at one connection.
#[derive(Clone, Copy, Default)]
pub struct Shown<'a> {
    /// A password, or a token in its place.
    pub password: Option<&'a Secret>,
    /// As [`Login::certificate`].
    pub certificate: Option<&'a Secret>,
}

/// A certificate with those that vouch for it, and its key.
pub(crate) type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

/// Reads PEM; `None` where a certificate or its key is missing.
pub(crate) fn identity(pem: &Secret) -> Option<Identity> {
    // EXPOSE: taken apart for the TLS of one connection.
    let pem = pem.expose();
    let chain: Vec<_> = CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().ok()?;
    let key = PrivateKeyDer::from_pem_slice(pem).ok()?;
    (!chain.is_empty()).then_some((chain, key))
}

impl Login {
    pub(crate) fn write(&self, writer: &mut Writer) {
        for secret in [&self.password, &self.certificate] {
            writer.u8(u8::from(secret.is_some()));
            secret.iter().for_each(|secret| writer.secret(secret));
        }
        writer.u8(u8::from(self.identity.is_some()));
        self.identity.iter().for_each(|identity| writer.text(identity));
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Misshapen> {
        Ok(Self {
            password: maybe(reader, Reader::secret)?,
            certificate: maybe(reader, Reader::secret)?,
            identity: maybe(reader, Reader::text)?,
        })
    }

    /// Of a membership that knew passwords alone.
    pub(crate) fn read_password(reader: &mut Reader<'_>) -> Result<Self, Misshapen> {
        Ok(Self { password: maybe(reader, Reader::secret)?, ..Self::default() })
    }
}

fn maybe<'a, T>(
    reader: &mut Reader<'a>,
    read: impl FnOnce(&mut Reader<'a>) -> Result<T, Misshapen>,
) -> Result<Option<T>, Misshapen> {
    match reader.u8()? {
        0 => Ok(None),
        1 => read(reader).map(Some),
        _ => Err(Misshapen),
    }
}
