//! What people typed, and what quotes it.

use super::base::{CLIENT_SECRET, OTHERS, STORAGE_KEY, is_between};
use crate::decode::contains;
use crate::formats::row::{Clean, Folder, ProductFiles, Reader, Recognised, Row};
use crate::reported::{azure_cli, dotnet, powershell, shell};
use crate::{Format, Product};

/// Names under which shells keep what was typed.
const HISTORIES: &[&str] = &[
    ".bash_history",
    "bash_history",
    ".zsh_history",
    "zsh_history",
    ".zhistory",
    ".histfile",
    ".sh_history",
    ".ash_history",
    ".ksh_history",
    "fish_history",
    "ConsoleHost_history.txt",
    "Visual Studio Code Host_history.txt",
    "history.txt",
];

/// The same in their folders, where copies lie beside them.
const HISTORIES_AND_COPIES: &[&str] =
    &["fish_history*", "*Host_history.txt*", "history.txt*", ".zsh_history*"];

/// Whether a file has one of these names, or that of a copy: `.bash_history.bak`, `.bashrc~`.
fn is_one_of(names: &[&str], file_name: &str) -> bool {
    names.iter().any(|name| {
        file_name
            .strip_prefix(name)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '~', '-', ' ', '_']))
    })
}

/// Names of files that shells, direnv and many tools read variables from.
const VARIABLES: &[&str] = &[
    ".env",
    ".envrc",
    ".bashrc",
    ".bash_profile",
    ".bash_login",
    ".bash_aliases",
    ".profile",
    ".zshrc",
    ".zshenv",
    ".zprofile",
    ".zlogin",
    ".kshrc",
    "config.fish",
    "fish_variables",
    "config.nu",
    "env.nu",
    "Microsoft.PowerShell_profile.ps1",
    "profile.ps1",
];

pub(in crate::formats::table) const SHELL_HISTORY: Row = Row {
    format: Format::ShellHistory,
    name: "shell-history",
    product: Product::Shells,
    versions: "histories of bash, zsh, fish, nushell and PSReadLine",
    lies: &[
        ProductFiles { product: Product::Shells, folders: &[Folder::Home("")], files: HISTORIES },
        ProductFiles {
            product: Product::Shells,
            folders: &[
                Folder::Data("powershell/PSReadLine"),
                Folder::Data("fish"),
                Folder::Config("nushell"),
                Folder::Config("zsh"),
                Folder::Roaming("Microsoft/Windows/PowerShell/PSReadLine"),
            ],
            files: HISTORIES_AND_COPIES,
        },
    ],
    recognised: Recognised {
        bytes: |_, name| is_one_of(HISTORIES, name),
        names: HISTORIES,
        by: "its name, or that of a copy",
        ..Recognised::NOT
    },
    reader: Reader::ReportLines(shell::read_history),
    read_by: "reported/shell.rs",
    clean: Clean::Leaves("it is a person's own: remove the lines by hand"),
    revoke: CLIENT_SECRET,
    source: "the shells' manuals",
    fixtures: &[
        "other-tools/shells/bash_history",
        "other-tools/shells/zsh_history",
        "other-tools/shells/fish_history",
        "other-tools/shells/ConsoleHost_history.txt",
    ],
    ..OTHERS
};

pub(in crate::formats::table) const SHELL_VARIABLES: Row = Row {
    format: Format::ShellVariables,
    name: "shell-variables",
    versions: "dotenv, direnv, profiles of shells",
    lies: &[
        ProductFiles { product: Product::Shells, folders: &[Folder::Home("")], files: VARIABLES },
        ProductFiles {
            product: Product::Shells,
            folders: &[
                Folder::Config("fish"),
                Folder::Config("nushell"),
                Folder::Config("powershell"),
            ],
            files: VARIABLES,
        },
    ],
    recognised: Recognised {
        bytes: |_, name| {
            is_one_of(VARIABLES, name) || name.starts_with(".env.") || is_between(name, "", ".env")
        },
        names: VARIABLES,
        by: "its name: `.env`, `.env.*`, `*.env`, `.envrc`, a profile of a shell",
        ..Recognised::NOT
    },
    reader: Reader::ReportLines(shell::read_variables),
    fixtures: &["other-tools/shells/variables"],
    ..SHELL_HISTORY
};

pub(in crate::formats::table) const AZURE_LOG: Row = Row {
    format: Format::AzureLog,
    name: "azure-log",
    product: Product::AzureCli,
    versions: "logs of AzCopy, `azure.err` of the classic CLI, error records of Azure PowerShell",
    lies: &[
        ProductFiles {
            product: Product::AzCopy,
            folders: &[Folder::Home(".azcopy")],
            files: &["*.log"],
        },
        ProductFiles {
            product: Product::AzureCli,
            folders: &[
                Folder::AzureConfig(""),
                Folder::AzureConfig("logs"),
                Folder::AzureConfig("commands"),
            ],
            files: &["azure.err", "*.log"],
        },
        ProductFiles {
            product: Product::AzurePowerShell,
            folders: &[Folder::Home(".Azure/ErrorRecords"), Folder::AzureConfig("ErrorRecords")],
            files: &["*.log"],
        },
    ],
    recognised: Recognised {
        bytes: |bytes, name| {
            let is_log = is_between(name, "", ".log") || is_between(name, "azure.err", "");
            is_log && (contains(bytes, "earer ") || contains(bytes, "sig="))
        },
        by: "its name, and a bearer token or a signed URL in it",
        ..Recognised::NOT
    },
    reader: Reader::ReportLines(shell::read_log),
    clean: Clean::Leaves("nothing of it is in the vault: remove the log by hand"),
    revoke: STORAGE_KEY,
    source: "Azure/azure-storage-azcopy common/logger.go, APC AzurePSCmdlet.cs, azure-xplat-cli",
    fixtures: &["other-tools/logs/azcopy.log", "other-tools/classic/azure.err"],
    ..SHELL_HISTORY
};

