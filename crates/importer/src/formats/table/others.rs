//! Files of other tools with credentials of Azure: reported with what revokes them, never imported.

mod containers;
mod feeds;
mod git;
mod infrastructure;
mod storage;
mod typed;

pub(super) use containers::{CONTAINER_REGISTRIES, KUBECONFIG};
pub(super) use feeds::{ARTIFACTS_TOKENS, MAVEN_SETTINGS, NPMRC, NUGET_CONFIG, PYTHON_INDEXES};
pub(super) use git::{DEVOPS_PATS, GIT_CONFIG, GIT_CREDENTIALS, GITHUB_TOKENS, NETRC};
pub(super) use infrastructure::{PULUMI_STACK, PULUMI_STATE, TERRAFORM_CODE, TERRAFORM_STATE};
pub(super) use storage::{BLOBFUSE_CONFIG, DATABRICKS_CONFIG, DATABRICKS_TOKENS, RCLONE_CONFIG};
pub(super) use typed::{
    ASM_SUBSCRIPTIONS, AZURE_LOG, CLIXML, DOTNET_SETTINGS, SECURE_STRING, SHELL_HISTORY,
    SHELL_VARIABLES,
};

use super::{Clean, Holds, Reader, Recognised, Row};
use crate::{Format, Product};

/// What all of them have in common; each row says the rest.
const OTHERS: Row = Row {
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

const PATS: &str = "https://dev.azure.com/ORGANIZATION/_usersSettings/tokens";
const CLIENT_SECRET: &str = "az ad app credential delete --id CLIENT_ID --key-id KEY_ID";
const STORAGE_KEY: &str =
    "az storage account keys renew --resource-group GROUP --account-name ACCOUNT --key primary";

/// Whether a name has this beginning and end, without case.
fn is_between(name: &str, start: &str, end: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end)
}
