//! The options that say how one signs in.

use std::path::PathBuf;

use azvault_service::connect::method;
use azvault_service::connect::method::{Credential, Picture, SignInMethod, Source};
use azvault_service::failure::{Failure, Kind};
use azvault_service::paths;
use azvault_signin::certificate::Chain;
use azvault_signin::managed_identity::Identity;

use crate::app::App;
use crate::options::name::name;
use crate::options::token::TokenOptions;

/// How one signs in.
#[derive(clap::Args, Default)]
pub(super) struct WayOptions {
    /// Sign in with a code that is typed on any device
    #[arg(long, conflicts_with_all = OTHERS_THAN_A_PERSON)]
    device_code: bool,
    /// Show no QR code of the address where the code is typed
    #[arg(long, conflicts_with = "browser", conflicts_with_all = OTHERS_THAN_A_PERSON)]
    no_qr: bool,
    /// Sign in with the browser of this machine
    #[arg(long, conflicts_with = "device_code", conflicts_with_all = OTHERS_THAN_A_PERSON)]
    browser: bool,
    /// The user who is to sign in: filled in in the browser; another account has to be confirmed
    #[arg(long, value_name = "USER", value_parser = name,
          conflicts_with_all = OTHERS_THAN_A_PERSON)]
    login_hint: Option<String>,
    /// Sign in as an application; its secret is asked for, unless it is in a file
    #[arg(long, requires = "application", requires = "tenant")]
    service_principal: bool,
    /// The application's id
    #[arg(long, value_name = "ID", requires = "service_principal")]
    #[arg(value_parser = name)]
    application: Option<String>,
    /// The application's secret is what is in this file
    #[arg(long, value_name = "FILE", requires = "service_principal")]
    secret_file: Option<PathBuf>,
    /// The application's secret comes from this descriptor
    #[arg(long, value_name = "N", requires = "service_principal", conflicts_with = "secret_file")]
    secret_fd: Option<i32>,
    /// The application's certificate with its key, PEM or PFX; the vault keeps a copy. With --key the
    /// certificate alone, where the token has none
    #[arg(long, value_name = "FILE", requires = "service_principal",
          conflicts_with_all = ["secret_file", "secret_fd"])]
    certificate: Option<PathBuf>,
    /// The password of the certificate is what is in this file
    #[arg(long, value_name = "FILE", requires = "certificate")]
    certificate_password_file: Option<PathBuf>,
    /// Send the certificate and its issuers: for what is registered by subject and issuer
    #[arg(long, requires = "service_principal",
          conflicts_with_all = ["secret_file", "secret_fd", "federated_token_file"])]
    send_certificate_chain: bool,
    /// The application's key on a PKCS#11 token, by its URI: pkcs11:token=LABEL;object=LABEL. The PIN is asked
    /// for; the vault gets the URI and the certificate
    #[arg(long, value_name = "URI", requires = "service_principal",
          conflicts_with_all = ["secret_file", "secret_fd", "certificate_password_file"])]
    key: Option<String>,
    #[command(flatten)]
    token: TokenOptions,
    /// The application's federated token, which another issuer signed; when it has expired, the file
    /// is read again
    #[arg(long, value_name = "FILE", requires = "service_principal",
          conflicts_with_all = ["secret_file", "secret_fd", "certificate", "key"])]
    federated_token_file: Option<PathBuf>,
    /// Sign in as the identity of this machine in Azure
    #[arg(long, conflicts_with = "service_principal")]
    identity: bool,
    /// One that was assigned to the machine, by its client id
    #[arg(long, value_name = "ID", requires = "identity")]
    #[arg(value_parser = name)]
    client_id: Option<String>,
    /// The same, by its object id
    #[arg(long, value_name = "ID", requires = "identity", conflicts_with = "client_id")]
    #[arg(value_parser = name)]
    object_id: Option<String>,
    /// The same, by its id in Resource Manager: /subscriptions/…
    #[arg(long, value_name = "ID", requires = "identity",
          conflicts_with_all = ["client_id", "object_id"])]
    #[arg(value_parser = name)]
    resource_id: Option<String>,
    /// Use the access token in this file, until it expires
    #[arg(long, value_name = "FILE", requires = "account",
          conflicts_with_all = ["service_principal", "identity"])]
    access_token_file: Option<PathBuf>,
    /// Use the access token that comes from this descriptor, until it expires
    #[arg(long, value_name = "N", requires = "account",
          conflicts_with_all = ["access_token_file", "service_principal", "identity"])]
    access_token_fd: Option<i32>,
    /// Whose access token it is; without one, an account whose sign-in is stored: there is no new sign-in
    #[arg(long, value_name = "ID")]
    #[arg(value_parser = name, conflicts_with_all = ["device_code", "browser", "login_hint",
          "service_principal", "identity"])]
    account: Option<String>,
}

const OTHERS_THAN_A_PERSON: [&str; 4] =
    ["service_principal", "identity", "access_token_file", "access_token_fd"];

impl WayOptions {
    /// The account whose stored sign-in is used, if that is how.
    pub(super) fn stored(&self) -> Option<&str> {
        let brings = self.access_token_file.is_some() || self.access_token_fd.is_some();
        self.account.as_deref().filter(|_| !brings)
    }

    /// The way, its secrets read or asked for.
    pub(super) fn way(self, app: &App) -> Result<SignInMethod, Failure> {
        if let Some(application) = self.application {
            let chain = if self.send_certificate_chain { Chain::Sent } else { Chain::Left };
            if chain == Chain::Sent && self.certificate.is_none() && self.key.is_none() {
                let what = "there is no certificate to send";
                return Err(
                    Failure::new(Kind::Usage, what).hint("add --certificate FILE or --key URI")
                );
            }
            let credential = match (&self.certificate, self.federated_token_file) {
                (certificate, _) if self.key.is_some() => {
                    let uri = self.key.unwrap_or_default();
                    let loaded = self.token.load(app, &uri, certificate.as_deref(), chain)?;
                    Credential::Pkcs11Key(Box::new(loaded))
                }
                (Some(path), _) => {
                    let password = self.certificate_password_file.as_deref();
                    let held = method::certificate(app, path, password, chain)?;
                    Credential::Certificate(Box::new(held))
                }
                (None, Some(file)) => {
                    let file = paths::absolute(&file)?;
                    Credential::Assertion { token: Source::Projected(&file).token()?, file }
                }
                (None, None) => {
                    let source = Source::of(self.secret_file.as_deref(), self.secret_fd);
                    Credential::Secret(method::client_secret(app, source)?)
                }
            };
            return Ok(SignInMethod::Principal { application, credential });
        }
        if self.identity {
            let assigned = self.client_id.map(Identity::ClientId);
            let assigned = assigned.or_else(|| self.object_id.map(Identity::ObjectId));
            let assigned = assigned.or_else(|| self.resource_id.map(Identity::ResourceId));
            return Ok(SignInMethod::ManagedIdentity(assigned.unwrap_or(Identity::SystemAssigned)));
        }
        let token = Source::of(self.access_token_file.as_deref(), self.access_token_fd);
        if let (Some(source), Some(account)) = (token, self.account) {
            return Ok(SignInMethod::AccessToken { account, token: source.token()? });
        }
        let here = app.terminal().is_some() && paths::has_display();
        let login_hint = self.login_hint;
        match self.browser || (here && !self.device_code) {
            true => Ok(SignInMethod::Browser { login_hint }),
            false => {
                let picture = if self.no_qr { Picture::None } else { Picture::WhereItFits };
                Ok(SignInMethod::DeviceCode { login_hint, picture })
            }
        }
    }
}
