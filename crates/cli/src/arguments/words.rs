//! Words that people try who come from other tools: Azure CLI's verbs, Azure PowerShell's cmdlets, and
//! what shells, kubectl and gh call the same thing. Each is answered with the command to type.

use std::ffi::OsString;

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// What is said elsewhere for a command of azvault.
const WORDS: [(&[&str], &str); 21] = [
    (&["login", "signin", "sign-in"], "azvault connect"),
    (&["logout", "signout", "sign-out"], "azvault disconnect"),
    (&["ls", "list", "contexts"], "azvault context list"),
    (&["rm", "remove", "delete"], "azvault context remove NAME"),
    (&["who", "current"], "azvault status"),
    (&["show", "get"], "azvault context show"),
    (&["switch", "select", "ctx", "set-context"], "azvault use NAME"),
    (&["set"], "azvault context set --subscription NAME"),
    (&["rename", "mv"], "azvault context rename OLD NEW"),
    (&["save", "export"], "azvault context save FILE"),
    (&["import"], "azvault migrate"),
    (&["undo", "restore", "rollback"], "azvault migrate rollback"),
    (&["clean"], "azvault migrate clean"),
    (&["get-token", "get-access-token", "access-token"], "azvault token"),
    (&["run", "env"], "azvault exec NAME -- COMMAND"),
    (&["sub", "subs", "subscriptions", "tenant", "tenants"], "azvault subscription list"),
    (&["log", "logs", "history"], "azvault audit log"),
    (&["secrets"], "azvault secret list"),
    (&["revoke"], "azvault secret list --wide"),
    (&["passwd", "password", "passphrase"], "azvault key add passphrase"),
    (&["version"], "azvault --version"),
];

/// Verbs of `az account` and of our own groups that have another name here.
const BELOW: [(&str, &[&str], &str); 17] = [
    ("account", &["list"], "azvault context list"),
    ("account", &["show"], "azvault status"),
    ("account", &["set"], "azvault use NAME"),
    ("account", &["get-access-token"], "azvault token"),
    ("account", &["clear"], "azvault context clear"),
    ("account", &["tenant", "list-locations", "subscription"], "azvault subscription list"),
    ("account", &[], "azvault status"),
    ("context", &["use", "switch"], "azvault context select NAME"),
    ("context", &["current", "get", "view"], "azvault context show"),
    ("context", &["new", "add", "create"], "azvault context set --subscription NAME"),
    ("secret", &["get", "view", "reveal"], "azvault secret show ID"),
    ("secret", &["rm", "remove", "delete"], "azvault disconnect"),
    ("migrate", &["undo", "restore"], "azvault migrate rollback"),
    ("autosave", &["on"], "azvault autosave enable"),
    ("autosave", &["off"], "azvault autosave disable"),
    ("session", &["stop", "exit"], "azvault session end"),
    ("subscription", &["set", "select", "use"], "azvault use NAME"),
];

/// Cmdlets of Azure PowerShell; those of AzureRM are called alike.
const CMDLETS: [(&str, &str); 22] = [
    ("connect-azaccount", "azvault connect"),
    ("login-azaccount", "azvault connect"),
    ("add-azaccount", "azvault connect"),
    ("disconnect-azaccount", "azvault disconnect"),
    ("logout-azaccount", "azvault disconnect"),
    ("remove-azaccount", "azvault disconnect"),
    ("get-azcontext", "azvault context show"),
    ("select-azcontext", "azvault context select NAME"),
    ("set-azcontext", "azvault context set --subscription NAME"),
    ("rename-azcontext", "azvault context rename OLD NEW"),
    ("remove-azcontext", "azvault context remove NAME"),
    ("clear-azcontext", "azvault context clear"),
    ("save-azcontext", "azvault context save FILE"),
    ("import-azcontext", "azvault context import FILE"),
    ("get-azsubscription", "azvault subscription list"),
    ("select-azsubscription", "azvault context set --subscription NAME"),
    ("set-azsubscription", "azvault context set --subscription NAME"),
    ("get-aztenant", "azvault subscription list"),
    ("get-azaccesstoken", "azvault token"),
    ("enable-azcontextautosave", "azvault autosave enable"),
    ("disable-azcontextautosave", "azvault autosave disable"),
    ("get-azcontextautosavesetting", "azvault autosave show"),
];

/// The error of a line that is none, with the command to type where a word of it is known.
pub(super) fn instead(error: Error, line: &[OsString]) -> Error {
    let words: Vec<&str> = line.iter().skip(1).filter_map(|word| word.to_str()).collect();
    let told = match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let word = cited(&error, ContextKind::InvalidSubcommand);
            word.and_then(|word| {
                let command = to_type(&words, &word)?;
                Some((format!("azvault has no command '{word}'"), command))
            })
        }
        ErrorKind::UnknownArgument => {
            cited(&error, ContextKind::InvalidArg).and_then(|word| behind_exec(&words, &word))
        }
        _ => None,
    };
    match told {
        Some((what, command)) => Error::raw(error.kind(), format!("{what}\ntry: {command}\n")),
        None => error,
    }
}

