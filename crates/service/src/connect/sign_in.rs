//! The sign-in itself, whichever way.

use azvault_model::{
    HeldSecret, KnownAccountType, ManagedIdentity, Secret, SecretDescription, SecretKind,
};
use azvault_signin::device_code::{self, Poll};
use azvault_signin::managed_identity::{self, Endpoint, Identity};
use azvault_signin::{AZURE_POWERSHELL, Tokens, client_secret, federated_token};

use super::method::{Credential, LoadedCertificate, Picture, SignInMethod};
use super::{At, browser, expected};
use crate::claims;
use crate::failure::{Failure, Kind};
use crate::online;
use crate::online::failed;
use crate::text::shown;

/// Azure PowerShell's name for the machine's own identity.
const OWN_IDENTITY: &str = "MSI@50342";

/// The extended property that says where a federated token came from, and where the next one will
/// be.
pub const FEDERATED_TOKEN_FILE: &str = "FederatedTokenFile";

/// The extended property that says which key on a token an account signs in with.
pub const PKCS11_KEY: &str = "Pkcs11Key";

const OBJECT_ID: &str = "ObjectId";
const RESOURCE_ID: &str = "ResourceId";

/// The identity of an account, as the endpoint is asked for it.
pub fn identity(identity: &ManagedIdentity) -> Identity {
    match identity.clone() {
        ManagedIdentity::SystemAssigned => Identity::SystemAssigned,
        ManagedIdentity::ClientId(id) => Identity::ClientId(id),
        ManagedIdentity::ObjectId(id) => Identity::ObjectId(id),
        ManagedIdentity::ResourceId(id) => Identity::ResourceId(id),
    }
}

