//! What to type so that an account signs in: in its cloud and its tenant, as what it is.

use azvault_model::EnvironmentName;
use azvault_model::KnownAccountType;

use super::token_request::TokenRequest;
use crate::connect::USUAL_CLOUD;
use crate::shell_word::shell_word;

/// The command, with what is known of the account; what only a person has is in capitals.
pub fn to_type(wanted: &TokenRequest) -> String {
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
    let is_usual = EnvironmentName(&wanted.environment) == EnvironmentName(USUAL_CLOUD);
    let cloud = format!(" --environment {}", shell_word(&wanted.environment));
    format!("azvault connect{how}{}", if is_usual { "" } else { &cloud })
}
