//! Files that hold the tokens of one sign-in as the service returned them: those of go-autorest
//! (`autorest/adal/token.go` `Token`, written by kubelogin until 0.1, Packer and docker-machine),
//! `dockerAccessToken.json` of Docker's Azure login (compose-cli `aci/login/login.go`) and
//! `azure-secret.json` of the Maven plugins (azure-maven-plugins `AzureCredential.java`, adal4j).
//!
//! None names its user. The access token does; where it says nothing, the file's name has the tenant,
//! and the application before it (kubelogin: `ENVIRONMENT-SERVER-CLIENT-TENANT.json`).

use azvault_model::{KnownAccountType, Secret, SecretDescription, SecretKind, Text};
use zeroize::Zeroizing;

use super::claims::Claims;
use super::members::{cloud, keep_unknown, object, text, word};
use super::msal_cache::is_guid;
use crate::found::account;
use crate::json::{JsonError, Node, Object};
use crate::shape::Shape;
use crate::{Found, Reading};

/// Azure CLI's application, with which Docker signed in.
const AZURE_CLI: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

/// What a file says beside its tokens.
#[derive(Default)]
struct Said {
    tenant: Option<Text>,
    client_id: Option<Text>,
    user: Option<Text>,
    environment: Option<Text>,
    resource: Option<Text>,
    expires_on: Option<i64>,
    everywhere: Option<bool>,
}

/// The tokens of one sign-in.
struct Tokens {
    access: Option<Zeroizing<String>>,
    refresh: Option<Zeroizing<String>>,
    id: Option<Zeroizing<String>>,
}

impl Tokens {
    fn read(fields: &Object<'_>, names: [&str; 3], found: &mut Found) -> Self {
        let [access, refresh, id] = names.map(|name| text(fields, &[name], found));
        Self { access, refresh, id }
    }

    fn hold(self, said: Said, found: &mut Found) {
        let claims = self.access.as_deref().map(|token| Claims::of(token)).unwrap_or_default();
        let id_claims = self.id.as_deref().map(|token| Claims::of(token)).unwrap_or_default();
        let tenant = said.tenant.or(claims.tenant.clone()).or(id_claims.tenant.clone());
        let client_id = said.client_id.or(claims.client_id.clone());
        let user = said.user.map(|user| (user, KnownAccountType::User));
        let owner = user
            .or_else(|| claims.owner())
            .or_else(|| id_claims.is_of_a_user().then(|| id_claims.owner()).flatten());
        let issuer = claims.issuer.as_deref().or(id_claims.issuer.as_deref()).and_then(cloud);
        let environment = said.environment.or(issuer.filter(|cloud| !cloud.contains('.')));
        if let Some((id, kind)) = &owner {
            let of = tenant.as_deref().filter(|tenant| is_guid(tenant));
            found.know(account(id, *kind, environment.clone(), of));
        } else if self.access.is_some() || self.refresh.is_some() {
            found.warn("", "nothing in it says whose tokens these are: no context can use them");
        }
        let about = SecretDescription {
            account: owner.map(|(id, _)| id),
            tenant,
            client_id,
            environment,
            target: said.resource.or(claims.audience),
            dated: said.expires_on.or(claims.expires_on),
            ..SecretDescription::of(SecretKind::AccessToken)
        };
        let hold = |kind, value: Zeroizing<String>, found: &mut Found| {
            let tenant = match kind {
                // One for every resource and tenant of its user is for none of them.
                SecretKind::RefreshToken if said.everywhere == Some(true) => None,
                _ => about.tenant.clone(),
            };
            let expires_on = match kind {
                SecretKind::AccessToken => said.expires_on.or(claims.expires_on),
                _ => None,
            };
            let target = about.target.clone().filter(|_| kind != SecretKind::IdToken);
            let description =
                SecretDescription { kind, tenant, expires_on, target, ..about.clone() };
            found.hold(description, Secret::copied_from(value.as_bytes()));
        };
        for (kind, value) in [
            (SecretKind::RefreshToken, self.refresh),
            (SecretKind::AccessToken, self.access),
            (SecretKind::IdToken, self.id),
        ] {
            if let Some(value) = value {
                hold(kind, value, found);
            }
        }
    }
}

/// Whether it is a token of go-autorest.
pub(super) fn is_autorest(shape: &Shape) -> bool {
    shape.has_all(&["access_token", "expires_on", "resource"])
}

/// Reads a token of go-autorest.
pub(super) fn read_autorest(
    root: &Node<'_>,
    reading: &Reading<'_>,
    found: &mut Found,
) -> Result<(), JsonError> {
    let fields = root.object()?;
    let tokens = Tokens::read(&fields, ["access_token", "refresh_token", "id_token"], found);
    let ids = ids_in(reading.file_name);
    let (client_id, tenant) = match &ids[..] {
        [.., client_id, tenant] => (Some(client_id.clone()), Some(tenant.clone())),
        [tenant] => (None, Some(tenant.clone())),
        [] => (None, None),
    };
    let known_cloud = reading.file_name.split('-').next().and_then(cloud);
    let said = Said {
        tenant: tenant.map(Into::into),
        client_id: client_id.map(Into::into),
        environment: known_cloud.filter(|name| name.starts_with("Azure") && ids.len() > 1),
        resource: word(&fields, &["resource"], found),
        expires_on: seconds(&fields, "expires_on", found),
        ..Said::default()
    };
    let known = [
        "access_token",
        "refresh_token",
        "id_token",
        "resource",
        "expires_on",
        "expires_in",
        "not_before",
        "token_type",
    ];
    let rest: Vec<_> = fields.except(&known).cloned().collect();
    keep_unknown(&rest, found);
    tokens.hold(said, found);
    Ok(())
}

