//! Package feeds of Azure Artifacts, as package managers store their passwords: `NuGet.Config`
//! (NuGet.Client `NuGet.Configuration/PackageSource`), `.npmrc` (npm/config), `.pypirc` and
//! `pip.conf` (Python packaging), Maven's `settings.xml`, and the session tokens of the credential
//! provider (microsoft/artifacts-credprovider `SessionTokenCache.cs`).

use super::ini::{settings, unquoted};
use super::kinds;
use super::{hosts, leaves, values, xml};
use crate::Found;
use crate::json::JsonError;

fn is_feed(address: &str) -> bool {
    hosts::is_devops(hosts::host_of(address))
}

/// `packageSourceCredentials`: an element a source, whose name has escapes for what no name of XML
/// may hold (`_x0020_`). A source whose address is elsewhere counts by the shape of its password.
pub(crate) fn read_nuget(text: &str, found: &mut Found) -> Result<(), JsonError> {
    let elements = xml::elements(text)?;
    let source = |name: &str| {
        elements
            .iter()
            .filter(|e| e.ends(&["packageSources", "add"]))
            .find(|e| e.attribute("key").is_some_and(|key| plain(key) == plain(name)))
            .and_then(|e| e.attribute("value"))
    };
    for element in &elements {
        if !element.ends(&["packageSourceCredentials", "*", "add"]) {
            continue;
        }
        let (key, value) = (element.attribute("key"), element.attribute("value"));
        // `Password` is encrypted by Windows for one user.
        let (Some("ClearTextPassword"), Some(value)) = (key, value) else { continue };
        let name = &element.path[element.path.len() - 2];
        let azures = source(name).map_or_else(|| values::is_devops_pat(value), is_feed);
        if azures && !value.starts_with('%') && values::is_literal(value) {
            kinds::DEVOPS_PAT.at(element.place(), found);
        }
    }
    Ok(())
}

fn plain(name: &str) -> String {
    name.replace("_x0020_", " ").to_lowercase()
}

/// `//HOST/PATH/:_password=BASE64`, `:_authToken=`, `:_auth=BASE64`.
pub(crate) fn read_npmrc(text: &str, found: &mut Found) {
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        let Some((name, value)) = line.split_once('=') else { continue };
        let (name, value) = (name.trim(), unquoted(value.trim()));
        let Some((address, member)) = name.rsplit_once(':') else { continue };
        if !address.starts_with("//") || !values::is_literal(value) {
            continue;
        }
        let secret = matches!(member, "_password" | "_authToken" | "_auth");
        let kind = if secret && is_feed(address) {
            Some(&kinds::DEVOPS_PAT)
        } else if secret && hosts::is_registry(hosts::host_of(address)) {
            Some(&kinds::REGISTRY_PASSWORD)
        } else {
            None
        };
        if let Some(kind) = kind {
            kind.at(format!("line {}", at + 1), found);
        }
    }
}

/// `.pypirc`: `repository` and `password` of a section; anywhere: an address with a password.
pub(crate) fn read_python(text: &str, found: &mut Found) {
    let repositories: Vec<(&str, &str)> = settings(text)
        .filter(|setting| setting.is("repository"))
        .map(|setting| (setting.section, setting.value))
        .collect();
    for setting in settings(text) {
        let in_feed =
            repositories.iter().any(|(section, url)| *section == setting.section && is_feed(url));
        let kind = if setting.is("password") && in_feed && values::is_literal(setting.value) {
            Some(&kinds::DEVOPS_PAT)
        } else {
            values::by_shape(setting.value)
        };
        if let Some(kind) = kind {
            kind.at(setting.place(), found);
        }
    }
}

/// `servers/server`: the address is in a profile or mirror of the same id, or in a project; there
/// the password counts by its shape. `{...}` is encrypted with Maven's master password.
pub(crate) fn read_maven(text: &str, found: &mut Found) -> Result<(), JsonError> {
    let elements = xml::elements(text)?;
    let mut id = "";
    let mut addresses: Vec<(&str, &str)> = Vec::new();
    for element in &elements {
        match element.name() {
            "id" => id = &element.text,
            "url" => addresses.push((id, &element.text)),
            _ => {}
        }
    }
    for (at, element) in elements.iter().enumerate() {
        if !element.ends(&["servers", "server"]) {
            continue;
        }
        // Its children have ended just before it.
        let depth = element.path.len();
        let children: Vec<_> = elements[..at]
            .iter()
            .rev()
            .take_while(|e| e.path.len() > depth)
            .filter(|e| e.path.len() == depth + 1)
            .collect();
        let child = |name: &str| children.iter().find(|e| e.name() == name);
        let Some(password) = child("password") else { continue };
        let encrypted = password.text.starts_with('{') && password.text.ends_with('}');
        let id = child("id").map_or("", |id| id.text.as_str());
        let mut known = addresses.iter().filter(|(own, _)| *own == id).peekable();
        let azures = if known.peek().is_some() {
            known.any(|(_, url)| is_feed(url))
        } else {
            values::by_shape(&password.text).is_some() || values::is_devops_pat(&password.text)
        };
        if azures && !encrypted && values::is_literal(&password.text) {
            kinds::DEVOPS_PAT.at(password.place(), found);
        }
    }
    Ok(())
}

