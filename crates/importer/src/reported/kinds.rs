//! What a credential of another tool is, and what ends it.
//!
//! Removing a file revokes nothing, so every kind says where its product takes the credential
//! back: one command, one address, or one sentence, so that it can be pasted. What stands in
//! capitals is for the person to fill in.

use crate::Found;
use crate::found::Reported;

/// One kind of credential.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) what: &'static str,
    pub(super) revoke: &'static str,
}

impl Kind {
    /// Names a credential of this kind that stands at `place`. Its value is not kept: nothing is
    /// done with it here.
    pub(super) fn at(&self, place: impl Into<String>, found: &mut Found) {
        let (what, revoke) = (self.what, self.revoke);
        found.report(Reported { place: place.into(), what, revoke, value: None });
    }

    /// As [`Kind::at`], in a file that is imported for what else it says.
    pub(super) fn beside(&self, place: impl Into<String>, found: &mut Found) {
        let (what, revoke) = (self.what, self.revoke);
        let place = place.into();
        found.warn(place.clone(), format!("{what}: not imported"));
        found.report_beside(Reported { place, what, revoke, value: None });
    }
}

const fn kind(what: &'static str, revoke: &'static str) -> Kind {
    Kind { what, revoke }
}

/// Every kind that a reader reports.
#[cfg(test)]
pub(super) static ALL: [&Kind; 31] = [
    &CLIENT_SECRET,
    &CERTIFICATE_PASSWORD,
    &USER_PASSWORD,
    &REFRESH_TOKEN,
    &ACCESS_TOKEN,
    &DEVOPS_PAT,
    &DEVOPS_SESSION_TOKEN,
    &GITHUB_TOKEN,
    &REGISTRY_TOKEN,
    &REGISTRY_PASSWORD,
    &CLUSTER_KEY,
    &CLUSTER_TOKEN,
    &CLUSTER_PASSWORD,
    &CLUSTER_CONFIG,
    &DATABRICKS_TOKEN,
    &DATABRICKS_SIGN_IN,
    &STORAGE_KEY,
    &SAS,
    &COSMOS_KEY,
    &MESSAGING_KEY,
    &DEVICE_KEY,
    &APP_CONFIGURATION_KEY,
    &DATABASE_PASSWORD,
    &CACHE_KEY,
    &SERVICE_KEY,
    &CONNECTION_STRING,
    &PUBLISHING_PASSWORD,
    &VAULT_SECRET,
    &TYPED_SECRET,
    &STATE_OUTPUT,
    &MANAGEMENT_CERTIFICATE,
];

pub(super) static CLIENT_SECRET: Kind = kind(
    "client secret of a service principal",
    "az ad app credential delete --id CLIENT_ID --key-id KEY_ID",
);
pub(super) static CERTIFICATE_PASSWORD: Kind = kind(
    "password of a service principal's certificate",
    "az ad app credential delete --cert --id CLIENT_ID --key-id KEY_ID",
);
pub(super) static USER_PASSWORD: Kind = kind(
    "password",
    "change the password; of a Microsoft Entra user: https://mysignins.microsoft.com/security-info",
);
pub(super) static REFRESH_TOKEN: Kind = kind(
    "refresh token of a Microsoft Entra user",
    "az rest --method post --url https://graph.microsoft.com/v1.0/me/revokeSignInSessions",
);
pub(super) static ACCESS_TOKEN: Kind = kind(
    "access token of Microsoft Entra",
    "it cannot be revoked and ends within 24 hours: remove it, and end the sign-in that it came \
     from",
);
pub(super) static DEVOPS_PAT: Kind = kind(
    "personal access token of Azure DevOps",
    "https://dev.azure.com/ORGANIZATION/_usersSettings/tokens",
);
pub(super) static DEVOPS_SESSION_TOKEN: Kind = kind(
    "session token of an Azure Artifacts feed",
    "https://dev.azure.com/ORGANIZATION/_usersSettings/tokens",
);
pub(super) static GITHUB_TOKEN: Kind =
    kind("GitHub token that Azure CLI cached", "https://github.com/settings/applications");
pub(super) static REGISTRY_TOKEN: Kind = kind(
    "token of an Azure container registry",
    "it cannot be revoked and ends within 3 hours; docker logout REGISTRY removes it",
);
pub(super) static REGISTRY_PASSWORD: Kind = kind(
    "password of an Azure container registry",
    "az acr credential renew --name REGISTRY --password-name password",
);
pub(super) static CLUSTER_KEY: Kind = kind(
    "client key of a cluster's certificate",
    "az aks rotate-certs --resource-group GROUP --name CLUSTER",
);
pub(super) static CLUSTER_TOKEN: Kind =
    kind("token of a cluster", "az aks rotate-certs --resource-group GROUP --name CLUSTER");
