//! Settings of .NET and of Functions: `secrets.json` of user secrets (aspnetcore
//! `Microsoft.Extensions.Configuration.UserSecrets`), `appsettings*.json`, `local.settings.json`
//! (Azure/azure-functions-core-tools `Common/SecretsManager.cs`; `IsEncrypted` protects values on
//! Windows).

use super::leaves::{self, Leaf, text_at};
use super::names::{Whose, judge};
use crate::Found;
use crate::json::JsonError;

/// Sections that are Azure's by their name.
const SECTIONS: [&str; 5] = ["azuread", "azureadb2c", "entraid", "azure", "microsoftentra"];

/// Names the secrets of Azure. A name is the whole path, as .NET joins it.
pub(crate) fn read(text: &str, found: &mut Found) -> Result<(), JsonError> {
    let leaves = leaves::of_json(&without_comments(text))?;
    let encrypted = text_at(&leaves, &["IsEncrypted"]).is_some_and(|is| is == "true");
    for leaf in &leaves {
        if encrypted && leaf.is_below(&["Values"]) {
            continue;
        }
        if let Some(kind) = judge(leaf.name(), &leaf.value, whose(leaf)) {
            kind.at(leaf.place(), found);
        }
    }
    Ok(())
}

fn whose(leaf: &Leaf) -> Whose {
    let mut names = leaf.path.iter().flat_map(|name| name.split([':', '_']));
    let azure = names.any(|name| SECTIONS.iter().any(|section| name.eq_ignore_ascii_case(section)));
    if azure { Whose::Azure } else { Whose::Unknown }
}

/// .NET reads settings with comments; each becomes blanks, so that lines stay where they are.
fn without_comments(text: &str) -> zeroize::Zeroizing<String> {
    let mut out = zeroize::Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text;
    let (mut in_string, mut escaped) = (false, false);
    while let Some(c) = rest.chars().next() {
        let comment = if in_string {
            None
        } else if rest.starts_with("//") {
            Some(rest.find('\n').unwrap_or(rest.len()))
        } else if rest.starts_with("/*") {
            Some(rest.find("*/").map_or(rest.len(), |at| at + 2))
        } else {
            None
        };
        if let Some(length) = comment {
            out.extend(rest[..length].chars().filter(|c| *c == '\n'));
            rest = &rest[length..];
            continue;
        }
        in_string = if in_string { c != '"' || escaped } else { c == '"' };
        escaped = in_string && c == '\\' && !escaped;
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{read, without_comments};
    use crate::reported::tests::places;

    #[test]
    fn settings_count_by_their_section_name_or_value() {
        let key = "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=MDEyMzQ1Njc4OQ==";
        for (text, wanted) in [
            ("{\"AzureAd:ClientSecret\":\"hunter2hunter2\",\"AzureAd:TenantId\":\"x\"}".to_owned(), vec!["/AzureAd:ClientSecret"]),
            ("{\"AzureAd\":{\"ClientSecret\":\"hunter2hunter2\"}}".to_owned(), vec!["/AzureAd/ClientSecret"]),
            ("{\"Google\":{\"ClientSecret\":\"hunter2hunter2\"}}".to_owned(), vec![]),
            (format!("{{\"Values\":{{\"AzureWebJobsStorage\":\"{key}\"}}}}"), vec!["/Values/AzureWebJobsStorage"]),
            (format!("{{\"IsEncrypted\":true,\"Values\":{{\"AzureWebJobsStorage\":\"{key}\"}}}}"), vec![]),
            ("{\"IsEncrypted\":false,\"Values\":{\"AzureWebJobsStorage\":\"UseDevelopmentStorage=true\"}}".to_owned(), vec![]),
            ("{\"Values\":{\"AZURE_CLIENT_SECRET\":\"hunter2hunter2\"}}".to_owned(), vec!["/Values/AZURE_CLIENT_SECRET"]),
            (format!("// a comment\n{{\"A\":\"{key}\" /* x */}}"), vec!["/A"]),
            ("{\"ConnectionStrings\":{\"db\":\"Server=.;Password=hunter2hunter2\"}}".to_owned(), vec![]),
        ] {
            assert_eq!(places(read, &text), wanted, "{text}");
        }
    }

    #[test]
    fn comments_are_told_from_text() {
        for (text, wanted) in [
            ("{\"a\":\"//b\"} // c", "{\"a\":\"//b\"} "),
            ("{/*\n*/\"a\":\"\\\"//b\"}", "{\n\"a\":\"\\\"//b\"}"),
            ("{\"a\":\"\\\\\"//b\n}", "{\"a\":\"\\\\\"\n}"),
            ("/*", ""),
        ] {
            assert_eq!(without_comments(text).as_str(), wanted);
        }
    }
}