/// A sign-in that succeeded: a token to Resource Manager, and what gets further ones.
pub struct Entry {
    pub(super) account: String,
    pub(super) account_type: KnownAccountType,
    /// Extended properties of the account.
    pub(super) properties: Vec<(&'static str, String)>,
    pub(super) client_id: Option<String>,
    pub(super) home_account_id: Option<String>,
    /// The tenant that the token is for, where the service says so.
    pub(super) tenant: Option<String>,
    pub(super) access: Secret,
    pub(super) expires_on: Option<i64>,
    pub(super) refresh: Option<Refresh>,
    /// What a service principal signs in with, by kind.
    pub(super) credentials: Vec<HeldSecret>,
}

/// A refresh token.
pub(super) struct Refresh {
    pub(super) value: Secret,
    pub(super) family_id: Option<String>,
}

/// Signs in.
pub fn sign_in(at: &At<'_>, way: SignInMethod) -> Result<Entry, Failure> {
    match way {
        SignInMethod::DeviceCode { login_hint, picture } => {
            let tokens = by_device_code(at, picture)?;
            expected::check(at.app, &tokens, login_hint.as_deref())?;
            of_person(tokens)
        }
        SignInMethod::Browser { login_hint } => {
            let tokens = browser::sign_in(at, login_hint.as_deref())?;
            expected::check(at.app, &tokens, login_hint.as_deref())?;
            of_person(tokens)
        }
        SignInMethod::Principal { application, credential } => {
            principal(at, application, credential)
        }
        SignInMethod::ManagedIdentity(identity) => managed(at, identity),
        SignInMethod::AccessToken { account, token } => {
            let claims = claims::claims(&token);
            if claims.exp.is_some_and(|exp| exp <= at.app.now()) {
                return Err(Failure::new(Kind::SignInNeeded, "the access token has expired")
                    .hint("get another one, then run the command again"));
            }
            Ok(Entry {
                account,
                account_type: KnownAccountType::AccessToken,
                properties: Vec::new(),
                client_id: None,
                home_account_id: None,
                tenant: claims.tid,
                access: token,
                expires_on: claims.exp,
                refresh: None,
                credentials: Vec::new(),
            })
        }
    }
}

fn by_device_code(at: &At<'_>, picture: Picture) -> Result<Tokens, Failure> {
    let authority = at.authority(at.tenant.as_ref());
    let client = at.client(&authority, AZURE_POWERSHELL);
    let scope = at.scope()?;
    let begun = device_code::begin(&client, &[&scope], at.claims, at.app.now());
    let mut code = begun.map_err(failed)?;
    let (address, typed) = (shown(&code.verification_uri), shown(&code.user_code));
    let service = shown(authority.host());
    at.app.console.request(format!(
        "To sign in, open {address} and enter the code {typed} (page and code are from {service})"
    ));
    if picture == Picture::WhereItFits {
        let complete = code.verification_uri_complete.as_ref();
        at.app.console.picture(complete.unwrap_or(&code.verification_uri));
    }
    loop {
        std::thread::sleep(code.interval);
        if let Poll::Done(tokens) = code.poll(&client, at.app.now()).map_err(failed)? {
            return Ok(*tokens);
        }
    }
}

fn of_person(tokens: Tokens) -> Result<Entry, Failure> {
    let claims = tokens.claims;
    let tenant = claims.as_ref().and_then(|claims| claims.tenant_id.clone());
    let account = claims.and_then(|claims| claims.user_name);
    let account = account.or_else(|| tokens.home_account_id.clone()).ok_or_else(|| {
        Failure::new(Kind::Network, "the sign-in service does not say who signed in")
    })?;
    let home = tokens.home_account_id.clone();
    let family_id = tokens.family_id;
    Ok(Entry {
        account,
        account_type: KnownAccountType::User,
        properties: home.iter().map(|id| ("HomeAccountId", id.clone())).collect(),
        client_id: Some(AZURE_POWERSHELL.to_owned()),
        home_account_id: home,
        tenant,
        access: tokens.access_token,
        expires_on: Some(tokens.expires_on),
        refresh: tokens.refresh_token.map(|value| Refresh { value, family_id }),
        credentials: Vec::new(),
    })
}

fn principal(at: &At<'_>, application: String, credential: Credential) -> Result<Entry, Failure> {
    let authority = at.authority(at.tenant.as_ref());
    let client = at.client(&authority, &application);
    let (scope, now) = (at.scope()?, at.app.now());
    let scopes = [scope.as_str()];
    let tokens = match &credential {
        Credential::Pkcs11Key(held) => {
            let assertion = held.assertion(&client, now)?;
            federated_token::sign_in(&client, &assertion, &scopes, at.claims, now)
        }
        Credential::Secret(secret) => {
            client_secret::sign_in(&client, secret, &scopes, at.claims, now)
        }
        Credential::Certificate(held) => {
            held.certificate.sign_in(&client, held.chain, &scopes, at.claims, now)
        }
        Credential::Assertion { token, .. } => {
            federated_token::sign_in(&client, token, &scopes, at.claims, now)
        }
    };
    let tokens = tokens.map_err(|error| {
        let failure = failed(error);
        match failure.kind {
            Kind::SignInNeeded => failure.hint(
                "run the command again with a secret, certificate or federated token that is valid; \
                 the application's page in the Azure portal makes new ones",
            ),
            _ => failure,
        }
    })?;
    let (mut properties, mut credentials) = (Vec::new(), Vec::new());
    let of = |kind, value| HeldSecret { description: SecretDescription::of(kind), value };
    let mut account_type = KnownAccountType::ServicePrincipal;
    match credential {
        Credential::Secret(secret) => credentials.push(of(SecretKind::ClientSecret, secret)),
        Credential::Certificate(held) => {
            let LoadedCertificate { certificate, bytes, password, chain } = *held;
            properties.push(("CertificateThumbprint", certificate.thumbprint()));
            if chain == azvault_signin::certificate::Chain::Sent {
                properties.push(("SendCertificateChain", "True".to_owned()));
            }
            credentials.push(of(SecretKind::Certificate, bytes));
            if let Some(password) = password {
                credentials.push(of(SecretKind::CertificatePassword, password));
            }
        }
        Credential::Pkcs11Key(held) => {
            properties.push(("CertificateThumbprint", held.thumbprint()));
            properties.push((PKCS11_KEY, held.uri()));
            if held.chain == azvault_signin::certificate::Chain::Sent {
                properties.push(("SendCertificateChain", "True".to_owned()));
            }
            credentials.push(held.held());
        }
        Credential::Assertion { token, file } => {
            account_type = KnownAccountType::ClientAssertion;
            properties.push((FEDERATED_TOKEN_FILE, file.display().to_string()));
            credentials.push(of(SecretKind::ClientAssertion, token));
        }
    }
    Ok(Entry {
        client_id: Some(application.clone()),
        account: application,
        account_type,
        properties,
        home_account_id: None,
        tenant: None,
        access: tokens.access_token,
        expires_on: Some(tokens.expires_on),
        refresh: None,
        credentials,
    })
}

fn managed(at: &At<'_>, identity: Identity) -> Result<Entry, Failure> {
    let (http, endpoint) = online::machine(at.app)?;
    let (resource, now) = (at.resource()?, at.app.now());
    let tokens = managed_identity::sign_in(&http, &endpoint, &identity, &resource, now);
    let tokens = tokens.map_err(|error| {
        let failure = failed(error);
        match (failure.kind, &endpoint) {
            (Kind::Network, Endpoint::Imds { .. }) => failure.hint(
                "only a machine in Azure has a managed identity: azvault connect without \
                 --identity elsewhere",
            ),
            _ => failure,
        }
    })?;
    let (account, kind) = match identity {
        Identity::SystemAssigned => (OWN_IDENTITY.to_owned(), None),
        Identity::ClientId(id) => (id, None),
        Identity::ObjectId(id) => (id, Some(OBJECT_ID)),
        Identity::ResourceId(id) => (id, Some(RESOURCE_ID)),
    };
    Ok(Entry {
        account,
        account_type: KnownAccountType::ManagedService,
        properties: kind
            .map(|kind| (ManagedIdentity::ID_TYPE, kind.to_owned()))
            .into_iter()
            .collect(),
        client_id: None,
        home_account_id: None,
        tenant: claims::claims(&tokens.access_token).tid,
        access: tokens.access_token,
        expires_on: Some(tokens.expires_on),
        refresh: None,
        credentials: Vec::new(),
    })
}