/// Whether it is Docker's token.
pub(super) fn is_docker(shape: &Shape) -> bool {
    shape.has_object("oauthToken") && shape.has("tenantId")
}

/// Reads Docker's token.
pub(super) fn read_docker(root: &Node<'_>, found: &mut Found) -> Result<(), JsonError> {
    let fields = root.object()?;
    let Some(token) = object(&fields, "oauthToken", found) else { return Ok(()) };
    let tokens = Tokens::read(&token, ["access_token", "refresh_token", "id_token"], found);
    let written = word(&fields, &["cloudEnvironment"], found);
    let ends = word(&token, &["expiry"], found);
    let said = Said {
        tenant: word(&fields, &["tenantId"], found),
        client_id: Some(AZURE_CLI.into()),
        environment: written.and_then(|name| cloud(&name)),
        expires_on: ends
            .and_then(|date| date.parse::<jiff::Timestamp>().ok())
            .map(jiff::Timestamp::as_second),
        ..Said::default()
    };
    let mut rest: Vec<_> =
        fields.except(&["oauthToken", "tenantId", "cloudEnvironment"]).cloned().collect();
    let known = ["access_token", "refresh_token", "id_token", "expiry", "token_type"];
    rest.extend(token.except(&known).cloned());
    keep_unknown(&rest, found);
    tokens.hold(said, found);
    Ok(())
}

/// Whether it is the sign-in of the Maven plugins.
pub(super) fn is_maven(shape: &Shape) -> bool {
    shape.has_all(&["accessToken", "refreshToken"])
        && shape.has_any(&["userInfo", "isMultipleResourceRefreshToken", "accessTokenType"])
}

/// Reads the sign-in of the Maven plugins.
pub(super) fn read_maven(root: &Node<'_>, found: &mut Found) -> Result<(), JsonError> {
    let fields = root.object()?;
    let tokens = Tokens::read(&fields, ["accessToken", "refreshToken", "idToken"], found);
    let user = object(&fields, "userInfo", found);
    let written = word(&fields, &["environment"], found);
    let everywhere = fields.get_some("isMultipleResourceRefreshToken")?.map(Node::truth);
    let said = Said {
        tenant: user.as_ref().and_then(|user| word(user, &["tenantId"], found)),
        user: user.as_ref().and_then(|user| word(user, &["displayableId"], found)),
        environment: written.and_then(|name| cloud(&name)),
        everywhere: everywhere.and_then(Result::ok),
        ..Said::default()
    };
    let known = [
        "accessToken",
        "refreshToken",
        "idToken",
        "userInfo",
        "environment",
        "isMultipleResourceRefreshToken",
        "accessTokenType",
        "defaultSubscription",
    ];
    let rest: Vec<_> = fields.except(&known).cloned().collect();
    keep_unknown(&rest, found);
    tokens.hold(said, found);
    Ok(())
}

/// A time in Unix seconds, written as a number or a text.
fn seconds(fields: &Object<'_>, name: &str, found: &mut Found) -> Option<i64> {
    match fields.get_some(name).and_then(|node| node.map(Node::integer).transpose()) {
        Ok(time) => time,
        Err(error) => {
            found.warn(error.place, "not a time in Unix seconds: left out");
            None
        }
    }
}

/// The ids in a name, in their order.
fn ids_in(file_name: &str) -> Vec<String> {
    let (mut ids, mut at) = (Vec::new(), 0);
    while at < file_name.len() {
        match file_name.get(at..at + 36).filter(|part| is_guid(part)) {
            Some(id) => {
                ids.push(id.to_owned());
                at += 36;
            }
            None => at += 1,
        }
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::ids_in;

    #[test]
    fn the_name_of_a_file_has_the_tenant_last() {
        let (client, tenant) =
            ("80faf920-1908-4b52-b5ef-a8e7bedfc67a", "72f988bf-86f1-41af-91ab-2d7cd011db47");
        let kubelogin = format!("AzurePublicCloud-{client}-{client}-{tenant}.json");
        for (name, wanted) in [
            (kubelogin.as_str(), &[client, client, tenant][..]),
            (&format!("oauth-{tenant}.json"), &[tenant]),
            (&format!("{tenant}.json"), &[tenant]),
            ("token.json", &[]),
            ("ümläut-80faf920.json", &[]),
            ("", &[]),
        ] {
            assert_eq!(ids_in(name), wanted, "{name}");
        }
    }
}
