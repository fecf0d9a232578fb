//! Infrastructure as code: Terraform's state (hashicorp/terraform `internal/states/statefile`
//! version 4, `.terraform/terraform.tfstate` with the backend's settings), its code and variables
//! (HCL and JSON), stacks of Pulumi (pulumi/pulumi `sdk/go/common/workspace/project.go`,
//! `apitype/deployments.go`).

use super::ini::unquoted;
use super::kinds::{self, Kind};
use super::leaves::{self, Leaf, text_at};
use super::names::{Whose, judge};
use super::values;
use crate::Found;
use crate::json::JsonError;

/// Providers of Azure, as the names of resource types begin.
const PROVIDERS: [&str; 8] = [
    "azurerm_",
    "azuread_",
    "azapi_",
    "azuredevops_",
    "azurestack_",
    "azure-native:",
    "azuread:",
    "azure:",
];

/// Attributes of resources that are credentials whatever they end with.
const WHOLE: [(&str, &Kind); 6] = [
    ("kube_config_raw", &kinds::CLUSTER_CONFIG),
    ("kube_admin_config_raw", &kinds::CLUSTER_CONFIG),
    ("client_key", &kinds::CLUSTER_KEY),
    ("personal_access_token", &kinds::DEVOPS_PAT),
    ("primary_connection_string", &kinds::CONNECTION_STRING),
    ("secondary_connection_string", &kinds::CONNECTION_STRING),
];

/// Resources whose `value` or `password` is the secret that they made.
const MADE: [(&str, &Kind); 6] = [
    ("azuread_application_password", &kinds::CLIENT_SECRET),
    ("azuread_service_principal_password", &kinds::CLIENT_SECRET),
    ("azurerm_key_vault_secret", &kinds::VAULT_SECRET),
    ("azuread:index/applicationPassword", &kinds::CLIENT_SECRET),
    ("azuread:index/servicePrincipalPassword", &kinds::CLIENT_SECRET),
    ("azure-native:keyvault:Secret", &kinds::VAULT_SECRET),
];

/// What a key of a resource is, by a part of the resource's type.
const SERVICES: [(&str, &Kind); 5] = [
    ("storage", &kinds::STORAGE_KEY),
    ("cosmosdb", &kinds::COSMOS_KEY),
    ("redis", &kinds::CACHE_KEY),
    ("eventhub", &kinds::MESSAGING_KEY),
    ("servicebus", &kinds::MESSAGING_KEY),
];

/// Names what a state holds of Azure's resources.
pub(crate) fn read_state(text: &str, found: &mut Found) -> Result<(), JsonError> {
    let leaves = leaves::of_json(text)?;
    let azure = text.contains("\"azurerm_") || text.contains("\"azuread_");
    let kind_of = |at: &str| text_at(&leaves, &["resources", at, "type"]).unwrap_or_default();
    for leaf in &leaves {
        let path: Vec<&str> = leaf.path.iter().map(String::as_str).collect();
        let kind = match path[..] {
            ["backend", "config", name] => text_at(&leaves, &["backend", "type"])
                .is_some_and(|kind| kind == "azurerm")
                .then(|| backend(name, &leaf.value))
                .flatten(),
            ["resources", at, "instances", _, "attributes", ..] => attribute(kind_of(at), leaf),
            ["outputs", name, "value"] => {
                let sensitive = text_at(&leaves, &["outputs", name, "sensitive"]) == Some("true");
                values::by_shape(&leaf.value).or_else(|| {
                    (azure && sensitive && values::is_literal(&leaf.value))
                        .then_some(&kinds::STATE_OUTPUT)
                })
            }
            _ => None,
        };
        if let Some(kind) = kind {
            kind.at(leaf.place(), found);
        }
    }
    Ok(())
}

fn backend(name: &str, value: &str) -> Option<&'static Kind> {
    match name {
        "access_key" if values::is_literal(value) => Some(&kinds::STORAGE_KEY),
        "sas_token" if values::is_literal(value) => Some(&kinds::SAS),
        _ => judge(name, value, Whose::Azure),
    }
}

