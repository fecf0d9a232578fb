//! What people typed: histories of shells, files with variables (`.env`, `.envrc`, profiles of
//! shells), and logs that quote what was typed or sent.

mod words;

use std::borrow::Cow;

use words::{Word, words};

use super::kinds::{self, Kind};
use super::names::{Whose, judge};
use super::{hosts, values};
use crate::Found;

/// Programs whose options are Azure's.
const PROGRAMS: [&str; 14] = [
    "az",
    "azd",
    "azcopy",
    "func",
    "terraform",
    "tofu",
    "kubelogin",
    "m365",
    "pac",
    "databricks",
    "blobfuse",
    "blobfuse2",
    "sqlcmd",
    "pulumi",
];

/// Longest command of several lines.
const MAX_COMMAND: usize = 64 * 1024;

/// Names the lines of a history on which a secret was typed.
pub(crate) fn read_history(text: &str, found: &mut Found) {
    for (at, line) in commands(text) {
        if let Some(kind) = in_command(command(&line)) {
            kind.at(format!("line {}", at + 1), found);
        }
    }
}

/// Commands with the number of their first line: one that ends with a sign of continuation goes on
/// in the next.
fn commands(text: &str) -> impl Iterator<Item = (usize, Cow<'_, str>)> {
    let mut lines = text.lines().enumerate();
    std::iter::from_fn(move || {
        let (at, first) = lines.next()?;
        let mut line = Cow::Borrowed(first);
        while line.len() < MAX_COMMAND
            && let Some(rest) = line.trim_end().strip_suffix(['\\', '`'])
        {
            let rest = rest.trim_end_matches('\\').len();
            let Some((_, next)) = lines.next() else { break };
            let joined = line.to_mut();
            joined.truncate(rest);
            joined.push(' ');
            joined.push_str(next);
        }
        Some((at, line))
    })
}

/// Names the lines that set a variable to a secret, and commands that carry one.
pub(crate) fn read_variables(text: &str, found: &mut Found) {
    for (at, line) in commands(text) {
        let line = line.trim();
        if line.starts_with('#') {
            continue;
        }
        if let Some(kind) = in_command(line) {
            kind.at(format!("line {}", at + 1), found);
        }
    }
}

/// Names the lines of a log that quote a bearer token or a signed URL.
pub(crate) fn read_log(text: &str, found: &mut Found) {
    for (at, line) in text.lines().enumerate() {
        let kind =
            if has_bearer(line) { Some(&kinds::ACCESS_TOKEN) } else { values::by_shape(line) };
        if let Some(kind) = kind {
            kind.at(format!("line {}", at + 1), found);
        }
    }
}

/// `Authorization: Bearer eyJ...`, with quotes or without.
pub(super) fn has_bearer(line: &str) -> bool {
    line.match_indices("earer ").any(|(at, word)| {
        let token = line[at + word.len()..].trim_start_matches(['\'', '"', ' ']);
        let length = token
            .find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)))
            .unwrap_or(token.len());
        token.starts_with("eyJ") && length >= 40
    })
}

/// What a shell's history has beside the command: `: 1700000000:0;` of zsh, `- cmd: ` of fish.
fn command(line: &str) -> &str {
    if let Some((head, rest)) = line.split_once(';')
        && head
            .strip_prefix(": ")
            .is_some_and(|h| h.bytes().all(|b| b.is_ascii_digit() || b == b':'))
    {
        return rest;
    }
    line.strip_prefix("- cmd: ").unwrap_or(line)
}

/// The first secret of a command line.
fn in_command(line: &str) -> Option<&'static Kind> {
    // Most lines have neither: they cost a search and no memory.
    if !line.contains(['=', '-', '\'', '"', ':']) && line.split_whitespace().count() < 2 {
        return None;
    }
    if let Some(kind) = values::by_shape(line) {
        return Some(kind);
    }
    let words = words(line);
    assigned(&words)
        .or_else(|| secure_string(&words))
        .or_else(|| optioned(&words))
        .or_else(|| quoted(&words))
}

