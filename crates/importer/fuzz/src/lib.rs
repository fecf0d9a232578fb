//! What the targets share: each reads any bytes as one format.

use azvault_importer::formats::table::FORMATS;
use azvault_importer::{Format, Reading, formats};
use jiff::tz::TimeZone;

/// The reader of a format, and a name that its product writes.
#[derive(Clone, Copy)]
pub struct Reader {
    pub format: Format,
    pub file_name: &'static str,
}

/// All readers that have no target of their own text.
#[rustfmt::skip]
pub const READERS: &[Reader] = &[
    Reader { format: Format::AdalCacheV2, file_name: "TokenCache.dat" },
    Reader { format: Format::AdalCacheV3, file_name: "TokenCache.dat" },
    Reader { format: Format::AzdCredential, file_name: "cred0f2ab1c3-5d4e-4f6a-8b7c-9d0e1f2a3b4c.2b6f0c11-7a3d-4e58-9c21-d4e5f6a7b8c9.json" },
    Reader { format: Format::AzdCurrentUser, file_name: "auth.json" },
    Reader { format: Format::PacSecrets, file_name: "pac.spn.cache.dat" },
    Reader { format: Format::ShellHistory, file_name: ".zsh_history" },
    Reader { format: Format::ShellVariables, file_name: ".env" },
    Reader { format: Format::TerraformCode, file_name: "terraform.tfvars" },
    Reader { format: Format::AzureLog, file_name: "azure.err" },
    Reader { format: Format::AzpsConfig, file_name: "PSConfig.json" },
    Reader { format: Format::AzpsContext, file_name: "AzureRmContext.json" },
    Reader { format: Format::AzpsContextLegacy, file_name: "profile.json" },
    Reader { format: Format::AzpsAutosaveSettings, file_name: "AzureRmContextSettings.json" },
    Reader { format: Format::AzpsDataCollection, file_name: "AzurePSDataCollectionProfile.json" },
    Reader { format: Format::AzpsKeystore, file_name: "keystore.cache" },
    Reader { format: Format::AzcliProfile, file_name: "azureProfile.json" },
    Reader { format: Format::AzcliAccessTokens, file_name: "accessTokens.json" },
    Reader { format: Format::AzcliServicePrincipals, file_name: "service_principal_entries.json" },
    Reader { format: Format::AzcliConfig, file_name: "config" },
    Reader { format: Format::AzcliClouds, file_name: "clouds.config" },
    Reader { format: Format::MsalCache, file_name: "msal.cache.nocae" },
    Reader { format: Format::Kubeconfig, file_name: "config" },
    Reader { format: Format::ContainerRegistries, file_name: "config.json" },
    Reader { format: Format::GitCredentials, file_name: ".git-credentials" },
    Reader { format: Format::GitConfig, file_name: ".gitconfig" },
    Reader { format: Format::Netrc, file_name: ".netrc" },
    Reader { format: Format::NugetConfig, file_name: "NuGet.Config" },
    Reader { format: Format::Npmrc, file_name: ".npmrc" },
    Reader { format: Format::PythonIndexes, file_name: "pip.conf" },
    Reader { format: Format::MavenSettings, file_name: "settings.xml" },
    Reader { format: Format::ArtifactsTokens, file_name: "SessionTokenCache.dat" },
    Reader { format: Format::DevopsPats, file_name: "personalAccessTokens" },
    Reader { format: Format::GithubTokens, file_name: "github_token_cache.json" },
    Reader { format: Format::DatabricksConfig, file_name: ".databrickscfg" },
    Reader { format: Format::DatabricksTokens, file_name: "token-cache.json" },
    Reader { format: Format::RcloneConfig, file_name: "rclone.conf" },
    Reader { format: Format::BlobfuseConfig, file_name: "config.yaml" },
    Reader { format: Format::TerraformState, file_name: "terraform.tfstate" },
    Reader { format: Format::PulumiStack, file_name: "Pulumi.dev.yaml" },
    Reader { format: Format::PulumiState, file_name: "dev.json" },
    Reader { format: Format::DotnetSettings, file_name: "secrets.json" },
    Reader { format: Format::Clixml, file_name: "credential.xml" },
    Reader { format: Format::SecureString, file_name: "password.txt" },
    Reader { format: Format::AsmSubscriptions, file_name: "WindowsAzureProfile.xml" },
    Reader { format: Format::M365Connection, file_name: ".cli-m365-connection.json" },
    Reader { format: Format::MavenSecret, file_name: "azure-secret.json" },
    Reader { format: Format::DockerAzureToken, file_name: "dockerAccessToken.json" },
    Reader { format: Format::GoAutorestToken, file_name: "oauth-0f2ab1c3-5d4e-4f6a-8b7c-9d0e1f2a3b4c.json" },
    Reader { format: Format::PacProfiles, file_name: "authprofiles_v2.json" },
    Reader { format: Format::ServicePrincipal, file_name: "azureauth.json" },
    Reader { format: Format::AksServicePrincipals, file_name: "aksServicePrincipal.json" },
    Reader { format: Format::ServicePrincipalIni, file_name: "credentials" },
    Reader { format: Format::ServicePrincipalProperties, file_name: "azure.properties" },
    Reader { format: Format::SfctlConfig, file_name: "config" },
    Reader { format: Format::PublishSettings, file_name: "contoso.publishsettings" },
];

/// The reader that a target is for: it bears the name of the format's row, with underscores.
pub fn reader(target: &str) -> Reader {
    let is_of_it = |reader: &&Reader| {
        FORMATS
            .iter()
            .any(|row| row.format == reader.format && row.name.replace('-', "_") == target)
    };
    *READERS.iter().find(is_of_it).unwrap_or_else(|| panic!("no reader has a row {target}"))
}

/// Reads bytes as this format whatever they are, and as the one that they are taken for.
pub fn read(reader: &Reader, bytes: &[u8]) {
    let Reader { format, file_name } = *reader;
    let reading = Reading { file_name, time_zone: &TimeZone::UTC };
    let taken_for = azvault_importer::recognise(bytes, file_name);
    for format in [Some(format), (taken_for != format).then_some(taken_for)].into_iter().flatten() {
        let found = formats::read(format, bytes, &reading);
        // A credential that is only named keeps no value.
        assert!(found.reported.iter().all(|reported| reported.value.is_none()));
    }
}
