//! Git: `~/.git-credentials` (git `builtin/credential-store.c`, a URL a line), `~/.gitconfig` and
//! `.git/config` (git `config.c`), `~/.netrc`, which curl and with it Git reads (curl `lib/netrc.c`).

use data_encoding::BASE64;
use zeroize::Zeroizing;

use super::ini::settings;
use super::kinds::{self, Kind};
use super::{hosts, values};
use crate::Found;

/// Whether a text is nothing but URLs with a user.
pub(crate) fn is_credentials(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty()).peekable();
    lines.peek().is_some()
        && lines.all(|line| {
            line.split_once("://").is_some_and(|(scheme, rest)| {
                scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) && rest.contains('@')
            })
        })
}

/// Whether a text is a configuration of Git that can hold a credential. `[core]` alone is no sign:
/// Azure CLI's settings have it too.
pub(crate) fn is_config(text: &str) -> bool {
    ["[remote \"", "[url \"", "[http \""].iter().any(|section| text.contains(section))
}

/// Names the credentials for Azure's hosts.
pub(crate) fn read_credentials(text: &str, found: &mut Found) {
    for (at, line) in text.lines().enumerate() {
        // In this file a user alone is no credential, and a password is always one.
        if let Some(kind) = values::by_shape(line) {
            kind.at(format!("line {}", at + 1), found);
        }
    }
}

/// Names URLs with a password, and headers, for Azure's hosts.
pub(crate) fn read_config(text: &str, found: &mut Found) {
    // `[url "https://PAT@dev.azure.com/"]` has its secret in the name of the section.
    for (at, line) in text.lines().enumerate() {
        let section = line.trim_start().starts_with('[');
        if let Some(kind) = section.then(|| values::by_shape(line)).flatten() {
            kind.at(format!("line {}", at + 1), found);
        }
    }
    for setting in settings(text) {
        let kind = if setting.is("extraheader") {
            header(setting.section, setting.value)
        } else {
            values::by_shape(setting.value)
        };
        if let Some(kind) = kind {
            kind.at(setting.place(), found);
        }
    }
}

/// `AUTHORIZATION: basic BASE64`, which pipelines set for one host.
fn header(section: &str, value: &str) -> Option<&'static Kind> {
    let url = section.split_once('"')?.1.trim_end_matches('"');
    let (name, value) = value.split_once(':')?;
    let (scheme, value) = value.trim().split_once(' ')?;
    let of_devops = hosts::is_devops(hosts::host_of(url));
    if !name.trim().eq_ignore_ascii_case("authorization")
        || !of_devops
        || !values::is_literal(value)
    {
        return None;
    }
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(&kinds::ACCESS_TOKEN);
    }
    let decoded = Zeroizing::new(BASE64.decode(value.trim().as_bytes()).ok()?);
    (decoded.len() > 8).then_some(&kinds::DEVOPS_PAT)
}

/// Names the passwords for Azure's machines.
pub(crate) fn read_netrc(text: &str, found: &mut Found) {
    let (mut machine, mut expects) = ("", "");
    for (at, line) in text.lines().enumerate() {
        for word in line.split_ascii_whitespace() {
            match expects {
                "machine" => machine = word,
                "password" => {
                    let kind = if hosts::is_devops(machine) {
                        Some(&kinds::DEVOPS_PAT)
                    } else if hosts::is_publishing(machine) {
                        Some(&kinds::PUBLISHING_PASSWORD)
                    } else if hosts::is_databricks(machine) {
                        Some(&kinds::DATABRICKS_TOKEN)
                    } else {
                        values::by_shape(word)
                    };
                    if let Some(kind) = kind.filter(|_| values::is_literal(word)) {
                        kind.at(format!("line {}", at + 1), found);
                    }
                }
                "" if word == "default" => machine = "",
                _ => {}
            }
            let begins = matches!(word, "machine" | "password" | "login" | "account" | "macdef");
            // A word after such a word is its value, whatever it is.
            expects = if begins && expects.is_empty() { word } else { "" };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{is_config, is_credentials, read_config, read_credentials, read_netrc};
    use crate::reported::tests::places;

    const PAT: &str = "l7xol3lfggb44qsgv6a6tk5fdg3thlvcym7ahul4bdqyjsgcbkhz";

    #[test]
    fn a_stored_credential_counts_by_its_host() {
        let text = format!(
            "https://megan:ghp_notarealone@github.com\nhttps://contoso:{PAT}@dev.azure.com\n\
             https://megan:hunter2hunter2@contoso.visualstudio.com\nhttps://contoso@dev.azure.com\n"
        );
        assert!(is_credentials(&text));
        assert_eq!(places(read_credentials, &text), ["line 2", "line 3"]);
        for other in ["", "\n", "some text\n", "https://example.com\n"] {
            assert!(!is_credentials(other), "{other:?}");
        }
    }

    #[test]
    fn a_configuration_has_them_in_urls_sections_and_headers() {
        let basic = data_encoding::BASE64.encode(format!(":{PAT}").as_bytes());
        let text = format!(
            "[core]\n\tbare = false\n[remote \"origin\"]\n\turl = https://contoso:{PAT}@dev.azure.com/a\n\
             [url \"https://{PAT}@dev.azure.com/\"]\n\tinsteadOf = https://dev.azure.com/\n\
             [http \"https://dev.azure.com/\"]\n\textraheader = AUTHORIZATION: basic {basic}\n\
             [http \"https://github.com/\"]\n\textraheader = AUTHORIZATION: basic {basic}\n\
             [remote \"hub\"]\n\turl = https://megan:ghp_notarealone@github.com/a\n"
        );
        assert!(is_config(&text));
        assert_eq!(places(read_config, &text), ["line 5", "line 4", "line 8"]);
        let without = "[core]\n[remote \"origin\"]\n\turl = https://contoso@dev.azure.com/a\n\
                       [user]\n\tname = Megan\n";
        assert!(places(read_config, without).is_empty());
        assert!(!is_config("[core]\noutput = json\n[cloud]\nname = AzureCloud\n"));
    }

    #[test]
    fn a_machine_of_netrc_has_the_next_password() {
        let text = format!(
            "machine github.com login a password ghp_notarealone\nmachine dev.azure.com\n login \
             password\n password {PAT}\ndefault login x password hunter2hunter2\n"
        );
        assert_eq!(places(read_netrc, &text), ["line 4"]);
    }
}
