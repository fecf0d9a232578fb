//! What the rows of other tools have in common.

use crate::formats::row::{Clean, Holds, Reader, Recognised, Row};
use crate::{Format, Product};

/// What all of them have in common; each row says the rest.
pub(super) const OTHERS: Row = Row {
    format: Format::NotAContextFile,
    name: "",
    product: Product::Unknown,
    versions: "",
    lies: &[],
    recognised: Recognised::NOT,
    holds: Holds::OthersCredentials,
    reader: Reader::Nothing,
    read_by: "",
    protection: "unencrypted",
    clean: Clean::Leaves("its tool needs it, and nothing of it is in the vault"),
    revoke: "",
    source: "",
    fixtures: &[],
};

pub(super) const PATS: &str = "https://dev.azure.com/ORGANIZATION/_usersSettings/tokens";
pub(super) const CLIENT_SECRET: &str = "az ad app credential delete --id CLIENT_ID --key-id KEY_ID";
pub(super) const STORAGE_KEY: &str =
    "az storage account keys renew --resource-group GROUP --account-name ACCOUNT --key primary";

/// Whether a name has this beginning and end, without case.
pub(super) fn is_between(name: &str, start: &str, end: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end)
}
