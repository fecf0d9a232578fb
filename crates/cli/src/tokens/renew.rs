//! Getting a new token from the sign-in service, and storing it before anybody has it.

use azvault_contexts::{HeldSecret, Secret, SecretDescription, SecretKind};
use azvault_signin::certificate::{Certificate, Chain};
use azvault_signin::managed_identity;
use azvault_signin::{
    AZURE_POWERSHELL, Client, Http, TenantName, Tokens, client_secret, federated_token, refresh,
};
use azvault_vault::Vault;

use super::credential::{self, Credential, Held};
use super::{Wanted, assertion, cached, store, turn};
use crate::app::App;
use crate::contexts::Contexts;
use crate::failure::{Code, Failure};
use crate::{audit, connect, online, paths, policy};

/// Sees to it that a token that fits is in the cache.
pub(crate) fn renew(app: &App, vault: &mut Vault, wanted: &Wanted) -> Result<(), Failure> {
    policy::signs_in(app, &wanted.environment, Some(&wanted.tenant))?;
    let turn = turn::wait(&paths::turns()?, vault.id(), &wanted.account);
    let _turn = turn.map_err(|e| Failure::new(Code::Other, format!("no turn to renew: {e}")))?;
    let contexts = Contexts::of(app, vault)?;
    // Whoever had the turn before may have got just this token.
    if cached::find(app, &contexts, wanted)?.is_some() {
        return Ok(());
    }
    let credential = credential::of(&contexts, wanted)?;
    let http = online::http(app)?;
    let signed_in = sign_in(app, &http, vault, &contexts, wanted, credential);
    if signed_in.is_err() && http.has_sent() {
        tell(app, vault, &contexts, wanted);
    }
    let (tokens, redeemed) = signed_in?;
    store::store(
        app,
        vault,
        contexts,
        wanted,
        new_secrets(wanted, tokens, redeemed.as_ref()),
        redeemed,
    )
}

/// Credentials have left, and nothing came for them: that stands in the audit log, since it need not
/// have been the service that took them.
fn tell(app: &App, vault: &mut Vault, contexts: &Contexts, wanted: &Wanted) {
    let sent = match store::is_of_session(contexts, wanted) {
        true => audit::of_sent_by_session(),
        false => audit::of_sent(&wanted.account, &wanted.tenant),
    };
    let told = vault.write(|writing| audit::log(app, writing, "token renew failed", vec![sent]));
    if let Err(e) = told {
        app.ui.warning(format!("the audit log does not have that credentials were sent: {e}"));
    }
}

/// Signs in with what there is; for a refresh token also says which one was redeemed.
fn sign_in(
    app: &App,
    http: &Http,
    vault: &Vault,
    contexts: &Contexts,
    wanted: &Wanted,
    credential: Credential,
) -> Result<(Tokens, Option<Held>), Failure> {
    let cloud = online::cloud(contexts, &wanted.environment)?;
    let tenant = TenantName::parse(&wanted.tenant).map_err(online::failed)?;
    let authority = cloud.authority(tenant);
    let client = Client::with_id(http, &authority, &wanted.account);
    let scopes: Vec<&str> = wanted.scopes.iter().map(String::as_str).collect();
    let now = app.now();
    let value = |held: &Held| held.value(vault, contexts);
    let tokens = match credential {
        Credential::RefreshTokens(held) => {
            return redeem_one(app, &client, held, &scopes, &value);
        }
        Credential::ClientSecret(held) => {
            client_secret::sign_in(&client, &value(&held)?, &scopes, None, now)
        }
        Credential::Certificate(held) => {
            let password = held.password.as_ref().map(value).transpose()?;
            let bytes = value(&held.certificate)?;
            // EXPOSE: taken apart into key and certificates.
            let certificate = Certificate::read(bytes.expose(), password.as_ref());
            let chain = chain(contexts, wanted);
            certificate.and_then(|own| own.sign_in(&client, chain, &scopes, None, now))
        }
        Credential::Assertion(held) => {
            let assertion = assertion::living(app, contexts, wanted, value(&held)?)?;
            federated_token::sign_in(&client, &assertion, &scopes, None, now)
        }
        Credential::ManagedIdentity => return Ok((managed(app, contexts, wanted)?, None)),
    };
    Ok((tokens.map_err(online::failed)?, None))
}

/// `SendCertificateChain` of the context's account (ConnectAzureRmAccount.cs).
fn chain(contexts: &Contexts, wanted: &Wanted) -> Chain {
    let sends = credential::property(contexts, wanted, "SendCertificateChain");
    match sends.is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        true => Chain::Sent,
        false => Chain::Left,
    }
}

/// Redeems the first refresh token that the service takes.
fn redeem_one(
    app: &App,
    client: &Client<'_>,
    held: Vec<Held>,
    scopes: &[&str],
    value: &dyn Fn(&Held) -> Result<Secret, Failure>,
) -> Result<(Tokens, Option<Held>), Failure> {
    use azvault_signin::Error::{CredentialExpired, CredentialWrong, InteractionNeeded};
    let mut first = None;
    for held in held {
        let id = held.about.client_id.as_deref().unwrap_or(AZURE_POWERSHELL);
        let client = Client::with_id(client.http, client.authority, id);
        match refresh::redeem(&client, &value(&held)?, scopes, None, app.now()) {
            Ok(tokens) => return Ok((tokens, Some(held))),
            Err(e @ (CredentialExpired(_) | CredentialWrong(_) | InteractionNeeded(_))) => {
                first.get_or_insert(e);
            }
            Err(e) => return Err(online::failed(e)),
        }
    }
    Err(first.map_or_else(crate::contexts::none_active, online::failed))
}

fn managed(app: &App, contexts: &Contexts, wanted: &Wanted) -> Result<Tokens, Failure> {
    let (http, endpoint) = online::machine(app)?;
    let kind = credential::property(contexts, wanted, connect::IDENTITY_ID);
    let identity = connect::identity(&wanted.account, kind);
    let tokens =
        managed_identity::sign_in(&http, &endpoint, &identity, wanted.resource(), app.now());
    tokens.map_err(online::failed)
}

/// What is stored of a reply: the access token, and the refresh token if it came.
fn new_secrets(wanted: &Wanted, tokens: Tokens, redeemed: Option<&Held>) -> Vec<HeldSecret> {
    let before = redeemed.map(|held| &held.about);
    let of = |kind| SecretDescription {
        account: Some(wanted.account.clone()),
        client_id: before.and_then(|about| about.client_id.clone()),
        environment: Some(wanted.environment.clone()),
        home_account_id: before
            .and_then(|about| about.home_account_id.clone())
            .or_else(|| tokens.home_account_id.clone()),
        ..SecretDescription::of(kind)
    };
    let access = SecretDescription {
        tenant: Some(wanted.tenant.clone()),
        target: Some(wanted.scopes.join(" ")),
        expires_on: Some(tokens.expires_on),
        ..of(SecretKind::AccessToken)
    };
    let refresh = SecretDescription {
        family_id: tokens.family_id.clone().or_else(|| before.and_then(|b| b.family_id.clone())),
        ..of(SecretKind::RefreshToken)
    };
    let mut new = vec![HeldSecret { description: access, value: tokens.access_token }];
    if let Some(value) = tokens.refresh_token.filter(|_| redeemed.is_some()) {
        new.push(HeldSecret { description: refresh, value });
    }
    new
}
