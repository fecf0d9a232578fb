//! The one table of formats: what each is called, whose it is, where it lies, how it is recognised
//! and read, what `migrate clean` does with it, and what revokes it.
//!
//! Recognising, reading, the places that are looked at and `docs/legacy-formats.md` come from
//! here. A new format is a variant of [`Format`], a row in one of the files below, its line in
//! [`FORMATS`], and a fixture. What is forgotten does not compile, or fails `tests/formats.rs`.

mod azcli;
mod azps;
mod folders;
mod others;
mod principals;
mod shared;
mod tokens;

use std::path::Path;

use super::row::{Folder, ProductFiles, Row};
use crate::format::{Format, Product};
use crate::pattern::matches;

/// One row for each [`Format`], in its order.
pub static FORMATS: [Row; 62] = [
    azcli::SIGNAL,
    shared::EMPTY,
    shared::DPAPI,
    azps::ADAL_V2,
    azps::ADAL_V3,
    shared::UNREADABLE,
    principals::AZD,
    principals::AZD_CURRENT_USER,
    principals::PAC_SECRETS,
    others::SHELL_HISTORY,
    others::SHELL_VARIABLES,
    others::TERRAFORM_CODE,
    others::AZURE_LOG,
    shared::CERTIFICATE,
    azps::CONTEXT,
    azps::CONTEXT_LEGACY,
    azps::ASM_PROFILE,
    azps::AUTOSAVE_SETTINGS,
    azps::DATA_COLLECTION,
    azps::CONFIG,
    azps::KEYSTORE,
    azcli::PROFILE,
    azcli::ACCESS_TOKENS,
    azcli::SERVICE_PRINCIPALS,
    azcli::CONFIG,
    azcli::CLOUDS,
    shared::MSAL_CACHE,
    others::KUBECONFIG,
    others::CONTAINER_REGISTRIES,
    others::GIT_CREDENTIALS,
    others::GIT_CONFIG,
    others::NETRC,
    others::NUGET_CONFIG,
    others::NPMRC,
    others::PYTHON_INDEXES,
    others::MAVEN_SETTINGS,
    others::ARTIFACTS_TOKENS,
    others::DEVOPS_PATS,
    others::GITHUB_TOKENS,
    others::DATABRICKS_CONFIG,
    others::DATABRICKS_TOKENS,
    others::RCLONE_CONFIG,
    others::BLOBFUSE_CONFIG,
    others::TERRAFORM_STATE,
    others::PULUMI_STACK,
    others::PULUMI_STATE,
    others::DOTNET_SETTINGS,
    others::CLIXML,
    others::SECURE_STRING,
    others::ASM_SUBSCRIPTIONS,
    tokens::M365_CONNECTION,
    tokens::MAVEN_SECRET,
    tokens::DOCKER,
    tokens::GO_AUTOREST,
    tokens::PAC_PROFILES,
    principals::JSON,
    principals::AKS,
    principals::INI,
    principals::PROPERTIES,
    tokens::SFCTL,
    principals::PUBLISH_SETTINGS,
    shared::NOT_A_CONTEXT_FILE,
];

// A variant without a row, a second row or another order does not compile.
const _: () = {
    let mut at = 0;
    while at < FORMATS.len() {
        assert!(FORMATS[at].format as usize == at);
        at += 1;
    }
    assert!(Format::NotAContextFile as usize + 1 == FORMATS.len());
};

impl Format {
    /// The format as it stands in JSON and in tables.
    pub fn as_str(self) -> &'static str {
        row(self).name
    }
}

/// What is known of a format.
pub fn row(format: Format) -> &'static Row {
    &FORMATS[format as usize]
}

/// The format that a file of this name has, if its content does not say.
pub fn by_name(file_name: &str) -> Option<Format> {
    let named = |same: fn(&str, &str) -> bool| {
        let is = |row: &&Row| row.recognised.names.iter().any(|name| same(name, file_name));
        FORMATS.iter().find(is).map(|row| row.format)
    };
    // Two files differ by case alone: Azure CLI's azureProfile.json and Service Management's.
    named(str::eq).or_else(|| named(str::eq_ignore_ascii_case))
}

/// Whose file of this format it is, by where it lies; `None` if that is nowhere special.
pub fn product_at(format: Format, path: &Path) -> Option<Product> {
    let name = path.file_name()?.to_str()?;
    let folder: Vec<&str> = path.parent()?.iter().filter_map(|part| part.to_str()).collect();
    let fits = |place: &&ProductFiles| {
        let mut named = place.files.iter().filter(|pattern| matches(pattern, name)).peekable();
        // The home itself has no name: a file of it is told by its own.
        let of_the_home = place.folders.contains(&Folder::Home(""))
            && named.clone().any(|pattern| !pattern.starts_with('*'));
        let lies = || place.folders.iter().any(|kind| kind.ends(&folder));
        named.peek().is_some() && (of_the_home || lies())
    };
    row(format).lies.iter().find(fits).map(|place| place.product)
}

/// Whose file of this format it is, by its name; several products have the same formats.
pub fn product_by_name(format: Format, file_name: &str) -> Product {
    let row = row(format);
    let mut places = row.lies.iter().chain(FORMATS.iter().flat_map(|row| row.lies));
    // A name that may be anything says nothing.
    let says = |name: &&str| !name.starts_with('*') && matches(name, file_name);
    let place = places.find(|place| place.files.iter().any(&says));
    place.map_or(row.product, |place| place.product)
}

#[cfg(test)]
mod tests {
    use super::{FORMATS, by_name};
    use crate::Format;

    #[test]
    fn a_name_is_that_of_one_format() {
        let mut seen = std::collections::HashSet::new();
        for name in FORMATS.iter().flat_map(|row| row.recognised.names) {
            assert!(seen.insert(*name), "{name} stands in two rows");
        }
        for (name, wanted) in [
            ("azureProfile.json", Some(Format::AzcliProfile)),
            ("AzureProfile.json", Some(Format::AsmProfile)),
            ("MSAL.CACHE", Some(Format::MsalCache)),
            ("config", Some(Format::AzcliConfig)),
            ("config.json", None),
        ] {
            assert_eq!(by_name(name), wanted, "{name}");
        }
    }
}