/// A leaf within the attributes of a resource of this type.
fn attribute(resource: &str, leaf: &Leaf) -> Option<&'static Kind> {
    if !PROVIDERS.iter().any(|provider| resource.starts_with(provider)) {
        return values::by_shape(&leaf.value);
    }
    let tag = leaf.path.iter().any(|name| name == "tags" || name == "keepers");
    if tag || !values::is_literal(&leaf.value) {
        return None;
    }
    let name = leaf.name();
    let made = MADE.iter().find(|(made, _)| resource.starts_with(made));
    if let Some((_, kind)) = made.filter(|_| matches!(name, "value" | "password")) {
        return Some(kind);
    }
    let whole = WHOLE.iter().find(|(whole, _)| name == *whole);
    let kind = whole.map(|(_, kind)| *kind).or_else(|| judge(name, &leaf.value, Whose::Azure))?;
    if kind != &kinds::SERVICE_KEY {
        return Some(kind);
    }
    let resource = resource.to_ascii_lowercase();
    let known = SERVICES.iter().find(|(part, _)| resource.contains(part));
    Some(known.map_or(kind, |(_, kind)| kind))
}

/// Names secrets that stand in code or variables. A file counts as Azure's if it says so: by a
/// provider or backend, or by a subscription or tenant beside.
pub(crate) fn read_code(text: &str, found: &mut Found) {
    let azure = [
        "\"azurerm\"",
        "\"azuread\"",
        "\"azapi\"",
        "subscription_id",
        "tenant_id",
        "azure_",
        "arm_",
    ];
    let whose =
        if azure.iter().any(|word| text.contains(word)) { Whose::Azure } else { Whose::Unknown };
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.starts_with('#') || line.starts_with("//") {
            continue;
        }
        let line = line.trim_start_matches('{').trim_end_matches(['}', ',']);
        let Some((name, value)) = line.split_once('=').or_else(|| line.split_once(": ")) else {
            continue;
        };
        let (name, value) = (unquoted(name.trim()), value.trim());
        // An expression is a reference.
        let value = unquoted(value.trim_end_matches(','));
        let literal = line.contains(['"', '\'']);
        let kind = if name == "access_key" && whose == Whose::Azure && values::is_literal(value) {
            Some(&kinds::STORAGE_KEY)
        } else {
            judge(name, value, whose)
        };
        if let Some(kind) = kind.filter(|_| literal) {
            kind.at(format!("line {}", at + 1), found);
        }
    }
}

/// Names plaintext settings of a stack: `secure:` ones are encrypted.
pub(crate) fn read_stack(text: &str, found: &mut Found) -> Result<(), JsonError> {
    for leaf in leaves::read(text)? {
        let [config, name, ..] = &leaf.path[..] else { continue };
        if config != "config" || leaf.name() == "secure" {
            continue;
        }
        let azure = PROVIDERS.iter().any(|provider| name.starts_with(provider));
        let whose = if azure { Whose::Azure } else { Whose::Unknown };
        let own = if leaf.path.len() == 2 {
            name.rsplit(':').next().unwrap_or_default()
        } else {
            leaf.name()
        };
        if let Some(kind) = judge(own, &leaf.value, whose) {
            kind.at(leaf.place(), found);
        }
    }
    Ok(())
}

/// Whether a YAML text is a stack of Pulumi.
pub(crate) fn is_stack(text: &str) -> bool {
    text.lines().any(|line| line.trim_end() == "config:")
        && PROVIDERS[5..].iter().any(|provider| text.contains(provider))
}