/// A command inside quotes: `bash -c 'az login …'`, `alias x="az login …"`.
fn quoted(typed: &[Word<'_>]) -> Option<&'static Kind> {
    let is_command = |word: &&Word<'_>| word.text.contains(char::is_whitespace);
    typed.iter().filter(is_command).find_map(|word| {
        let inner = words(word.text.split_once('=').map_or(&word.text, |(_, c)| c));
        let inner = if inner.len() > 1 { inner } else { words(&word.text) };
        optioned(&inner).or_else(|| assigned(&inner))
    })
}

/// `NAME=value`, `export NAME=value`, `set -gx NAME value`, `$env:NAME = 'value'`, `NAME: value`.
fn assigned(words: &[Word<'_>]) -> Option<&'static Kind> {
    for (at, word) in words.iter().enumerate() {
        let next = |step: usize| words.get(at + step).map_or("", |word| word.text.as_ref());
        let text = word.text.as_ref();
        let (name, value) = if let Some((name, value)) = text.split_once('=') {
            match (name, value) {
                ("", _) => continue,
                (name, "") => (name, next(1)),
                pair => pair,
            }
        } else if next(1) == "=" {
            (text, next(2))
        } else if let Some(name) = text.strip_suffix(':') {
            (name, next(1))
        } else if matches!(text, "set" | "setenv" | "setx" | "SETX") {
            let skipped = words[at + 1..].iter().take_while(|w| w.text.starts_with('-')).count();
            (next(1 + skipped), next(2 + skipped))
        } else if text == "SETUVAR" {
            // fish_variables: `SETUVAR --export NAME:value`.
            let skipped = words[at + 1..].iter().take_while(|w| w.text.starts_with('-')).count();
            next(1 + skipped).split_once(':').unwrap_or_default()
        } else {
            continue;
        };
        let name = ["$env:", "$Env:", "$env."]
            .iter()
            .find_map(|of_the_environment| name.strip_prefix(of_the_environment))
            .unwrap_or(name);
        // An option's value is judged with its command.
        if !name.starts_with('-')
            && let Some(kind) = judge(name, value, Whose::Unknown)
        {
            return Some(kind);
        }
    }
    None
}

/// `ConvertTo-SecureString 'literal' -AsPlainText`.
fn secure_string(words: &[Word<'_>]) -> Option<&'static Kind> {
    let at = words.iter().position(|word| {
        word.text.trim_start_matches(['(', '=']).eq_ignore_ascii_case("ConvertTo-SecureString")
    })?;
    let rest = &words[at + 1..];
    let plain = rest.iter().any(|word| {
        let name = word.text.trim_end_matches(')').to_ascii_lowercase();
        name.len() > 3 && "-asplaintext".starts_with(&name)
    });
    let literal = rest
        .iter()
        .any(|word| !word.text.starts_with(['-', '$', '(']) && values::is_literal(&word.text));
    (plain && literal).then_some(&kinds::TYPED_SECRET)
}

/// Options of Azure's programs and cmdlets, and of `docker login` at a registry of Azure.
fn optioned(words: &[Word<'_>]) -> Option<&'static Kind> {
    let is = |wanted: &str| words.iter().any(|word| word.text == wanted);
    let registry = words.iter().any(|word| hosts::is_registry(hosts::host_of(&word.text)));
    let of_azure = words.iter().any(|word| {
        let program = word.text.rsplit(['/', '\\']).next().unwrap_or_default();
        let program = program.trim_start_matches('(').trim_end_matches(".exe");
        PROGRAMS.contains(&program) || is_cmdlet(program)
    });
    let of_a_registry = registry && is("login");
    if !of_azure && !of_a_registry {
        return None;
    }
    words.iter().enumerate().find_map(|(at, word)| {
        if !word.text.starts_with('-') {
            return None;
        }
        let (option, value) = match word.text.split_once('=') {
            Some((option, value)) => (option, value),
            None => (word.text.as_ref(), words.get(at + 1)?.text.as_ref()),
        };
        match option {
            "-p" | "--password" | "-P" if is("login") && values::is_literal(value) => {
                Some(if registry {
                    &kinds::REGISTRY_PASSWORD
                } else if is("--service-principal") {
                    &kinds::CLIENT_SECRET
                } else {
                    &kinds::USER_PASSWORD
                })
            }
            "-p" | "-P" => None,
            "--value" if is("keyvault") && is("set") && values::is_literal(value) => {
                Some(&kinds::VAULT_SECRET)
            }
            // `-var client_secret=...`, `-backend-config=access_key=...`
            "-var" | "--var" | "-backend-config" | "--backend-config" => {
                let (name, value) = value.split_once('=')?;
                judge(name, value, Whose::Azure)
            }
            "--pat" if values::is_literal(value) => Some(&kinds::DEVOPS_PAT),
            _ if value.starts_with('-') => None,
            _ => judge(option, value, Whose::Azure),
        }
    })
}

/// `Verb-AzNoun` and `Verb-AzureRmNoun`, and Microsoft Graph's.
fn is_cmdlet(word: &str) -> bool {
    word.split_once('-').is_some_and(|(verb, noun)| {
        verb.len() > 2
            && verb.bytes().all(|byte| byte.is_ascii_alphabetic())
            && (noun.starts_with("Az") || noun.starts_with("Mg"))
            && noun
                .as_bytes()
                .get(2)
                .is_some_and(|b| b.is_ascii_uppercase() || noun.starts_with("Azure"))
    })
}

#[cfg(test)]
mod tests {
    use super::{has_bearer, in_command, read_history, read_log};
    use crate::reported::tests::places;

    #[test]
    fn a_line_counts_where_a_secret_was_typed_to_azure() {
        let secret = Some("client secret of a service principal");
        let password = Some("password");
        let storage = Some("access key of a storage account");
        let typed = Some("secret without encryption (SecureString of PowerShell)");
        let registry = Some("password of an Azure container registry");
        for (line, what) in [
            ("az login --service-principal -u a -p hunter2hunter2 --tenant b", secret),
            ("az login --service-principal -u a --password='hunter2 hunter2' --tenant b", secret),
            ("az login -u megan@contoso.example -p hunter2hunter2", password),
            ("az login --service-principal -u a -p \"$SECRET\" --tenant b", None),
            ("az login --service-principal -u a -p ~/sp.pem", secret),
            ("az login", None),
            ("export ARM_CLIENT_SECRET=hunter2hunter2", secret),
            ("export ARM_CLIENT_SECRET=\"$(pass show arm)\"", None),
            ("ARM_CLIENT_SECRET='hunter2hunter2' terraform plan", secret),
            ("set -gx AZURE_CLIENT_SECRET hunter2hunter2", secret),
            ("setx AZURE_CLIENT_SECRET hunter2hunter2", secret),
            ("$env:AZURE_CLIENT_SECRET = 'hunter2hunter2'", secret),
            ("$env:AZURE_CLIENT_SECRET='hunter2hunter2'", secret),
            ("  AZURE_CLIENT_SECRET: hunter2hunter2", secret),
            ("export GITHUB_TOKEN=ghp_notarealone", None),
            ("terraform plan -var client_secret=hunter2hunter2", secret),
            ("terraform init -backend-config='storage_account_key=hunter2hunter2'", storage),
            ("az storage blob list --account-name a --account-key MDEyMzQ1Njc4OQ==", storage),
            ("az storage account keys renew -n a --key secondary", None),
            (
                "az keyvault secret set --vault-name a -n b --value hunter2hunter2",
                Some("value of a Key Vault secret"),
            ),
            ("az sql server create --admin-password hunter2hunter2", password),
            ("azd auth login --client-id a --client-secret hunter2hunter2", secret),
            ("az ad app credential reset --id a", None),
            ("mysql -p hunter2hunter2", None),
            ("docker login a.azurecr.io -u a -p hunter2hunter2", registry),
            ("docker login -u a -p hunter2hunter2", None),
            (
                "New-AzStorageContext -StorageAccountName a -StorageAccountKey 'MDEyMzQ1Njc4OQ=='",
                storage,
            ),
            ("$s = ConvertTo-SecureString 'hunter2hunter2' -AsPlainText -Force", typed),
            ("$s = (ConvertTo-SecureString -String \"hunter2hunter2\" -AsPlain -Force)", typed),
            ("$s = ConvertTo-SecureString $x -AsPlainText -Force", None),
            ("ConvertTo-SecureString 'hunter2hunter2'", None),
            ("git clone https://megan:ghp_notarealone@github.com/a/b", None),
            ("$env.ARM_CLIENT_SECRET = 'hunter2hunter2'", secret),
            ("SETUVAR --export ARM_CLIENT_SECRET:hunter2hunter2", secret),
            ("alias x='az login --service-principal -u a -p hunter2hunter2 --tenant b'", secret),
            ("bash -c \"az login --service-principal -u a -p hunter2hunter2 --tenant b\"", secret),
            ("git commit -m 'az login -p is gone'", None),
            ("ls -la", None),
            ("", None),
        ] {
            assert_eq!(in_command(line).map(|kind| kind.what), what, "{line}");
        }
    }

    #[test]
    fn histories_of_every_shell_are_read() {
        let line = "az login --service-principal -u a -p hunter2hunter2 --tenant b";
        for text in [
            format!("{line}\n"),
            format!("#1700000000\n{line}\n"),
            format!(": 1700000000:0;{line}\n"),
            format!("- cmd: {line}\n  when: 1700000000\n"),
            format!(": 1700000000:0;{}\n", line.replace(" -u", " \\\\\n -u")),
            format!("{}\n", line.replace(" -u", " \\\n  -u")),
            format!("{}\n", line.replace(" -u", " `\n  -u")),
        ] {
            assert_eq!(places(read_history, &text).len(), 1, "{text}");
        }
    }

    #[test]
    fn a_log_is_read_for_bearers_and_signatures() {
        let token = "eyJ0eXAiOiJKV1QiLCJhbGciOiJub25lIn0.eyJhIjoxfQ.c2ln";
        for (line, is) in [
            (format!("authorization: Bearer {token}"), true),
            (format!("'Authorization': 'Bearer {token}'"), true),
            ("Authorization: Bearer eyJ...".to_owned(), false),
            ("Authorization: Bearer REDACTED".to_owned(), false),
            ("the bearer of the ring".to_owned(), false),
        ] {
            assert_eq!(has_bearer(&line), is, "{line}");
        }
        let log = "GET https://a.blob.core.windows.net/c?se=2030&sig=REDACTED&sv=2024\n";
        assert!(places(read_log, log).is_empty());
    }
}
