//! What the environment of a child says of the endpoint: one row a variable.

use zeroize::Zeroizing;

use crate::protocol::{app_service, azurerm, msi};
use crate::token_endpoint::TokenEndpoint;

/// What is known of the context that acts.
pub struct Facts<'a> {
    /// The tenant of the acting context.
    pub tenant: Option<&'a str>,
    /// Its subscription.
    pub subscription: Option<&'a str>,
    /// Its cloud by name; `AzureCloud` where it says none.
    pub environment: Option<&'a str>,
    /// The folder that `az_config` describes.
    pub az_folder: Option<&'a str>,
    /// `NO_PROXY` and `no_proxy` of the child, if any.
    pub no_proxy: &'a [&'a str],
}

/// A variable that `exec` and `shell` set.
#[derive(Clone, Copy, Debug)]
pub struct ToolVariable {
    /// Its name.
    pub name: &'static str,
    /// What it says.
    pub value: ToolValue,
    /// The tool that reads it, the best known where several do, and the releases where it matters.
    pub tool: &'static str,
    /// What happens without it, or with another value.
    pub why: &'static str,
}

/// What a variable says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToolValue {
    /// The same for every command.
    Fixed(&'static str),
    /// The address of the endpoint.
    Address,
    /// The address that App Service's protocol is spoken at.
    IdentityEndpoint,
    /// The key of that protocol.
    IdentityHeader,
    /// The address that its forerunner is spoken at, with a key in its path.
    MsiEndpoint,
    /// The key of that one.
    MsiSecret,
    /// The key of azd.
    AzdKey,
    /// The address for azurerm, with a key in its path.
    ArmMsiEndpoint,
    /// A folder of az for this command.
    AzFolder,
    /// The acting context's tenant.
    Tenant,
    /// Its subscription.
    Subscription,
    /// The name of its cloud in azurerm.
    ArmEnvironment,
    /// The hosts that were there, and this machine.
    NoProxy,
}

macro_rules! rows {
    ($($name:literal = $value:expr, $tool:literal, $why:literal;)+) => {
        &[$(ToolVariable { name: $name, value: $value, tool: $tool, why: $why }),+]
    };
}

use ToolValue as V;

