//! Files without a byte.

use crate::format::Format;
use crate::formats::table::product_by_name;
use crate::found::Found;

/// A cache that is only touched has its content in the keyring; another empty file is just that.
pub(crate) fn read(file_name: &str) -> Found {
    let name = file_name.to_ascii_lowercase();
    let owner = product_by_name(Format::Empty, file_name);
    let opaque = |text: String| Found::opaque(Format::Empty, owner, text);
    match name.as_str() {
        "keystore.cache" => opaque(keyring("AzKeyStoreCache")),
        "msal.cache" | "msal.cache.cae" | "msal.cache.nocae" => opaque(keyring(&name)),
        "msal_token_cache.bin" | "service_principal_entries.bin" => opaque(
            "its content is in the keyring or keychain of the session that wrote it (schema \
             my_schema_name, or service my_service_name): sign in again with azvault"
                .to_owned(),
        ),
        // Every release of Azure PowerShell makes one when its module is imported.
        "azurermcontext.json" => {
            let mut found = Found::new(Format::Empty, owner);
            found.remark("", "empty, as Azure PowerShell makes it: nothing to import");
            found
        }
        _ => {
            let mut found = Found::new(Format::Empty, owner);
            found.warn("", "empty: nothing to import");
            found
        }
    }
}

fn keyring(label: &str) -> String {
    format!(
        "its content is in the keyring or keychain of the session that wrote it, under the label \
         {label}: sign in again with azvault"
    )
}
