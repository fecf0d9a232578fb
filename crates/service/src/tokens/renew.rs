//! Getting a new token from the sign-in service, and storing it before anybody has it.

use azvault_model::{AccountId, HomeAccountId};
use azvault_model::{HeldSecret, ManagedIdentity, Secret, SecretDescription, SecretKind};
use azvault_signin::managed_identity;
use azvault_signin::{
    AZURE_POWERSHELL, Client, Http, TenantName, Tokens, client_secret, federated_token, refresh,
};

use super::credential::{self, Credential};
use super::request::{Repeats, TokenRequest};
use super::{account_lock, assertion, cached, certificate, challenge, store};
use crate::app::App;
use crate::failure::{Failure, Kind};
use crate::opening::OpenVault;
use crate::secrets::SecretRef;
use crate::shell_word::shell_word;
use crate::text::quoted;
use crate::{audit, connect, online, paths, policy, secrets};

/// Sees to it that a token that fits is in the cache.
pub fn renew(app: &App, open: OpenVault<()>, wanted: &TokenRequest) -> Result<(), Failure> {
    policy::signs_in(app, &wanted.environment, Some(&wanted.tenant))?;
    let account = wanted.home_account_id.as_ref().unwrap_or(&wanted.account);
    let turn = account_lock::wait(&paths::turns()?, open.vault.id(), account);
    let _turn = turn.map_err(|e| Failure::new(Kind::Other, format!("no turn to renew: {e}")))?;
    let mut open = open.with_contexts(app)?;
    super::allowed(app, &open.contexts, wanted)?;
    // Whoever had the turn before may have got just this token.
    if cached::find(app, &open.contexts, wanted)?.is_some() {
        return Ok(());
    }
    let credential = credential::of(&open.contexts, wanted)?;
    let http = match wanted.repeats {
        Repeats::Ours => online::http(app)?,
        Repeats::Callers => online::http_once(app)?,
    };
    let (tokens, redeemed) = match sign_in(app, &http, &open, wanted, credential) {
        Ok(signed_in) => signed_in,
        Err(failure) => {
            if http.has_sent() {
                tell(app, &mut open, wanted);
            }
            let failure = refused(wanted, failure);
            if let Some(claims) = &failure.claims {
                challenge::keep(app, &mut open, wanted, claims);
            }
            return Err(failure);
        }
    };
    let new = new_secrets(wanted, tokens, redeemed);
    let redeemed = redeemed.map(|secret| secret.location);
    store::store(app, &mut open, wanted, new, redeemed)
}

/// What the service, or the way to it, has against the token: with the resource that it was for, and
/// what to type next for this account.
fn refused(wanted: &TokenRequest, failure: Failure) -> Failure {
    let (resource, tenant) = (quoted(wanted.resource()), quoted(&wanted.tenant));
    // What it was asked to answer still is to be answered.
    let of_request = wanted.claims.clone().filter(|_| failure.kind == Kind::SignInNeeded);
    let claims = failure.claims.clone().or(of_request);
    let hint = match (&failure.hint, failure.kind) {
        _ if claims.is_some() => {
            format!("{} signs in with what is asked for", super::sign_in::to_type(wanted))
        }
        (Some(hint), Kind::SignInNeeded) => {
            hint.replacen("azvault connect", &super::sign_in::to_type(wanted), 1)
        }
        (Some(hint), _) => hint.clone(),
        (None, _) => format!(
            "check the address, and whether that tenant has such a service: azvault token --resource {} \
             --tenant ID asks in another",
            shell_word(wanted.resource())
        ),
    };
    let what = format!("no token to {resource} in the tenant {tenant}: {}", failure.what);
    Failure { what, claims, ..failure }.hint(hint)
}

/// Credentials have left, and nothing came for them: that stands in the audit log, since it need not
/// have been the service that took them.
fn tell(app: &App, open: &mut OpenVault, wanted: &TokenRequest) {
    let sent = match store::is_of_session(&open.contexts, wanted) {
        true => audit::of_sent_by_session(),
        false => audit::of_sent(&wanted.account, &wanted.tenant),
    };
    let told =
        open.vault.write(|writing| audit::log(app, writing, "token renew failed", vec![sent]));
    if let Err(e) = told {
        app.console.warning(format!("the audit log does not have that credentials were sent: {e}"));
    }
}

/// Signs in with what there is; for a refresh token also says which one was redeemed.
fn sign_in<'a>(
    app: &App,
    http: &Http,
    open: &OpenVault,
    wanted: &TokenRequest,
    credential: Credential<'a>,
) -> Result<(Tokens, Option<SecretRef<'a>>), Failure> {
    let OpenVault { vault, contexts, .. } = open;
    let cloud = online::cloud(contexts, &wanted.environment)?;
    let tenant = TenantName::parse(&wanted.tenant).map_err(online::failed)?;
    let authority = cloud.authority(tenant);
    let client = Client::with_id(http, &authority, &wanted.account);
    let scopes: Vec<&str> = wanted.scopes.iter().map(String::as_str).collect();
    let claims = wanted.claims.as_deref();
    let asked = Asked { scopes: &scopes, claims };
    let now = app.now();
    let value =
        |secret: SecretRef<'_>| secrets::value(&vault.snapshot()?, contexts, secret.location);
    let tokens = match credential {
        Credential::RefreshTokens(held) => {
            let (tokens, redeemed) = redeem_one(app, &client, held, &asked, &value)?;
            check_home(wanted, redeemed, &tokens)?;
            return Ok((tokens, redeemed));
        }
        Credential::ClientSecrets(held) => return show_one(&client, held, &asked, &value, now),
        Credential::Certificates(held) => {
            let own = certificate::choose(&held, contexts, wanted, &value)?;
            own.sign_in(&client, certificate::chain(contexts, wanted), &scopes, claims, now)
        }
        Credential::Assertion(held) => {
            let assertion = assertion::living(app, contexts, wanted, value(held)?)?;
            federated_token::sign_in(&client, &assertion, &scopes, claims, now)
        }
        Credential::ManagedIdentity(identity) => {
            return Ok((managed(app, &identity, wanted)?, None));
        }
    };
    Ok((tokens.map_err(online::failed)?, None))
}

