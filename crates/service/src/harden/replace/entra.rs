//! What Entra and Microsoft Graph are asked.

use azvault_model::{ContextName, Secret};
use azvault_signin::graph::{Application, Graph, Password};
use azvault_signin::resource::scope_of;
use azvault_signin::{Client, Cloud, Error, Http, TenantName, federated_token};
use azvault_vault::Id;

use crate::app::App;
use crate::ask::Requests;
use crate::failure::{Failure, Kind};
use crate::online::failed;
use crate::pkcs11::LoadedKey;
use crate::shell_word::shell_word;
use crate::text::quoted;
use crate::verbs::{GraphToken, ReplacementBegun, WhichPasswords};

/// An application in Microsoft Graph, and who may change it.
pub(super) struct Entra<'a> {
    http: &'a Http,
    cloud: Cloud,
    token: Secret,
    application: String,
    /// What to type where the rights are not enough.
    rights: String,
}

impl<'a> Entra<'a> {
    pub(super) fn of(
        http: &'a Http,
        requests: &mut Requests<'_>,
        begun: &ReplacementBegun,
        rights_of: Option<ContextName>,
    ) -> Result<Self, Failure> {
        let cloud = begun.cloud.cloud()?;
        // No token is asked for that has nowhere to go.
        cloud.graph().map_err(failed)?;
        let principal = begun.principal.clone();
        let application = principal.id().to_owned();
        let only = begun.key.as_ref().map(|key| key.id);
        let rights = format!(
            "azvault harden {} --rights-of CONTEXT, of an owner of it; or grant it Application.ReadWrite.OwnedBy",
            shell_word(&application)
        );
        let token = requests.ask(GraphToken { principal, rights_of, only })?.into_value();
        Ok(Self { http, cloud, token, application, rights })
    }

    fn graph(&self) -> Result<Graph<'_>, Failure> {
        Graph::of(self.http, &self.cloud, &self.token).map_err(failed)
    }

    pub(super) fn application(&self) -> Result<Application, Failure> {
        self.graph()?.application(&self.application).map_err(|error| self.refused(error))
    }

    pub(super) fn service_principal_passwords(&self) -> Result<Vec<Password>, Failure> {
        let passwords = self.graph()?.service_principal_passwords(&self.application);
        passwords.map_err(|error| self.refused(error))
    }

    /// Adds it to those that the application has at this moment.
    pub(super) fn add_certificate(&self, der: &[u8]) -> Result<(), Failure> {
        let now = self.application()?;
        if now.has_certificate(der) {
            return Ok(());
        }
        let added = self.graph()?.add_certificate(&self.application, &now, der);
        added.map_err(|error| self.refused(error))
    }

    pub(super) fn remove_password(&self, password: &Password) -> Result<(), Failure> {
        let removed = self.graph()?.remove_password(&self.application, password);
        removed.map_err(|error| self.refused(error))
    }

    fn refused(&self, error: Error) -> Failure {
        let hint = match &error {
            Error::Refused(of) if of.status == 403 => Some(self.rights.clone()),
            Error::Refused(of) if of.status == 404 => {
                Some("say in which tenant it is registered: --tenant ID".to_owned())
            }
            _ => None,
        };
        let failure = failed(error);
        match hint {
            Some(hint) => Failure { kind: Kind::Refused, ..failure }.hint(hint),
            None => failure,
        }
    }
}

/// The password of the application that a secret of the vault is, which the sign-in service has just taken: it is one
/// of the application's or one of its service principal's, so that it is known where all others begin otherwise.
/// `None` if it is none of the application's.
pub(super) fn password(
    requests: &mut Requests<'_>,
    of_application: &[Password],
    of_service_principal: &[Password],
    secret: Id,
) -> Result<Option<Password>, Failure> {
    let all = of_application.iter().chain(of_service_principal);
    let hints = all.map(|own| own.hint.clone()).collect();
    let may_be = requests.ask(WhichPasswords { secret, hints })?.at;
    match may_be.as_slice() {
        [] => Ok(None),
        [only] => Ok(of_application.get(*only).cloned()),
        several => {
            let what = format!(
                "{} passwords of the application and its service principal may be the vault's",
                several.len()
            );
            Err(Failure::new(Kind::NotFound, what).hint(
                "remove those that nothing uses: az ad app credential list --id ID, and az ad sp credential list --id ID",
            ))
        }
    }
}

/// Has a key sign in that is not stored yet.
pub(super) fn sign_in(
    app: &App,
    http: &Http,
    begun: &ReplacementBegun,
    key: &LoadedKey,
) -> Result<(), Failure> {
    let cloud = begun.cloud.cloud()?;
    let principal = &begun.principal;
    let authority = cloud.authority(TenantName::parse(&principal.tenant).map_err(failed)?);
    let client = Client::with_id(http, &authority, principal.id());
    let missing = || {
        Failure::new(Kind::NotFound, format!("{} names no resource manager", quoted(cloud.name())))
    };
    let scope = scope_of(cloud.resource("arm").ok_or_else(missing)?);
    let assertion = key.assertion(&client, app.now())?;
    let signed = federated_token::sign_in(&client, &assertion, &[&scope], None, app.now());
    signed.map(drop).map_err(failed)
}