/// All of them, in the order of docs/environment.md. None says a token: they are keys to an endpoint
/// that ends with the command, and what the acting context is.
pub const TOOL_VARIABLES: &[ToolVariable] = rows! {
    "IDENTITY_ENDPOINT" = V::IdentityEndpoint, "azure-identity, MSAL, az from 2.75",
        "tokens come from the machine's managed identity, or from nowhere";
    "IDENTITY_HEADER" = V::IdentityHeader, "azure-identity, MSAL, az from 2.75",
        "the endpoint refuses the request";
    // ManagedIdentityCredential is refused by the releases of May to August 2025: azure-identity
    // 1.23 for Python, 4.10 for JavaScript, 1.14 for .NET, azidentity 1.10.
    "AZURE_TOKEN_CREDENTIALS" = V::Fixed("prod"), "DefaultAzureCredential",
        "it would try developer tools' sign-ins too, and an Azure VM's identity";
    // get_msi_token of msrestazure, which az has up to 2.74, and CloudShellCredential.
    "MSI_ENDPOINT" = V::MsiEndpoint, "az before 2.75, msrestazure, go-autorest",
        "they ask 169.254.169.254, and fail after a minute";
    "MSI_SECRET" = V::MsiSecret, "azure-identity before 2021",
        "they take MSI_ENDPOINT for Cloud Shell's, which cannot name an identity";
    "AZURE_CONFIG_DIR" = V::AzFolder, "az", "the sign-ins of ~/.azure are used";
    "AzContextAutoSave" = V::Fixed("false"), "Azure PowerShell from Az 1",
        "contexts that it makes of this endpoint are written to ~/.Azure";
    "AZURE_MSI_ENDPOINT" = V::IdentityEndpoint, "deltalake, object_store",
        "with storage_options they ask 169.254.169.254";
    "AZD_AUTH_ENDPOINT" = V::Address, "azd", "it asks for `azd auth login`";
    "AZD_AUTH_KEY" = V::AzdKey, "azd", "the endpoint refuses the request";
    "ARM_USE_MSI" = V::Fixed("true"), "Terraform: azurerm, azuread, azapi",
        "they ask for a service principal";
    "ARM_MSI_ENDPOINT" = V::ArmMsiEndpoint, "Terraform: azurerm, azuread",
        "they ask 169.254.169.254";
    "ARM_MSI_API_VERSION" = V::Fixed(azurerm::API_VERSION), "Terraform: azurerm, azuread",
        "another version's answer would be parsed";
    "ARM_USE_CLI" = V::Fixed("false"), "Terraform: azurerm, azuread, azapi",
        "the sign-in of az comes first";
    "ARM_ENVIRONMENT" = V::ArmEnvironment, "Terraform: azurerm, azuread",
        "the public cloud is taken";
    "ARM_TENANT_ID" = V::Tenant, "Terraform: azurerm, azuread, azapi",
        "azurerm refuses a managed identity without one";
    "ARM_SUBSCRIPTION_ID" = V::Subscription, "Terraform: azurerm, azapi",
        "azurerm 4 refuses to plan";
    "AZURE_TENANT_ID" = V::Tenant, "programs that read it, azd", "they ask for it";
    "AZURE_SUBSCRIPTION_ID" = V::Subscription, "programs that read it, Ansible, azd",
        "Ansible takes the first subscription that it sees";
    // `auto`, its default, takes AZURE_SUBSCRIPTION_ID for the first half of a service principal.
    "ANSIBLE_AZURE_AUTH_SOURCE" = V::Fixed("msi"), "Ansible: azure.azcollection",
        "a client id and a secret are missed";
    "AZCOPY_AUTO_LOGIN_TYPE" = V::Fixed("MSI"), "azcopy", "it asks for `azcopy login`";
    "NO_PROXY" = V::NoProxy, "all", "a proxy is asked for the endpoint, and sees its key";
    "no_proxy" = V::NoProxy, "all", "a proxy is asked for the endpoint, and sees its key";
};

/// Those of them by which a tool finds an endpoint, and nothing more.
const IN_PLACE: [&str; 4] = ["IDENTITY_ENDPOINT", "IDENTITY_HEADER", "MSI_ENDPOINT", "MSI_SECRET"];

/// Says where the endpoint of a shell is, for azvault itself: it is no identity of the machine.
pub const OWN_ENDPOINT: &str = "AZVAULT_ENDPOINT";

impl TokenEndpoint {
    /// The variables for the child: keys to this endpoint, which die with it, and no token. The
    /// values go nowhere else. What the acting context does not say has no variable.
    pub fn environment(&self, facts: &Facts<'_>) -> Vec<(&'static str, Zeroizing<String>)> {
        let said = |row: &ToolVariable| Some((row.name, self.value(row.value, facts)?));
        TOOL_VARIABLES.iter().filter_map(said).collect()
    }

    /// The variables for a shell whose tools act as they did before: those by which a tool that names an
    /// account reaches the endpoint, and one by which azvault knows that it is its own.
    pub fn environment_in_place(
        &self,
        no_proxy: Option<&[&str]>,
    ) -> Vec<(&'static str, Zeroizing<String>)> {
        let facts = Facts {
            tenant: None,
            subscription: None,
            environment: None,
            az_folder: None,
            no_proxy: no_proxy.unwrap_or_default(),
        };
        let rows = TOOL_VARIABLES.iter().filter(|row| match row.name {
            "NO_PROXY" | "no_proxy" => no_proxy.is_some(),
            name => IN_PLACE.contains(&name),
        });
        let said = |row: &ToolVariable| Some((row.name, self.value(row.value, &facts)?));
        let own = self.value(V::Address, &facts).map(|own| (OWN_ENDPOINT, own));
        rows.filter_map(said).chain(own).collect()
    }

