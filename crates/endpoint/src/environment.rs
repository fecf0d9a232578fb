//! What the environment of a child says of the endpoint.

use zeroize::Zeroizing;

use crate::protocol::{app_service, azurerm};
use crate::token_endpoint::TokenEndpoint;

/// What is known of the context that acts.
pub struct Facts<'a> {
    /// The tenant of the acting context.
    pub tenant: Option<&'a str>,
    /// Its subscription.
    pub subscription: Option<&'a str>,
    /// Its cloud by name; `AzureCloud` where it says none.
    pub environment: Option<&'a str>,
    /// `NO_PROXY` and `no_proxy` of the child, if any.
    pub no_proxy: &'a [&'a str],
}

impl TokenEndpoint {
    /// The variables for the child: keys to this endpoint, which die with it, and no token. The
    /// values go nowhere else.
    pub fn environment(&self, facts: &Facts<'_>) -> Vec<(&'static str, Zeroizing<String>)> {
        let at = format!("http://127.0.0.1:{}", self.port);
        let azurerm = [&at, "/", self.azurerm_path.as_str(), "/token"];
        let key = |text: &str| Zeroizing::new(text.to_owned());
        let mut variables = vec![
            ("IDENTITY_ENDPOINT", key(&format!("{at}{}", app_service::PATH))),
            ("IDENTITY_HEADER", key(self.identity_header.as_str())),
            // DefaultAzureCredential takes this one alone, and does not probe for IMDS.
            ("AZURE_TOKEN_CREDENTIALS", key("ManagedIdentityCredential")),
            ("AZD_AUTH_ENDPOINT", key(&at)),
            ("AZD_AUTH_KEY", key(self.azd_key.as_str())),
            ("ARM_USE_MSI", key("true")),
            ("ARM_MSI_ENDPOINT", Zeroizing::new(azurerm.concat())),
            ("ARM_MSI_API_VERSION", key(azurerm::API_VERSION)),
            ("ARM_USE_CLI", key("false")),
        ];
        if let Some(name) = azurerm_environment(facts.environment.unwrap_or("AzureCloud")) {
            variables.push(("ARM_ENVIRONMENT", key(name)));
        }
        for (names, value) in [
            (["ARM_TENANT_ID", "AZURE_TENANT_ID"], facts.tenant),
            (["ARM_SUBSCRIPTION_ID", "AZURE_SUBSCRIPTION_ID"], facts.subscription),
        ] {
            variables.extend(value.iter().flat_map(|value| names.map(|name| (name, key(value)))));
        }
        let direct = without_proxy(facts.no_proxy);
        variables.extend(["NO_PROXY", "no_proxy"].map(|name| (name, key(&direct))));
        variables
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
