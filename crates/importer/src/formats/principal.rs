//! A service principal in a file of its own: `{client, secret, tenant}` in the spellings of many
//! tools. It becomes an account with its secret, and a context where the file names a subscription.
//!
//! `az ad sp create-for-rbac` (azure-cli `role/custom.py` `create_service_principal_for_rbac`): plain
//! `{appId, displayName, password, tenant}`, with `--sdk-auth` `{clientId, clientSecret,
//! subscriptionId, tenantId, activeDirectoryEndpointUrl, …}`, with a certificate
//! `fileWithCertAndPrivateKey`. `aksServicePrincipal.json` of `az aks create` until 2022 and
//! `acsServicePrincipal.json` of `az acs create` (azure-cli `acs/custom.py` `store_acs_service_principal`):
//! `{SUBSCRIPTION: {service_principal, client_secret}}`.

use std::collections::BTreeMap;

use azvault_model::{
    Context, ContextAccount, ContextName, Kept, KnownAccountType, Secret, SecretDescription,
    SecretKind, Subscription, Tenant, Text,
};

use super::members::{cloud, text, word};
use super::msal_cache::is_guid;
use crate::Found;
use crate::found::{CertificatePointer, account};
use crate::json::{JsonError, Node, keep_by_place};
use crate::shape::Shape;

/// Spellings of the application's id.
pub(super) const CLIENT: &[&str] = &[
    "clientId",
    "client_id",
    "appId",
    "applicationId",
    "aadClientId",
    "servicePrincipalId",
    "servicePrincipalClientId",
    "service_principal",
    "AZURE_CLIENT_ID",
    "ARM_CLIENT_ID",
];

/// Spellings of its secret.
pub(super) const SECRET: &[&str] = &[
    "clientSecret",
    "client_secret",
    "password",
    "aadClientSecret",
    "servicePrincipalKey",
    "servicePrincipalSecret",
    "AZURE_CLIENT_SECRET",
    "ARM_CLIENT_SECRET",
];

/// Spellings of the path of its certificate.
pub(super) const CERTIFICATE: &[&str] = &[
    "clientCertificate",
    "fileWithCertAndPrivateKey",
    "certificatePath",
    "aadClientCertPath",
    "AZURE_CLIENT_CERTIFICATE_PATH",
    "ARM_CLIENT_CERTIFICATE_PATH",
];

/// Spellings of the tenant.
pub(super) const TENANT: &[&str] =
    &["tenantId", "tenant_id", "tenant", "AZURE_TENANT_ID", "ARM_TENANT_ID"];

const SUBSCRIPTION: &[&str] =
    &["subscriptionId", "subscription_id", "AZURE_SUBSCRIPTION_ID", "ARM_SUBSCRIPTION_ID"];

const CLOUD: &[&str] = &[
    "activeDirectoryEndpointUrl",
    "cloud_environment",
    "cloud",
    "environmentName",
    "AZURE_ENVIRONMENT",
    "ARM_ENVIRONMENT",
];

/// Who it is, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Principal {
    pub(super) client_id: Text,
    pub(super) tenant: Option<Text>,
    pub(super) environment: Option<Text>,
    pub(super) subscription: Option<Text>,
    pub(super) display_name: Option<Text>,
}

impl Principal {
    /// Adds its account, and a context if there is a subscription.
    pub(super) fn know(&self, found: &mut Found) {
        let kind = KnownAccountType::ServicePrincipal;
        let (id, environment) = (&self.client_id, self.environment.clone());
        let mut known = account(id, kind, environment.clone(), self.tenant.as_deref());
        if let Some(name) = &self.display_name {
            known.properties.insert("displayName".to_owned(), name.to_string());
        }
        found.know(known);
        let Some(subscription) = self.subscription.clone().filter(|id| !id.is_empty()) else {
            return;
        };
        found.add_context(Context {
            name: ContextName::new(format!("{subscription} - {id}")),
            account: Some(ContextAccount {
                id: id.as_str().into(),
                account_type: kind.into(),
                properties: BTreeMap::new(),
            }),
            tenant: self.tenant.clone().map(|id| Tenant { id, name: None }),
            subscription: Some(Subscription { id: subscription, name: None, state: None }),
            environment,
            version_profile: None,
            extended_properties: BTreeMap::new(),
            labels: Default::default(),
            kept: Kept::default(),
        });
    }

