//! The commands that take a secret's power away, for a POSIX shell in which az, or what is typed in its
//! place, is signed in to the secret's tenant. `docs/rules.md` names the pages that they are from.

use crate::{SecretDescription, SecretKind, TenantId, cloud_of_authority};

/// The tenant of personal Microsoft accounts, of which no administrator can end sessions.
const PERSONAL: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// Of a key that no copy of the vault has.
const ON_TOKEN: &str = "the key is on a token and cannot be copied: there is nothing to revoke while you have the token; \
                        without it, remove its certificate from the application";

/// The commands, and what else to know.
pub(super) fn commands(
    id: &str,
    about: &SecretDescription,
    az: &str,
) -> (Vec<String>, Option<&'static str>) {
    let (commands, remark) = match (about.kind, about.account.as_deref()) {
        // They end by themselves; what bought them is to be revoked.
        (SecretKind::AccessToken | SecretKind::SshCertificate | SecretKind::IdToken, _) => {
            return (Vec::new(), None);
        }
        (SecretKind::StorageConnectionString, _) => {
            (of_storage(id, about, az), "the account's name is in the secret, which these read")
        }
        (SecretKind::ManagedIdentitySecret, _) => {
            (Vec::new(), "restart what the identity belongs to: it gets another secret")
        }
        (SecretKind::TeamMembership, _) => {
            (Vec::new(), "have an admin of the team remove this device: azvault team remove NAME")
        }
        (SecretKind::UnknownCredential, _) => {
            (Vec::new(), "azvault does not know its kind: revoke it with the tool that issued it")
        }
        (SecretKind::Pkcs11Key, _) => (Vec::new(), ON_TOKEN),
        (_, None) => (Vec::new(), "no file named its account: see azvault secret show"),
        (SecretKind::ClientSecret, Some(account)) => {
            (of_application(account, "", az), "removes every password of the application")
        }
        (
            SecretKind::Certificate | SecretKind::CertificatePath | SecretKind::CertificatePassword,
            Some(account),
        ) => {
            (of_application(account, " --cert", az), "removes every certificate of the application")
        }
        (SecretKind::ClientAssertion, Some(account)) => {
            (of_federation(account, az), "removes every federated credential of the application")
        }
        (SecretKind::RefreshToken, _) if is_personal(about) => {
            (Vec::new(), "a personal account: sign out everywhere at account.microsoft.com")
        }
        (SecretKind::RefreshToken, Some(account)) => {
            let remark = "ends every session of the user; access tokens live on for an hour or so";
            (vec![of_user(account, about, az)], remark)
        }
    };
    (commands, Some(remark))
}

/// A credential may be on the application or on its service principal: which one, only Entra knows.
fn of_application(account: &str, kind: &str, az: &str) -> Vec<String> {
    let of = quoted(account);
    let command = |object: &str| {
        format!(
            "{az} ad {object} credential list --id {of}{kind} --query '[].keyId' --output tsv \
             | xargs -n 1 {az} ad {object} credential delete --id {of}{kind} --key-id"
        )
    };
    vec![command("app"), command("sp")]
}

fn of_federation(account: &str, az: &str) -> Vec<String> {
    let of = quoted(account);
    vec![format!(
        "{az} ad app federated-credential list --id {of} --query '[].id' --output tsv \
         | xargs -n 1 {az} ad app federated-credential delete --id {of} --federated-credential-id"
    )]
}

/// By object id where it is known: names change.
fn of_user(account: &str, about: &SecretDescription, az: &str) -> String {
    let home = about.home_account_id.as_deref().and_then(|id| id.split_once('.'));
    let user = home.map_or(account, |(object, _)| object);
    let url = format!("{}/v1.0/users/{}/revokeSignInSessions", graph(about), in_url(user));
    format!("{az} rest --method post --url {}", quoted(&url))
}

fn of_storage(id: &str, about: &SecretDescription, az: &str) -> Vec<String> {
    let place = about.target.as_deref().map(|target| format!(" --subscription {}", quoted(target)));
    let place = place.unwrap_or_default();
    let name = format!("azvault secret show {} --reveal --output table | tr ';' '\\n'", quoted(id));
    let command = |key: &str| {
        format!(
            "{name} | sed -n 's/^AccountName=//p' \
             | xargs -I NAME {az} storage account keys renew{place} --account-name NAME --key {key}"
        )
    };
    vec![command("primary"), command("secondary")]
}

fn is_personal(about: &SecretDescription) -> bool {
    let home = about.home_account_id.as_deref().and_then(|id| id.split_once('.'));
    home.is_some_and(|(_, tenant)| TenantId(tenant) == TenantId(PERSONAL))
}

/// Microsoft Graph of the cloud, as azure-cli-core cloud.py has it.
fn graph(about: &SecretDescription) -> &'static str {
    let named = about.environment.as_deref().unwrap_or("AzureCloud");
    match cloud_of_authority(named).unwrap_or(named) {
        "AzureChinaCloud" => "https://microsoftgraph.chinacloudapi.cn",
        "AzureUSGovernment" => "https://graph.microsoft.us",
        "AzureBleuCloud" => "https://graph.svc.sovcloud.fr",
        _ => "https://graph.microsoft.com",
    }
}

/// A segment of a URL: `#` of a guest's name would begin a fragment.
fn in_url(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'@' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// One word of a POSIX shell, whatever the text holds.
fn quoted(text: &str) -> String {
    let is_plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':' | '@' | '%');
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}