/// What a token is asked for.
struct Asked<'a> {
    scopes: &'a [&'a str],
    claims: Option<&'a str>,
}

/// Redeems the first refresh token that the service takes.
fn redeem_one<'a>(
    app: &App,
    client: &Client<'_>,
    held: Vec<SecretRef<'a>>,
    asked: &Asked<'_>,
    value: &dyn Fn(SecretRef<'_>) -> Result<Secret, Failure>,
) -> Result<(Tokens, Option<SecretRef<'a>>), Failure> {
    use azvault_signin::Error::{CredentialExpired, CredentialWrong, InteractionNeeded};
    let mut first = None;
    for held in held {
        let id = held.description.client_id.as_deref().unwrap_or(AZURE_POWERSHELL);
        let client = Client::with_id(client.http, client.authority, id);
        let value = value(held)?;
        match refresh::redeem(&client, &value, asked.scopes, asked.claims, app.now()) {
            Ok(tokens) => return Ok((tokens, Some(held))),
            Err(e @ (CredentialExpired(_) | CredentialWrong(_) | InteractionNeeded(_))) => {
                first.get_or_insert(e);
            }
            Err(e) => return Err(online::failed(e)),
        }
    }
    Err(first.map_or_else(crate::contexts::none_active, online::failed))
}

/// Refuses tokens of somebody else: a refresh token whose file named its user alone can be that of
/// another account of the same name.
fn check_home(
    wanted: &TokenRequest,
    redeemed: Option<SecretRef<'_>>,
    tokens: &Tokens,
) -> Result<(), Failure> {
    let (Some(own), Some(came)) = (&wanted.home_account_id, &tokens.home_account_id) else {
        return Ok(());
    };
    let named = redeemed.and_then(|held| held.description.home_account_id.as_ref());
    if named.is_some_and(|named| HomeAccountId(named) == HomeAccountId(own))
        || HomeAccountId(own) == HomeAccountId(came)
    {
        return Ok(());
    }
    let account = quoted(&wanted.account);
    let what = format!("what is stored for {account} signs in another account of that name");
    Err(Failure::new(Kind::SignInNeeded, what).hint("azvault connect"))
}

/// Signs in with the first secret that the service takes.
fn show_one<'a>(
    client: &Client<'_>,
    held: Vec<SecretRef<'a>>,
    asked: &Asked<'_>,
    value: &dyn Fn(SecretRef<'_>) -> Result<Secret, Failure>,
    now: i64,
) -> Result<(Tokens, Option<SecretRef<'a>>), Failure> {
    use azvault_signin::Error::{CredentialExpired, CredentialWrong};
    let mut first = None;
    for held in held {
        let value = value(held)?;
        match client_secret::sign_in(client, &value, asked.scopes, asked.claims, now) {
            Ok(tokens) => return Ok((tokens, None)),
            Err(e @ (CredentialExpired(_) | CredentialWrong(_))) => {
                first.get_or_insert(e);
            }
            Err(e) => return Err(online::failed(e)),
        }
    }
    Err(first.map_or_else(crate::contexts::none_active, online::failed))
}

fn managed(
    app: &App,
    identity: &ManagedIdentity,
    wanted: &TokenRequest,
) -> Result<Tokens, Failure> {
    let (http, endpoint) = online::machine(app)?;
    let identity = connect::identity(identity);
    let tokens =
        managed_identity::sign_in(&http, &endpoint, &identity, wanted.resource(), app.now());
    tokens.map_err(online::failed)
}

/// What is stored of a reply: the access token, and the refresh token if it came.
fn new_secrets(
    wanted: &TokenRequest,
    tokens: Tokens,
    redeemed: Option<SecretRef<'_>>,
) -> Vec<HeldSecret> {
    let before = redeemed.map(|held| held.description);
    // A file can have the user's name in the place of the home account.
    let named = before.and_then(|about| about.home_account_id.clone());
    let named = named.filter(|home| AccountId(home) != AccountId(&wanted.account));
    let of = |kind| SecretDescription {
        account: Some(wanted.account.as_str().into()),
        client_id: before.and_then(|about| about.client_id.clone()),
        environment: Some(wanted.environment.as_str().into()),
        home_account_id: wanted
            .home_account_id
            .clone()
            .or_else(|| named.as_ref().map(|text| text.to_string()))
            .or_else(|| tokens.home_account_id.clone())
            .map(Into::into),
        account_kind: wanted.kind(),
        ..SecretDescription::of(kind)
    };
    let access = SecretDescription {
        tenant: Some(wanted.tenant.as_str().into()),
        target: Some(wanted.scopes.join(" ").into()),
        claims: wanted.claims.as_deref().map(Into::into),
        expires_on: Some(tokens.expires_on),
        ..of(SecretKind::AccessToken)
    };
    let refresh = SecretDescription {
        family_id: tokens
            .family_id
            .clone()
            .or_else(|| before.and_then(|b| b.family_id.clone()).map(|text| text.to_string()))
            .map(Into::into),
        ..of(SecretKind::RefreshToken)
    };
    let mut new = vec![HeldSecret { description: access, value: tokens.access_token }];
    if let Some(value) = tokens.refresh_token.filter(|_| redeemed.is_some()) {
        new.push(HeldSecret { description: refresh, value });
    }
    new
}
