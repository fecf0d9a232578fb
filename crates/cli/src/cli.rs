//! The command line: what is typed, as a tree. Its doc comments are the help.

use clap::Parser;

use crate::commands::Command;
use crate::options::Global;

/// Takes Azure sign-ins off the disk.
///
/// Azure PowerShell and Azure CLI leave refresh tokens, service principal secrets, tenant and
/// subscription ids unencrypted under ~/.Azure and ~/.azure. azvault moves them into one encrypted
/// file, provably complete and undoable.
#[derive(Parser)]
#[command(name = "azvault", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = "\
Start here:
  azvault scan       what lies unencrypted on this machine?
  azvault migrate    move it into a vault, step by step

Exit codes: 0 ok, 1 other error, 2 usage, 3 aborted, 4 sign-in needed or session gone, 5 not found,
6 locked or unlock failed, 7 refused by a rule, 8 integrity failure, 9 exists, 10 findings, 11 busy,
12 network or the sign-in service, 13 unsupported here, 14 needs a terminal; exec: those of its child, 126 and 127 as a shell.")]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use azvault_service::tokens::{TokenRequest, sign_in};

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
            let wanted = TokenRequest {
                context: "c".to_owned(),
                account: "me".to_owned(),
                home_account_id: None,
                identity: None,
                account_type: account_type.to_owned(),
                environment: environment.to_owned(),
                tenant: tenant.to_owned(),
                subscription: None,
                ..TokenRequest::default()
            };
            let typed = sign_in::to_type(&wanted);
            assert_eq!(typed, line);
            if !typed.contains('\'') {
                let words = typed.split(' ');
                assert!(super::Cli::try_parse_from(words).is_ok(), "{typed}");
            }
        }
    }
}