pub(in crate::formats::table) const DOTNET_SETTINGS: Row = Row {
    format: Format::DotnetSettings,
    name: "dotnet-settings",
    product: Product::DotNet,
    versions: "user secrets, appsettings.json, local.settings.json of Functions",
    lies: &[ProductFiles {
        product: Product::DotNet,
        folders: &[
            Folder::Home(".microsoft/usersecrets/*"),
            Folder::Roaming("Microsoft/UserSecrets/*"),
        ],
        files: &["secrets.json"],
    }],
    recognised: Recognised {
        bytes: |_, name| is_between(name, "appsettings", ".json"),
        object: |shape| shape.has("IsEncrypted") && shape.has_object("Values"),
        names: &["secrets.json", "local.settings.json"],
        by: "its name, or `IsEncrypted` and `Values`",
        ..Recognised::NOT
    },
    reader: Reader::Report(dotnet::read),
    read_by: "reported/dotnet.rs",
    protection: "unencrypted unless `IsEncrypted`",
    revoke: CLIENT_SECRET,
    source: "dotnet/aspnetcore UserSecrets, azure-functions-core-tools SecretsManager.cs",
    fixtures: &["other-tools/dotnet/secrets.json", "other-tools/dotnet/local.settings.json"],
    ..OTHERS
};

pub(in crate::formats::table) const CLIXML: Row = Row {
    format: Format::Clixml,
    name: "powershell-clixml",
    product: Product::PowerShell,
    versions: "Export-Clixml of PowerShell 3 to today",
    lies: &[ProductFiles {
        product: Product::PowerShell,
        folders: &[Folder::Home("")],
        files: &["*.xml", "*.clixml"],
    }],
    recognised: Recognised {
        text: powershell::is_clixml,
        by: "`Objs` of PowerShell's namespace",
        ..Recognised::NOT
    },
    reader: Reader::Report(powershell::read_clixml),
    read_by: "reported/powershell.rs",
    protection: "none outside Windows: UTF-16 in hex; DPAPI on Windows",
    clean: Clean::Leaves("it is a person's own: remove it by hand"),
    revoke: CLIENT_SECRET,
    source: "PowerShell/PowerShell serialization.cs, MS-PSRP",
    fixtures: &["other-tools/powershell/sp.xml"],
    ..OTHERS
};

pub(in crate::formats::table) const SECURE_STRING: Row = Row {
    format: Format::SecureString,
    name: "powershell-secure-string",
    versions: "ConvertFrom-SecureString outside Windows",
    lies: &[ProductFiles {
        product: Product::PowerShell,
        folders: &[Folder::Home("")],
        files: &["*.txt"],
    }],
    recognised: Recognised {
        text: powershell::is_secure_string,
        by: "nothing but UTF-16 in hex",
        ..Recognised::NOT
    },
    reader: Reader::ReportLines(powershell::read_secure_string),
    fixtures: &["other-tools/powershell/secure-string.txt"],
    ..CLIXML
};

pub(in crate::formats::table) const ASM_SUBSCRIPTIONS: Row = Row {
    format: Format::AsmSubscriptions,
    name: "asm-subscriptions",
    product: Product::AzureServiceManagement,
    versions: "Azure Service Management: Azure PowerShell 0.8 and before",
    lies: &[ProductFiles {
        product: Product::AzureServiceManagement,
        folders: &[
            Folder::Roaming("Windows Azure Powershell"),
            Folder::Config("Windows Azure Powershell"),
            Folder::AzureConfig(""),
        ],
        files: &["WindowsAzureProfile.xml", "WindowsAzureProfile.xml.bak"],
    }],
    recognised: Recognised {
        text: |text| text.contains("<ProfileData") && text.contains("<Subscriptions"),
        names: &["WindowsAzureProfile.xml", "WindowsAzureProfile.xml.bak"],
        by: "`ProfileData` with `Subscriptions`",
        ..Recognised::NOT
    },
    reader: Reader::Report(azure_cli::read_subscriptions),
    read_by: "reported/azure_cli.rs",
    protection: "unencrypted; the keys are in the store of certificates",
    clean: Clean::Leaves("nothing of it is in the vault: remove it by hand"),
    revoke: "Azure portal: the subscription, Management certificates",
    source: "AP AU/AzureSessionInitializer.cs (`OldProfileFile`)",
    fixtures: &["other-tools/classic/WindowsAzureProfile.xml"],
    ..CLIXML
};