/// Names what a state holds of Azure's resources.
pub(crate) fn read_pulumi_state(text: &str, found: &mut Found) -> Result<(), JsonError> {
    let leaves = leaves::of_json(text)?;
    for leaf in &leaves {
        let at = leaf.path.iter().position(|name| name == "resources");
        let Some(at) = at.filter(|at| leaf.path.len() > at + 3) else { continue };
        let inside = matches!(leaf.path[at + 2].as_str(), "inputs" | "outputs");
        // A secret that Pulumi encrypted is an object with this mark and a ciphertext.
        if !inside || leaf.name() == "ciphertext" || leaf.name().starts_with("4dabf18193072939") {
            continue;
        }
        let mut path: Vec<&str> = leaf.path[..at + 2].iter().map(String::as_str).collect();
        path.push("type");
        let resource = text_at(&leaves, &path).unwrap_or_default();
        if let Some(kind) = attribute(resource, leaf) {
            kind.at(leaf.place(), found);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{is_stack, read_code, read_pulumi_state, read_stack, read_state};
    use crate::reported::tests::{places, whats};

    fn state(kind: &str, attributes: &str) -> String {
        format!(
            "{{\"version\":4,\"terraform_version\":\"1.11.4\",\"outputs\":{{}},\"resources\":[{{\"type\":\
             \"{kind}\",\"instances\":[{{\"attributes\":{{{attributes}}}}}]}}]}}"
        )
    }

    #[test]
    fn a_state_has_what_azure_gave_its_resources() {
        for (kind, attributes, wanted) in [
            (
                "azurerm_storage_account",
                "\"primary_access_key\":\"MDEyMzQ1Njc4OWFiY2RlZg==\"",
                vec!["access key of a storage account"],
            ),
            (
                "azurerm_storage_account",
                "\"name\":\"contosocontoso\",\"primary_access_key\":\"\"",
                vec![],
            ),
            (
                "azurerm_kubernetes_cluster",
                "\"kube_config_raw\":\"apiVersion: v1\"",
                vec!["kubeconfig of a cluster"],
            ),
            (
                "azuread_application_password",
                "\"value\":\"hunter2hunter2\"",
                vec!["client secret of a service principal"],
            ),
            (
                "azurerm_key_vault_secret",
                "\"value\":\"hunter2hunter2\"",
                vec!["value of a Key Vault secret"],
            ),
            (
                "azurerm_linux_virtual_machine",
                "\"admin_password\":\"hunter2hunter2\"",
                vec!["password"],
            ),
            (
                "azurerm_resource_group",
                "\"location\":\"westeurope\",\"tags\":{\"key\":\"monkey-1234567890\"}",
                vec![],
            ),
            ("aws_db_instance", "\"password\":\"hunter2hunter2\"", vec![]),
            ("random_password", "\"result\":\"hunter2hunter2\"", vec![]),
        ] {
            let text = state(kind, attributes);
            assert_eq!(whats(read_state, &text), wanted, "{text}");
        }
        let backend = "{\"version\":3,\"backend\":{\"type\":\"azurerm\",\"config\":{\"access_key\":\"0123456789\",\
                       \"key\":\"terraform.tfstate\",\"client_secret\":null}},\"lineage\":\"x\"}";
        assert_eq!(places(read_state, backend), ["/backend/config/access_key"]);
    }

    #[test]
    fn code_counts_where_it_is_azures_and_literal() {
        for (text, wanted) in [
            ("subscription_id = \"a\"\nclient_secret = \"hunter2hunter2\"\n", vec!["line 2"]),
            ("client_secret = \"hunter2hunter2\"\n", vec![]),
            ("azure_client_secret = \"hunter2hunter2\"\n", vec!["line 1"]),
            ("provider \"azurerm\" {\n  client_secret = var.client_secret\n}\n", vec![]),
            (
                "backend \"azurerm\" {\n  access_key = \"MDEyMzQ1Njc4OQ==\"\n  key = \"prod.terraform.tfstate\"\n}\n",
                vec!["line 2"],
            ),
            ("# client_secret = \"hunter2hunter2\"\nsubscription_id = \"a\"\n", vec![]),
            (
                "{\n  \"tenant_id\": \"a\",\n  \"client_secret\": \"hunter2hunter2\"\n}\n",
                vec!["line 3"],
            ),
            ("subscription_id = \"a\"\nadmin_password = \"${random_password.a.result}\"\n", vec![]),
            ("region = \"eu-west-1\"\ndb_password = \"hunter2hunter2\"\n", vec![]),
        ] {
            assert_eq!(places(read_code, text), wanted, "{text}");
        }
    }

    #[test]
    fn pulumi_encrypts_what_it_was_told_is_secret() {
        let text = "config:\n  azure-native:clientSecret: hunter2hunter2\n  azure-native:location: westeurope\n  \
                    azuread:clientSecret:\n    secure: AAABAJ0123456789\n  aws:secretKey: hunter2hunter2\n";
        assert!(is_stack(text));
        assert_eq!(places(read_stack, text), ["/config/azure-native:clientSecret"]);
        assert!(!is_stack("config:\n  aws:region: eu-west-1\n"));
        let state = "{\"version\":3,\"deployment\":{\"resources\":[{\"urn\":\"urn:pulumi:dev::a::b\",\"type\":\
                     \"azure-native:storage:StorageAccount\",\"outputs\":{\"primaryAccessKey\":\"MDEyMzQ1Njc4OWFiY2RlZg==\",\
                     \"clientSecret\":{\"4dabf18193072939515e22adb298388d\":\"1b47061264138c4ac30d75fd1eb44270\",\
                     \"ciphertext\":\"AAABAJ0123456789abcdef\"}}}]}}";
        assert_eq!(
            places(read_pulumi_state, state),
            ["/deployment/resources/0/outputs/primaryAccessKey"]
        );
    }
}