    /// Adds one of its credentials.
    pub(super) fn hold(&self, kind: SecretKind, value: Secret, found: &mut Found) {
        let description = SecretDescription {
            account: Some(self.client_id.clone()),
            tenant: self.tenant.clone(),
            client_id: Some(self.client_id.clone()),
            environment: self.environment.clone(),
            ..SecretDescription::of(kind)
        };
        found.hold(description, value);
    }

    /// Adds the path of a certificate, which is read beside.
    pub(super) fn point_to(&self, path: &str, found: &mut Found) {
        found.azcli.certificates.push(CertificatePointer {
            path: path.to_owned(),
            client_id: self.client_id.clone(),
            tenant: self.tenant.clone(),
        });
        self.hold(SecretKind::CertificatePath, Secret::copied_from(path.as_bytes()), found);
    }
}

/// Whether an object is one principal. A tenant is asked for: other services have applications with
/// secrets too.
pub(super) fn is_one(shape: &Shape) -> bool {
    shape.has_any(CLIENT)
        && shape.has_any(TENANT)
        && (shape.has_any(SECRET) || shape.has_any(CERTIFICATE))
}

/// Whether an object is a map of subscriptions to principals.
pub(super) fn is_by_subscription(shape: &Shape) -> bool {
    !shape.is_empty() && shape.names().all(is_guid) && shape.names().all(|id| shape.has_object(id))
}

/// Reads one principal, or each of an array.
pub(super) fn read(root: &Node<'_>, found: &mut Found) -> Result<(), JsonError> {
    let mut rest = Vec::new();
    let items = if root.is_array() { root.array()? } else { vec![root.clone()] };
    for item in &items {
        if let Err(error) = read_one(item, None, &mut rest, found) {
            found.warn(error.place, format!("this entry was not imported: {}", error.what));
        }
    }
    found.profile.kept = keep_by_place(&rest);
    Ok(())
}

/// Reads the principal of each subscription.
pub(super) fn read_by_subscription(root: &Node<'_>, found: &mut Found) -> Result<(), JsonError> {
    let mut rest = Vec::new();
    for (subscription, entry) in root.object()?.members() {
        if let Err(error) = read_one(entry, Some(subscription), &mut rest, found) {
            found.warn(error.place, format!("this entry was not imported: {}", error.what));
        }
    }
    found.profile.kept = keep_by_place(&rest);
    Ok(())
}

fn read_one<'a>(
    entry: &Node<'a>,
    subscription: Option<&str>,
    rest: &mut Vec<Node<'a>>,
    found: &mut Found,
) -> Result<(), JsonError> {
    let fields = entry.object()?;
    let known = [CLIENT, SECRET, CERTIFICATE, TENANT, SUBSCRIPTION, CLOUD, &["displayName"]];
    rest.extend(fields.except(&known.concat()).cloned());
    let Some(client_id) = word(&fields, CLIENT, found) else {
        return Err(entry.error("a secret without the id of its application"));
    };
    let principal = Principal {
        client_id,
        tenant: word(&fields, TENANT, found),
        environment: word(&fields, CLOUD, found).and_then(|written| cloud(&written)),
        subscription: word(&fields, SUBSCRIPTION, found).or(subscription.map(Into::into)),
        display_name: word(&fields, &["displayName"], found),
    };
    principal.know(found);
    if principal.tenant.is_none() {
        found.remark(entry.place(), "no tenant: `azvault connect` asks for it");
    }
    let mut credentials = 0;
    for name in SECRET {
        if let Some(secret) = text(&fields, &[name], found) {
            let value = Secret::copied_from(secret.as_bytes());
            principal.hold(SecretKind::ClientSecret, value, found);
            credentials += 1;
        }
    }
    for name in CERTIFICATE {
        if let Some(path) = word(&fields, &[name], found) {
            principal.point_to(&path, found);
            credentials += 1;
        }
    }
    match credentials {
        0 => Err(entry.error("it has neither secret nor certificate")),
        _ => Ok(()),
    }
}
