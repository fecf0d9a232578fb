//! `azvault key create-principal`

use azvault_service::pkcs11::{self, Created, NewPrincipal};
use azvault_service::shell_word::{shell_path, shell_word};
use azvault_service::time::utc;
use data_encoding::BASE64;
use serde::Serialize;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::options::token::TokenOptions;
use crate::output::documents::SCHEMA;

/// Make a key for a service principal on a PKCS#11 token, with its certificate
///
/// The key signs and cannot be read out of the token. Its certificate, signed by the key itself, is printed as
/// PEM, to be uploaded to the application in Entra; a copy of it is on the token. Nothing of it is in the vault:
/// `azvault connect --service-principal --key URI` signs in with it.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Where the key shall be: pkcs11:token=LABEL;object=LABEL [object by default: azvault]
    #[arg(id = "key", value_name = "URI")]
    uri: String,
    /// Whom the certificate names: CN=NAME
    #[arg(long, value_name = "NAME")]
    subject: String,
    /// Length of the RSA key, in bits
    #[arg(long, value_name = "N", default_value_t = 2048, value_parser = clap::value_parser!(u32).range(2048..=8192))]
    bits: u32,
    /// How long the certificate is valid
    #[arg(long, value_name = "DAYS", default_value_t = 365, value_parser = clap::value_parser!(u16).range(1..=1100))]
    days: u16,
    #[command(flatten)]
    token: TokenOptions,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u8,
    key: &'a str,
    thumbprint: &'a str,
    expires_on: String,
    certificate: &'a str,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let new = NewPrincipal {
            uri: pkcs11::key_uri(&self.uri)?,
            module: self.token.pkcs11_module.as_deref(),
            folders: &self.token.pkcs11_folder,
            pin: self.token.pin()?,
            subject: self.subject,
            bits: self.bits,
            life: i64::from(self.days) * 24 * 3600,
        };
        let Created { certificate, uri, thumbprint, expires_on, module } =
            pkcs11::create(app, new)?;
        let certificate = pem(&certificate);
        if app.ui.output == Output::Json {
            app.ui.json(&Document {
                schema: SCHEMA,
                key: &uri,
                thumbprint: &thumbprint,
                expires_on: utc(expires_on),
                certificate: &certificate,
            });
            return Ok(0);
        }
        app.ui.raw(certificate.as_bytes());
        app.ui.note(format!("thumbprint {thumbprint}, until {}", utc(expires_on)));
        app.ui.note("upload it: az ad app credential reset --id APPLICATION --cert @FILE --append");
        app.ui.note(format!(
            "then: azvault connect --service-principal --application APPLICATION --tenant TENANT --key {} \
             --pkcs11-module {}",
            shell_word(&uri),
            shell_path(&module)
        ));
        Ok(0)
    }
}

/// RFC 7468.
fn pem(der: &[u8]) -> String {
    let text = BASE64.encode(der);
    let starts = (0..text.len()).step_by(64);
    let lines: Vec<&str> = starts.map(|at| &text[at..text.len().min(at + 64)]).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}
