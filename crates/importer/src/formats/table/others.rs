//! Files of other tools with credentials of Azure: reported with what revokes them, never imported.

mod base;
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