fn cited(error: &Error, what: ContextKind) -> Option<String> {
    match error.get(what)? {
        ContextValue::String(word) => Some(word.clone()),
        _ => None,
    }
}

/// What to type in place of a word among these.
fn to_type(words: &[&str], word: &str) -> Option<String> {
    let at = words.iter().position(|own| *own == word)?;
    let wanted = word.to_lowercase();
    let cmdlet = wanted.replace("-azurerm", "-az");
    if let Some((_, command)) = CMDLETS.iter().find(|(name, _)| *name == cmdlet) {
        let lists = words.iter().any(|word| word.eq_ignore_ascii_case("-ListAvailable"));
        let command = if lists { "azvault context list" } else { command };
        return Some(command.to_owned());
    }
    let is_option = |word: &&&str| word.starts_with('-');
    let (before, behind) = (&words[..at], words[at + 1..].iter().find(|word| !is_option(word)));
    let fits = |group: &str, verbs: &[&str]| match wanted == group {
        true => verbs.is_empty() || behind.is_some_and(|verb| verbs.contains(verb)),
        false => before.contains(&group) && verbs.contains(&&*wanted),
    };
    let below = BELOW.iter().find(|(group, verbs, _)| fits(group, verbs));
    let is_below = before.iter().any(|word| BELOW.iter().any(|(group, ..)| group == word));
    let own = WORDS.iter().filter(|_| !is_below).find(|(names, _)| names.contains(&&*wanted));
    let command = below.map(|(_, _, command)| *command).or(own.map(|(_, command)| *command))?;
    Some(command.to_owned())
}

/// `azvault exec NAME COMMAND`, which lacks the mark before the command.
fn behind_exec(words: &[&str], word: &str) -> Option<(String, String)> {
    let exec = words.iter().position(|own| *own == "exec")?;
    let at = exec + words[exec..].iter().position(|own| *own == word)?;
    let line: Vec<&str> = [&words[..at], &["--"], &words[at..]].concat();
    let line: Vec<String> = line.into_iter().map(azvault_service::shell_word::shell_word).collect();
    let what = format!("'{word}' is no option of exec: -- stands before the command");
    Some((what, format!("azvault {}", line.join(" "))))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use clap::{CommandFactory, Parser};

    use super::{BELOW, CMDLETS, WORDS, instead};
    use crate::cli::Cli;

    fn answer(line: &str) -> String {
        let line: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let error = Cli::command().try_get_matches_from(&line).err().unwrap();
        instead(error, &line).to_string()
    }

    #[test]
    fn a_word_of_another_tool_is_answered_with_the_command() {
        for (line, command) in [
            ("azvault login", "azvault connect"),
            ("azvault -o json ls", "azvault context list"),
            ("azvault account list", "azvault context list"),
            ("azvault account set -s x", "azvault use NAME"),
            ("azvault account get-access-token", "azvault token"),
            ("azvault account", "azvault status"),
            ("azvault Get-AzContext", "azvault context show"),
            ("azvault Get-AzContext -ListAvailable", "azvault context list"),
            ("azvault Select-AzureRmContext x", "azvault context select NAME"),
            ("azvault context use x", "azvault context select NAME"),
            ("azvault migrate undo", "azvault migrate rollback"),
            ("azvault autosave on", "azvault autosave enable"),
            ("azvault exec ci ls -l", "azvault exec ci -- ls -l"),
        ] {
            let said = answer(line);
            assert!(said.ends_with(&format!("\ntry: {command}\n")), "{line}: {said}");
        }
        for line in ["azvault frobnicate", "azvault status --nonsense", "azvault context login"] {
            assert!(!answer(line).contains("try: azvault"), "{line}");
        }
    }

    #[test]
    fn each_command_that_is_proposed_can_be_typed_and_no_word_is_a_command() {
        let commands = WORDS.iter().map(|row| row.1).chain(BELOW.iter().map(|row| row.2));
        for command in commands.chain(CMDLETS.iter().map(|row| row.1)) {
            let line = command.replace(" ID", " 0123456789abcdef");
            match Cli::try_parse_from(line.split(' ')) {
                Ok(_) => {}
                Err(error) => assert!(!error.use_stderr(), "{command}: {error}"),
            }
        }
        for word in WORDS.iter().flat_map(|row| row.0) {
            assert!(Cli::command().find_subcommand(word).is_none(), "{word}");
        }
    }
}
