//! Tokens in files of single tools.

use super::folders::POWER_APPS;
use crate::formats::row::{Clean, Folder, Holds, ProductFiles, Reader, Recognised, Row};
use crate::formats::{bearer, m365, power_platform, sfctl};
use crate::{Format, Product};

const SIGN_OUT: &str = "sign out in the product; an administrator ends sign-ins with \
                        Revoke-MgUserSignInSession";

pub(super) const GO_AUTOREST: Row = Row {
    format: Format::GoAutorestToken,
    name: "go-autorest-token",
    product: Product::AzureSdk,
    versions: "kubelogin to 0.1, Packer, docker-machine",
    lies: &[
        ProductFiles {
            product: Product::Kubelogin,
            folders: &[Folder::Home(".kube/cache/kubelogin")],
            files: &["*.json"],
        },
        ProductFiles {
            product: Product::Packer,
            folders: &[Folder::AzureConfig("packer")],
            files: &["oauth-*.json"],
        },
        ProductFiles {
            product: Product::DockerMachine,
            folders: &[Folder::Home(".docker/machine/credentials/azure")],
            files: &["*.json"],
        },
    ],
    recognised: Recognised {
        object: bearer::is_autorest,
        words: &[&["\"access_token\"", "\"expires_on\"", "\"resource\""]],
        by: "`access_token`, `expires_on` and `resource`",
        ..Recognised::NOT
    },
    holds: Holds::SignIns,
    reader: Reader::Json(bearer::read_autorest),
    read_by: "formats/bearer.rs",
    protection: "unencrypted",
    clean: Clean::Removes,
    revoke: SIGN_OUT,
    source: "go-autorest `autorest/adal/token.go`, `persist.go`",
    fixtures: &["other-tools/kubelogin", "other-tools/packer", "other-tools/docker-machine"],
};

pub(super) const DOCKER: Row = Row {
    format: Format::DockerAzureToken,
    name: "docker-azure-token",
    product: Product::Docker,
    versions: "docker login azure",
    lies: &[ProductFiles {
        product: Product::Docker,
        folders: &[Folder::AzureConfig("")],
        files: &["dockerAccessToken.json"],
    }],
    recognised: Recognised {
        object: bearer::is_docker,
        words: &[&["\"oauthToken\"", "\"tenantId\""]],
        names: &["dockerAccessToken.json"],
        by: "`oauthToken` and `tenantId`",
        ..Recognised::NOT
    },
    reader: Reader::Json(|root, _, found| bearer::read_docker(root, found)),
    source: "compose-cli `aci/login/login.go`, `token_store.go`",
    fixtures: &["other-tools/docker-azure"],
    ..GO_AUTOREST
};

pub(super) const MAVEN_SECRET: Row = Row {
    format: Format::MavenSecret,
    name: "maven-secret",
    product: Product::MavenPlugins,
    versions: "azure:login of the Maven plugins",
    lies: &[ProductFiles {
        product: Product::MavenPlugins,
        folders: &[Folder::AzureConfig("")],
        files: &["azure-secret.json"],
    }],
    recognised: Recognised {
        object: bearer::is_maven,
        words: &[&["\"refreshToken\"", "\"isMultipleResourceRefreshToken\""]],
        names: &["azure-secret.json"],
        by: "`accessToken` and `refreshToken` with `userInfo`",
        ..Recognised::NOT
    },
    reader: Reader::Json(|root, _, found| bearer::read_maven(root, found)),
    source: "azure-maven-plugins `AzureCredential.java`, adal4j `UserInfo.java`",
    fixtures: &["other-tools/maven"],
    ..GO_AUTOREST
};

pub(super) const M365_CONNECTION: Row = Row {
    format: Format::M365Connection,
    name: "m365-connection",
    product: Product::CliForMicrosoft365,
    versions: "CLI for Microsoft 365",
    lies: &[ProductFiles {
        product: Product::CliForMicrosoft365,
        folders: &[Folder::Home("")],
        files: &[
            ".cli-m365-connection.json",
            ".cli-m365-all-connections.json",
            ".cli-m365-tokens.json",
        ],
    }],
    recognised: Recognised {
        object: m365::is_connection,
        item: m365::is_connection,
        words: &[&["\"accessTokens\"", "\"authType\"", "\"appId\""]],
        names: &[
            ".cli-m365-connection.json",
            ".cli-m365-all-connections.json",
            ".cli-m365-tokens.json",
        ],
        by: "`accessTokens`, `authType` and `appId`",
        ..Recognised::NOT
    },
    reader: Reader::Json(|root, _, found| m365::read(root, found)),
    read_by: "formats/m365.rs",
    revoke: "m365 logout; a new secret of the application: az ad app credential reset",
    source: "pnp/cli-microsoft365 `src/Auth.ts`, `src/auth/FileTokenStorage.ts`",
    fixtures: &["other-tools/cli-microsoft365", "other-tools/cli-microsoft365-7"],
    ..GO_AUTOREST
};

pub(super) const PAC_PROFILES: Row = Row {
    format: Format::PacProfiles,
    name: "pac-profiles",
    product: Product::PowerPlatformCli,
    versions: "Power Platform CLI",
    lies: &[ProductFiles {
        product: Product::PowerPlatformCli,
        folders: POWER_APPS,
        files: &["authprofiles_v2.json"],
    }],
    recognised: Recognised {
        object: power_platform::is_profiles,
        names: &["authprofiles_v2.json"],
        by: "`Profiles` and `Current`",
        ..Recognised::NOT
    },
    holds: Holds::Settings,
    reader: Reader::Json(|root, _, found| power_platform::read_profiles(root, found)),
    read_by: "formats/power_platform.rs",
    protection: "no secret in it",
    clean: Clean::Leaves("pac goes by it; pac auth clear removes it"),
    revoke: "nothing: no secret is in it",
    source: "programs that read it: pac itself has no public source",
    fixtures: &["other-tools/power-platform-cli/authprofiles_v2.json"],
};

pub(super) const SFCTL: Row = Row {
    format: Format::SfctlConfig,
    name: "sfctl-config",
    product: Product::ServiceFabricCli,
    versions: "sfctl cluster select --aad",
    lies: &[ProductFiles {
        product: Product::ServiceFabricCli,
        folders: &[Folder::Home(".sfctl")],
        files: &["config"],
    }],
    recognised: Recognised { text: sfctl::is_config, by: "`[servicefabric]`", ..Recognised::NOT },
    reader: Reader::Text(|text, _, found| sfctl::read(text, found)),
    read_by: "formats/sfctl.rs",
    clean: Clean::Leaves("sfctl has its settings in it: delete the lines aad_token and aad_cache"),
    source: "service-fabric-cli `src/sfctl/config.py`",
    fixtures: &["other-tools/sfctl", "other-tools/sfctl-pickled"],
    ..GO_AUTOREST
};
