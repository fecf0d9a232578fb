//! What to type so that an account signs in: in its cloud and its tenant, as what it is.

use azvault_model::KnownAccountType;

use super::Wanted;
use crate::connect::USUAL_CLOUD;
use crate::shell_word::shell_word;

/// The command, with what is known of the account; what only a person has is in capitals.
pub(super) fn to_type(wanted: &Wanted) -> String {
    let tenant = format!(" --tenant {}", shell_word(&wanted.tenant));
    let how = match wanted.known_type() {
        Some(KnownAccountType::ServicePrincipal) => format!(
            " --service-principal --application {} --secret-file FILE{tenant}",
            shell_word(&wanted.account)
        ),
        Some(KnownAccountType::ClientAssertion) => format!(
            " --service-principal --application {} --federated-token-file FILE{tenant}",
            shell_word(&wanted.account)
        ),
        Some(KnownAccountType::ManagedService) => " --identity".to_owned(),
        Some(KnownAccountType::AccessToken) => {
            format!(" --access-token-file FILE --account {}{tenant}", shell_word(&wanted.account))
        }
        Some(KnownAccountType::User) | None => tenant,
    };
    let is_usual = wanted.environment.eq_ignore_ascii_case(USUAL_CLOUD);
    let cloud = format!(" --environment {}", shell_word(&wanted.environment));
    format!("azvault connect{how}{}", if is_usual { "" } else { &cloud })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::{Wanted, to_type};

    #[test]
    fn each_line_can_be_typed_and_names_cloud_and_tenant() {
        for (account_type, environment, tenant, line) in [
            ("User", "AzureCloud", "contoso.example", "azvault connect --tenant contoso.example"),
            ("User", "azurecloud", "t", "azvault connect --tenant t"),
            (
                "User",
                "AzureUSGovernment",
                "t",
                "azvault connect --tenant t --environment AzureUSGovernment",
            ),
            ("User", "my cloud", "t", "azvault connect --tenant t --environment 'my cloud'"),
            (
                "ServicePrincipal",
                "AzureCloud",
                "t",
                "azvault connect --service-principal --application me --secret-file FILE --tenant t",
            ),
            (
                "ClientAssertion",
                "AzureChinaCloud",
                "t",
                "azvault connect --service-principal --application me --federated-token-file FILE \
                 --tenant t --environment AzureChinaCloud",
            ),
            ("ManagedService", "AzureCloud", "t", "azvault connect --identity"),
            (
                "AccessToken",
                "AzureCloud",
                "t",
                "azvault connect --access-token-file FILE --account me --tenant t",
            ),
            ("User", "AzureCloud", "it's", r"azvault connect --tenant 'it'\''s'"),
        ] {
            let wanted = Wanted {
                context: "c".to_owned(),
                account: "me".to_owned(),
                home_account_id: None,
                identity: None,
                account_type: account_type.to_owned(),
                environment: environment.to_owned(),
                tenant: tenant.to_owned(),
                subscription: None,
                scopes: Vec::new(),
            };
            let typed = to_type(&wanted);
            assert_eq!(typed, line);
            if !typed.contains('\'') {
                let words = typed.split(' ');
                assert!(crate::cli::Cli::try_parse_from(words).is_ok(), "{typed}");
            }
        }
    }
}
