//! What is advised for each credential of the vault, the worst first, with the commands for it.

use azvault_model::rules::harden::{Step, Stored, step};
use azvault_model::{SecretDescription, SecretKind};

use crate::shell_word::shell_word;
use crate::verbs::ListedSecret;

/// A credential, with what is done about it.
pub struct Advised {
    pub secret: ListedSecret,
    pub step: Step,
    /// Why, in a line.
    pub because: &'static str,
    /// To be typed in this order. What only a person knows is in capitals.
    pub commands: Vec<String>,
}

/// Those that a copy gives away, the worst first, then those of which a copy is worth nothing.
pub fn advise(secrets: Vec<ListedSecret>, now: i64) -> Vec<Advised> {
    let steps: Vec<Option<Step>> = secrets
        .iter()
        .map(|secret| {
            let (about, created) = (&secret.description, secret.created);
            let radius = secret.blast_radius.as_ref()?;
            let all = secrets.iter().map(|other| &other.description);
            step(Stored { about, created, radius }, all, now)
        })
        .collect();
    let advised = secrets.into_iter().zip(steps).filter_map(|(secret, step)| {
        let step = step?;
        let commands = commands(&secret.description, step);
        Some(Advised { because: because(&secret.description, step), secret, step, commands })
    });
    let mut advised: Vec<Advised> = advised.collect();
    advised.sort_by_cached_key(|one| one.secret.blast_radius.as_ref().map(|own| own.order()));
    advised
}

fn because(about: &SecretDescription, step: Step) -> &'static str {
    match (step, about.kind) {
        (Step::KeyOnToken, _) => "a key on a token takes its place, which cannot be copied",
        (Step::RemoveReplaced, _) => "a key on a token has taken its place, and it still signs in",
        (Step::SignOut, _) => "nothing has used it for 90 days: sign out, unless it is needed",
        (Step::SharedKeysOff, _) => {
            "programs can sign in with Entra, and the account then takes its keys no more"
        }
        (Step::Done, _) => "the key is on a token, and cannot be copied",
        (Step::None, SecretKind::ClientAssertion) => {
            "it ends by itself, and is renewed from its file"
        }
        (Step::None, SecretKind::UnknownCredential) => {
            "azvault does not know its kind: ask what issued it"
        }
        (Step::None, _) => "nothing takes its place",
    }
}

fn commands(about: &SecretDescription, step: Step) -> Vec<String> {
    let word = |text: Option<&str>, unknown: &str| text.map_or(unknown.to_owned(), shell_word);
    let account = word(about.account.as_deref(), "ID");
    match step {
        Step::KeyOnToken => {
            let tenant = word(about.tenant.as_deref(), "TENANT");
            let name = about.account.as_deref().unwrap_or("azvault");
            let key = shell_word(&format!("pkcs11:token=LABEL;object={}", in_uri(name)));
            let mut commands = vec![format!(
                "azvault key create-principal {key} --subject CN={account} --pkcs11-module PATH > FILE"
            )];
            if about.kind == SecretKind::ClientSecret {
                commands.push(format!("azvault harden {account} --key {key} --pkcs11-module PATH"));
                return commands;
            }
            commands.extend([
                format!("az ad app credential reset --id {account} --cert @FILE --append"),
                format!(
                    "azvault connect --service-principal --application {account} --tenant {tenant} \
                     --key {key} --pkcs11-module PATH"
                ),
            ]);
            commands
        }
        Step::RemoveReplaced if about.kind == SecretKind::ClientSecret => {
            vec![format!("azvault harden {account}")]
        }
        Step::RemoveReplaced => vec![
            format!("az ad app credential list --id {account} --cert"),
            format!("az ad app credential delete --id {account} --cert --key-id KEYID"),
        ],
        Step::SignOut => vec![format!("azvault disconnect --account {account}")],
        Step::SharedKeysOff => vec![
            "az storage account update --name NAME --resource-group GROUP --allow-shared-key-access false"
                .to_owned(),
        ],
        Step::None | Step::Done => Vec::new(),
    }
}

/// What a URI says as it is (RFC 7512); anything else by its bytes.
fn in_uri(text: &str) -> String {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    text.bytes()
        .map(|byte| match is_plain(&byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect()
}