    fn value(&self, value: ToolValue, facts: &Facts<'_>) -> Option<Zeroizing<String>> {
        let at = format!("http://127.0.0.1:{}", self.port);
        let key = |text: &str| Some(Zeroizing::new(text.to_owned()));
        let joined = |parts: [&str; 3]| Some(Zeroizing::new(parts.concat()));
        match value {
            V::Fixed(text) => key(text),
            V::Address => key(&at),
            V::IdentityEndpoint => joined([&at, app_service::PATH, ""]),
            V::IdentityHeader => key(self.identity_header.as_str()),
            V::MsiEndpoint => joined([&at, "/", &msi::path(self.msi_path.as_str())]),
            V::MsiSecret => key(self.msi_secret.as_str()),
            V::AzdKey => key(self.azd_key.as_str()),
            V::ArmMsiEndpoint => joined([&at, "/", &azurerm::path(self.azurerm_path.as_str())]),
            V::AzFolder => key(facts.az_folder?),
            V::Tenant => key(facts.tenant?),
            V::Subscription => key(facts.subscription?),
            V::ArmEnvironment => {
                key(azurerm_environment(facts.environment.unwrap_or("AzureCloud"))?)
            }
            V::NoProxy => key(&without_proxy(facts.no_proxy)),
        }
    }
}

/// Names of the clouds in azurerm (`environments` of go-azure-sdk); others have none there.
fn azurerm_environment(name: &str) -> Option<&'static str> {
    let is = |other: &str| name.eq_ignore_ascii_case(other);
    [("AzureCloud", "public"), ("AzureUSGovernment", "usgovernment"), ("AzureChinaCloud", "china")]
        .into_iter()
        .find_map(|(cloud, own)| is(cloud).then_some(own))
}

/// Whether an `IDENTITY_ENDPOINT` beside this `AZD_AUTH_ENDPOINT` is of azvault: what it gives is of the
/// context that acts, and no identity of the machine.
pub fn is_token_endpoint(identity_endpoint: &str, azd_auth_endpoint: &str) -> bool {
    identity_endpoint.strip_prefix(azd_auth_endpoint) == Some(app_service::PATH)
}

/// A proxy in the environment takes requests for http://127.0.0.1 as well, and their keys.
fn without_proxy(present: &[&str]) -> String {
    let mut hosts: Vec<&str> = Vec::new();
    let present = present.iter().flat_map(|list| list.split(',')).map(str::trim);
    for host in present.chain(["127.0.0.1", "localhost"]).filter(|host| !host.is_empty()) {
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    if hosts.contains(&"*") { String::from("*") } else { hosts.join(",") }
}

#[cfg(test)]
mod tests {
    use super::{azurerm_environment, is_token_endpoint, without_proxy};

    #[test]
    fn a_token_endpoint_is_told_from_an_identity_endpoint_of_the_machine() {
        let at = "http://127.0.0.1:4000";
        assert!(is_token_endpoint("http://127.0.0.1:4000/msi/token", at));
        for (endpoint, beside) in [
            ("http://127.0.0.1:4000/msi/token", ""),
            ("http://127.0.0.1:4001/msi/token", at),
            ("http://127.0.0.1:4000/other", at),
        ] {
            assert!(!is_token_endpoint(endpoint, beside), "{endpoint} {beside}");
        }
    }

    #[test]
    fn a_proxy_is_never_asked_for_the_endpoint() {
        for (present, expected) in [
            (&[][..], "127.0.0.1,localhost"),
            (&["a.example, localhost"], "a.example,localhost,127.0.0.1"),
            (&["a", "a,b"], "a,b,127.0.0.1,localhost"),
            (&["*"], "*"),
        ] {
            assert_eq!(without_proxy(present), expected);
        }
    }

    #[test]
    fn clouds_have_names_of_their_own_in_azurerm() {
        for (cloud, expected) in [
            ("AzureCloud", Some("public")),
            ("azureusgovernment", Some("usgovernment")),
            ("AzureChinaCloud", Some("china")),
            ("Stack", None),
        ] {
            assert_eq!(azurerm_environment(cloud), expected);
        }
    }
}