pub(super) static CLUSTER_PASSWORD: Kind = kind(
    "password of a cluster's user",
    "az aks rotate-certs --resource-group GROUP --name CLUSTER",
);
pub(super) static CLUSTER_CONFIG: Kind =
    kind("kubeconfig of a cluster", "az aks rotate-certs --resource-group GROUP --name CLUSTER");
pub(super) static DATABRICKS_TOKEN: Kind =
    kind("personal access token of Azure Databricks", "databricks tokens delete TOKEN_ID");
pub(super) static DATABRICKS_SIGN_IN: Kind = kind(
    "OAuth token of Azure Databricks",
    "an administrator revokes the user's sessions in the Databricks account console; databricks \
     auth logout removes it",
);
pub(super) static STORAGE_KEY: Kind = kind(
    "access key of a storage account",
    "az storage account keys renew --resource-group GROUP --account-name ACCOUNT --key primary",
);
pub(super) static SAS: Kind = kind(
    "shared access signature",
    "az storage account keys renew --resource-group GROUP --account-name ACCOUNT --key primary",
);
pub(super) static COSMOS_KEY: Kind = kind(
    "key of a Cosmos DB account",
    "az cosmosdb keys regenerate --resource-group GROUP --name ACCOUNT --key-kind primary",
);
pub(super) static MESSAGING_KEY: Kind = kind(
    "shared access key of a Service Bus or Event Hubs namespace",
    "az servicebus namespace authorization-rule keys renew --resource-group GROUP --namespace-name \
     NAMESPACE --name RULE --key PrimaryKey",
);
pub(super) static DEVICE_KEY: Kind = kind(
    "shared access key of an IoT hub",
    "az iot hub policy renew-key --hub-name HUB --name POLICY --renew-key primary",
);
pub(super) static APP_CONFIGURATION_KEY: Kind = kind(
    "access key of an App Configuration store",
    "az appconfig credential regenerate --name STORE --id KEY_ID",
);
pub(super) static DATABASE_PASSWORD: Kind =
    kind("password of an Azure database", "change the password of the user in the database");
pub(super) static CACHE_KEY: Kind = kind(
    "access key of an Azure cache for Redis",
    "az redis regenerate-keys --resource-group GROUP --name CACHE --key-type Primary",
);
pub(super) static SERVICE_KEY: Kind =
    kind("key of an Azure service", "Azure portal: the resource, Keys, Regenerate");
pub(super) static CONNECTION_STRING: Kind = kind(
    "connection string of an Azure service",
    "Azure portal: the resource, Access keys, Rotate key",
);
pub(super) static PUBLISHING_PASSWORD: Kind =
    kind("publishing password of an App Service", "Azure portal: the app, Reset publish profile");
pub(super) static VAULT_SECRET: Kind = kind(
    "value of a Key Vault secret",
    "renew what the secret opens, then az keyvault secret set --vault-name VAULT --name NAME",
);
pub(super) static TYPED_SECRET: Kind =
    kind("secret without encryption (SecureString of PowerShell)", "revoke it where it is used");
pub(super) static STATE_OUTPUT: Kind = kind(
    "sensitive output of an infrastructure with Azure resources",
    "renew what it opens, and move the state to a backend that encrypts it",
);
pub(super) static MANAGEMENT_CERTIFICATE: Kind = kind(
    "management certificate of Azure Service Management, by its thumbprint",
    "Azure portal: the subscription, Management certificates",
);

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn every_kind_says_what_it_is_and_what_ends_it() {
        for kind in ALL {
            assert!(!kind.what.ends_with('.') && kind.what.len() < 72, "{}", kind.what);
            let words = ["az ", "https://", "change ", "renew ", "regenerate ", "revoke"];
            let says = words.iter().any(|word| kind.revoke.contains(word))
                || kind.revoke.contains("databricks ")
                || kind.revoke.contains("Azure portal");
            assert!(says, "{}", kind.revoke);
        }
        // A command is nothing but a command.
        for kind in ALL.iter().filter(|kind| kind.revoke.starts_with("az ")) {
            assert!(!kind.revoke.contains([';', '(', ':']) || kind.revoke.contains("https://"));
        }
        let mut whats: Vec<_> = ALL.iter().map(|kind| kind.what).collect();
        whats.sort_unstable();
        whats.dedup();
        assert_eq!(whats.len(), ALL.len());
    }
}
