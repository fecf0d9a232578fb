//! The readers of other tools' files, each under a name that its tool writes.
#![no_main]

use azvault_importer::{Format, Reading, formats};
use jiff::tz::TimeZone;
use libfuzzer_sys::fuzz_target;

const READERS: [(Format, &str); 14] = [
    (
        Format::AzdCredential,
        "cred0f2ab1c3-5d4e-4f6a-8b7c-9d0e1f2a3b4c.2b6f0c11-7a3d-4e58-9c21-d4e5f6a7b8c9.json",
    ),
    (Format::AzdCurrentUser, "auth.json"),
    (Format::PacSecrets, "pac.spn.cache.dat"),
    (Format::PacProfiles, "authprofiles_v2.json"),
    (Format::M365Connection, ".cli-m365-connection.json"),
    (Format::MavenSecret, "azure-secret.json"),
    (Format::DockerAzureToken, "dockerAccessToken.json"),
    (Format::GoAutorestToken, "oauth-0f2ab1c3-5d4e-4f6a-8b7c-9d0e1f2a3b4c.json"),
    (Format::ServicePrincipal, "azureauth.json"),
    (Format::AksServicePrincipals, "aksServicePrincipal.json"),
    (Format::ServicePrincipalIni, "credentials"),
    (Format::ServicePrincipalProperties, "azure.properties"),
    (Format::SfctlConfig, "config"),
    (Format::PublishSettings, "contoso.publishsettings"),
];

fuzz_target!(|data: &[u8]| {
    let Some((first, bytes)) = data.split_first() else { return };
    let (format, file_name) = READERS[usize::from(*first) % READERS.len()];
    let reading = Reading { file_name, time_zone: &TimeZone::UTC };
    let _ = formats::read(format, bytes, &reading);
    let _ = azvault_importer::read(bytes, &reading);
});
