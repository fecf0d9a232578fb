//! Git, and what Azure CLI keeps for Azure DevOps and GitHub.

use super::base::{OTHERS, PATS};
use crate::formats::row::{Folder, ProductFiles, Reader, Recognised, Row};
use crate::reported::{azure_cli, git};
use crate::{Format, Product};

pub(in crate::formats::table) const GIT_CREDENTIALS: Row = Row {
    format: Format::GitCredentials,
    name: "git-credentials",
    product: Product::Git,
    versions: "git credential-store",
    lies: &[
        ProductFiles {
            product: Product::Git,
            folders: &[Folder::Home("")],
            files: &[".git-credentials"],
        },
        ProductFiles {
            product: Product::Git,
            folders: &[Folder::Config("git")],
            files: &["credentials"],
        },
    ],
    recognised: Recognised {
        text: git::is_credentials,
        names: &[".git-credentials"],
        by: "nothing but URLs with a user",
        ..Recognised::NOT
    },
    reader: Reader::ReportLines(git::read_credentials),
    read_by: "reported/git.rs",
    revoke: PATS,
    source: "git builtin/credential-store.c",
    fixtures: &["other-tools/git/git-credentials"],
    ..OTHERS
};

pub(in crate::formats::table) const GIT_CONFIG: Row = Row {
    format: Format::GitConfig,
    name: "git-config",
    versions: "git: URLs with a password, headers of one host",
    lies: &[
        ProductFiles {
            product: Product::Git,
            folders: &[Folder::Home("")],
            files: &[".gitconfig"],
        },
        ProductFiles {
            product: Product::Git,
            folders: &[Folder::Config("git")],
            files: &["config"],
        },
    ],
    recognised: Recognised {
        text: git::is_config,
        names: &[".gitconfig"],
        by: "sections `[remote \"`, `[url \"` or `[http \"`",
        ..Recognised::NOT
    },
    reader: Reader::ReportLines(git::read_config),
    source: "git config.c",
    fixtures: &["other-tools/git/config", "other-tools/git/gitconfig"],
    ..GIT_CREDENTIALS
};

pub(in crate::formats::table) const NETRC: Row = Row {
    format: Format::Netrc,
    name: "netrc",
    versions: "curl, git and others",
    lies: &[ProductFiles {
        product: Product::Git,
        folders: &[Folder::Home("")],
        files: &[".netrc", "_netrc"],
    }],
    recognised: Recognised {
        names: &[".netrc", "_netrc", "netrc"],
        by: "its name",
        ..Recognised::NOT
    },
    reader: Reader::ReportLines(git::read_netrc),
    source: "curl lib/netrc.c",
    fixtures: &["other-tools/git/netrc"],
    ..GIT_CREDENTIALS
};

pub(in crate::formats::table) const DEVOPS_PATS: Row = Row {
    format: Format::DevopsPats,
    name: "azdevops-pats",
    product: Product::AzureCli,
    versions: "Azure CLI: az devops login without a keyring",
    lies: &[ProductFiles {
        product: Product::AzureCli,
        folders: &[Folder::AzureConfig("azuredevops")],
        files: &["personalAccessTokens"],
    }],
    recognised: Recognised {
        text: azure_cli::are_pats,
        names: &["personalAccessTokens"],
        by: "sections `[azdevops-cli:`",
        ..Recognised::NOT
    },
    reader: Reader::ReportLines(azure_cli::read_pats),
    read_by: "reported/azure_cli.rs",
    revoke: PATS,
    source: "azure-devops-cli-extension common/credential_store.py",
    fixtures: &["other-tools/az-devops/personalAccessTokens"],
    ..OTHERS
};

pub(in crate::formats::table) const GITHUB_TOKENS: Row = Row {
    format: Format::GithubTokens,
    name: "azcli-github-tokens",
    versions: "Azure CLI: App Service and Container Apps commands",
    lies: &[ProductFiles {
        product: Product::AzureCli,
        folders: &[Folder::AzureConfig("")],
        files: &["github_token_cache.json", "github_token_cache.bin"],
    }],
    recognised: Recognised {
        item: |shape| shape.has_all(&["value", "repos", "last_modified_timestamp"]),
        names: &["github_token_cache.json", "github_token_cache.bin"],
        by: "`value`, `repos` and `last_modified_timestamp`",
        ..Recognised::NOT
    },
    reader: Reader::Report(azure_cli::read_github_tokens),
    revoke: "https://github.com/settings/applications",
    source: "CLI `auth/persistence.py`, command_modules/appservice",
    fixtures: &["other-tools/az-github/github_token_cache.json"],
    ..DEVOPS_PATS
};