/// `{ADDRESS: TOKEN}`.
pub(crate) fn read_session_tokens(text: &str, found: &mut Found) -> Result<(), JsonError> {
    for leaf in leaves::of_json(text)? {
        let address = leaf.path.first().map_or("", String::as_str);
        if leaf.path.len() == 1 && is_feed(address) && values::is_literal(&leaf.value) {
            kinds::DEVOPS_SESSION_TOKEN.at(leaf.place(), found);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{read_maven, read_npmrc, read_nuget, read_python, read_session_tokens};
    use crate::reported::tests::places;

    const PAT: &str = "l7xol3lfggb44qsgv6a6tk5fdg3thlvcym7ahul4bdqyjsgcbkhz";

    fn nuget(source: &str, key: &str, value: &str) -> String {
        format!(
            "<configuration>\n<packageSources>{source}</packageSources>\n<packageSourceCredentials>\n\
             <My_x0020_Feed>\n<add key=\"Username\" value=\"a\"/>\n<add key=\"{key}\" value=\"{value}\"/>\n\
             </My_x0020_Feed></packageSourceCredentials></configuration>"
        )
    }

    #[test]
    fn a_source_of_nuget_counts_by_its_address_or_by_the_shape_of_its_password() {
        let azure = "<add key=\"my feed\" value=\"https://pkgs.dev.azure.com/c/_packaging/f/nuget/v3/index.json\"/>";
        let other = "<add key=\"my feed\" value=\"https://nuget.pkg.github.com/c/index.json\"/>";
        let clear = "ClearTextPassword";
        for (source, key, value, wanted) in [
            (azure, clear, "hunter2hunter2", vec!["line 6"]),
            (azure, "Password", "AQAAANCMnd8BFdERjHoAwE", vec![]),
            (azure, clear, "%FEED_PASSWORD%", vec![]),
            (other, clear, PAT, vec![]),
            ("", clear, PAT, vec!["line 6"]),
            ("", clear, "hunter2hunter2", vec![]),
        ] {
            assert_eq!(places(read_nuget, &nuget(source, key, value)), wanted, "{source} {key}");
        }
    }

    #[test]
    fn npm_has_a_feed_for_a_name() {
        for (line, wanted) in [
            ("//pkgs.dev.azure.com/c/_packaging/f/npm/registry/:_password=aHVudGVyMmh1bnRlcjI=", 1),
            ("//pkgs.dev.azure.com/c/_packaging/f/npm/:_password=\"aHVudGVyMmh1bnRlcjI=\"", 1),
            ("//contoso.pkgs.visualstudio.com/_packaging/f/npm/registry/:_authToken=0123456789", 1),
            ("//pkgs.dev.azure.com/c/_packaging/f/npm/registry/:_authToken=${NPM_TOKEN}", 0),
            ("//pkgs.dev.azure.com/c/_packaging/f/npm/registry/:username=contoso-contoso", 0),
            ("//registry.npmjs.org/:_authToken=npm_notarealone", 0),
            ("registry=https://pkgs.dev.azure.com/c/_packaging/f/npm/registry/", 0),
            ("_authToken=0123456789", 0),
        ] {
            assert_eq!(places(|t: &str, f: &mut _| read_npmrc(t, f), line).len(), wanted, "{line}");
        }
    }

    #[test]
    fn python_has_them_in_sections_and_addresses() {
        let text = format!(
            "[distutils]\nindex-servers = pypi\n  feed\n[pypi]\nusername = __token__\npassword = pypi-notarealone\n\
             [feed]\nrepository = https://pkgs.dev.azure.com/c/_packaging/f/pypi/upload\npassword = hunter2hunter2\n\
             [global]\nextra-index-url =\n  https://pypi.org/simple\n  https://c:{PAT}@pkgs.dev.azure.com/c/simple\n\
             index-url = https://pkgs.dev.azure.com/c/simple\n"
        );
        assert_eq!(places(read_python, &text), ["line 9", "line 13"]);
    }

    #[test]
    fn a_server_of_maven_counts_by_the_address_of_its_id() {
        let server = |id: &str, password: &str| {
            format!(
                "<server><id>{id}</id><username>a</username>\n<password>{password}</password></server>\n"
            )
        };
        let text = format!(
            "<settings><servers>{}{}{}{}{}</servers><profiles><profile><repositories><repository><id>feed</id>\
             <url>https://pkgs.dev.azure.com/c/_packaging/f/maven/v1</url></repository><repository><id>other</id>\
             <url>https://repo.example/maven</url></repository></repositories></profile></profiles></settings>",
            server("feed", "hunter2hunter2"),
            server("feed", "{encryptedencrypted=}"),
            server("other", PAT),
            server("elsewhere", PAT),
            server("unknown", "hunter2hunter2"),
        );
        assert_eq!(places(read_maven, &text), ["line 2", "line 8"]);
    }

    #[test]
    fn session_tokens_are_named_by_the_feed() {
        let text =
            "{\"https://pkgs.dev.azure.com/c/_packaging/f/nuget/v3/index.json\":\"eyJ0eXAi.e.s\"}";
        assert_eq!(places(read_session_tokens, text).len(), 1);
        let other = "{\"https://nuget.example/index.json\":\"0123456789\"}";
        assert!(places(read_session_tokens, other).is_empty());
    }
}
