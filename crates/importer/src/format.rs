//! The names of formats and products. What is known of each stands in [`crate::formats::table`].

/// The formats azvault knows; the words of `migrate plan`. In the order of the table, which is the
/// order in which a file is asked whether it is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// `msal_token_cache.sig` of Azure CLI: its content is in a keyring.
    AzcliSignal,
    /// Zero bytes, or a BOM alone.
    Empty,
    /// Encrypted by Windows for one user.
    DpapiBlob,
    /// ADAL binary cache, schema version 2.
    AdalCacheV2,
    /// ADAL binary cache, schema version 3.
    AdalCacheV3,
    /// It was one of these once; its content is lost, or of a version nobody documents.
    Unreadable,
    /// The credential of one service principal of Azure Developer CLI.
    AzdCredential,
    /// Who is signed in to Azure Developer CLI.
    AzdCurrentUser,
    /// The secrets of applications of Power Platform CLI.
    PacSecrets,
    /// Lines that people typed into a shell.
    ShellHistory,
    /// `.env`, `.envrc` and what shells read when they start.
    ShellVariables,
    /// Code and variables of Terraform.
    TerraformCode,
    /// A log with what was sent to Azure.
    AzureLog,
    /// A certificate file that an entry points to.
    Certificate,
    /// Contexts of AzureRM 4 to Az today.
    AzpsContext,
    /// Profile of AzureRM 1-3.
    AzpsContextLegacy,
    /// Profile of Azure Service Management.
    AsmProfile,
    /// `AzureRmContextSettings.json`.
    AzpsAutosaveSettings,
    /// `AzurePSDataCollectionProfile.json`.
    AzpsDataCollection,
    /// `PSConfig.json`.
    AzpsConfig,
    /// `keystore.cache`.
    AzpsKeystore,
    /// `azureProfile.json`.
    AzcliProfile,
    /// `accessTokens.json`.
    AzcliAccessTokens,
    /// `service_principal_entries.json`.
    AzcliServicePrincipals,
    /// `config` of Azure CLI.
    AzcliConfig,
    /// `clouds.config`.
    AzcliClouds,
    /// MSAL unified cache.
    MsalCache,
    /// Users and clusters of `kubectl`.
    Kubeconfig,
    /// Sign-ins of Docker, Podman and Helm to registries.
    ContainerRegistries,
    /// `~/.git-credentials`.
    GitCredentials,
    /// `~/.gitconfig` and `.git/config`.
    GitConfig,
    /// `~/.netrc`.
    Netrc,
    /// `NuGet.Config`.
    NugetConfig,
    /// `.npmrc`.
    Npmrc,
    /// `.pypirc` and `pip.conf`.
    PythonIndexes,
    /// `settings.xml` of Maven.
    MavenSettings,
    /// Session tokens of the credential provider for Azure Artifacts.
    ArtifactsTokens,
    /// PATs of Azure CLI's DevOps extension.
    DevopsPats,
    /// GitHub tokens that Azure CLI cached.
    GithubTokens,
    /// `.databrickscfg`.
    DatabricksConfig,
    /// `token-cache.json` of the Databricks CLI.
    DatabricksTokens,
    /// `rclone.conf`.
    RcloneConfig,
    /// The configuration of blobfuse.
    BlobfuseConfig,
    /// State of Terraform, or of its backend.
    TerraformState,
    /// `Pulumi.STACK.yaml`.
    PulumiStack,
    /// State of a stack of Pulumi.
    PulumiState,
    /// User secrets and settings of .NET and Functions.
    DotnetSettings,
    /// What Export-Clixml wrote.
    Clixml,
    /// What ConvertFrom-SecureString wrote outside Windows.
    SecureString,
    /// `WindowsAzureProfile.xml`.
    AsmSubscriptions,
    /// A connection of CLI for Microsoft 365.
    M365Connection,
    /// The sign-in of the Maven plugins.
    MavenSecret,
    /// Docker's sign-in to Azure.
    DockerAzureToken,
    /// One token of go-autorest: kubelogin, Packer, docker-machine.
    GoAutorestToken,
    /// Who is signed in to Power Platform CLI.
    PacProfiles,
    /// A service principal in a JSON file of its own.
    ServicePrincipal,
    /// `aksServicePrincipal.json`.
    AksServicePrincipals,
    /// `~/.azure/credentials` of Ansible, Chef and InSpec.
    ServicePrincipalIni,
    /// A service principal in a properties file of Java.
    ServicePrincipalProperties,
    /// `config` of the Service Fabric CLI.
    SfctlConfig,
    /// `.publishSettings` of Azure Service Management.
    PublishSettings,
    /// Someone else's file.
    NotAContextFile,
}

/// Whose file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Product {
    /// Azure PowerShell (Az, AzureRM).
    AzurePowerShell,
    /// Azure CLI.
    AzureCli,
    /// Azure Service Management, before AzureRM.
    AzureServiceManagement,
    /// Azure Developer CLI.
    AzureDeveloperCli,
    /// Programs that use the Azure Identity libraries with a cache of their own.
    AzureIdentity,
    /// Microsoft Graph PowerShell.
    GraphPowerShell,
    /// CLI for Microsoft 365.
    CliForMicrosoft365,
    /// Azure Machine Learning SDK v1.
    AzureMl,
    /// Power Platform CLI.
    PowerPlatformCli,
    /// kubelogin.
    Kubelogin,
    /// Packer.
    Packer,
    /// docker-machine.
    DockerMachine,
    /// Docker's Azure integration.
    Docker,
    /// The Maven plugins for Azure.
    MavenPlugins,
    /// Ansible, Chef, InSpec: they have one file of credentials.
    Ansible,
    /// The Azure libraries of every language, and what is written for them.
    AzureSdk,
    /// The Service Fabric CLI.
    ServiceFabricCli,
    /// kubectl and what signs it in.
    Kubernetes,
    /// Docker, Podman and Helm.
    Containers,
    /// Git.
    Git,
    /// NuGet, npm, Python and Maven.
    PackageManagers,
    /// The credential provider for Azure Artifacts.
    AzureArtifacts,
    /// The Databricks CLI.
    Databricks,
    /// rclone.
    Rclone,
    /// blobfuse.
    Blobfuse,
    /// AzCopy.
    AzCopy,
    /// Terraform.
    Terraform,
    /// Pulumi.
    Pulumi,
    /// .NET and Azure Functions.
    DotNet,
    /// PowerShell itself.
    PowerShell,
    /// Shells.
    Shells,
    /// A product that azvault does not know.
    Unknown,
}

impl Product {
    /// The product as it stands in JSON and in tables.
    pub fn as_str(self) -> &'static str {
        self.names().0
    }

    /// The product as its users call it.
    pub fn title(self) -> &'static str {
        self.names().1
    }

    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::AzurePowerShell => ("azure-powershell", "Azure PowerShell"),
            Self::AzureCli => ("azure-cli", "Azure CLI"),
            Self::AzureServiceManagement => ("asm", "Azure Service Management"),
            Self::AzureDeveloperCli => ("azd", "Azure Developer CLI"),
            Self::AzureIdentity => ("azure-identity", "Azure Identity"),
            Self::GraphPowerShell => ("graph-powershell", "Microsoft Graph PowerShell"),
            Self::CliForMicrosoft365 => ("cli-microsoft365", "CLI for Microsoft 365"),
            Self::AzureMl => ("azureml", "Azure Machine Learning SDK v1"),
            Self::PowerPlatformCli => ("power-platform-cli", "Power Platform CLI"),
            Self::Kubelogin => ("kubelogin", "kubelogin"),
            Self::Packer => ("packer", "Packer"),
            Self::DockerMachine => ("docker-machine", "docker-machine"),
            Self::Docker => ("docker", "Docker"),
            Self::MavenPlugins => ("azure-maven-plugins", "Maven plugins for Azure"),
            Self::Ansible => ("ansible", "Ansible, Chef, InSpec"),
            Self::AzureSdk => ("azure-sdk", "Azure SDKs"),
            Self::ServiceFabricCli => ("sfctl", "Service Fabric CLI"),
            Self::Kubernetes => ("kubernetes", "kubectl"),
            Self::Containers => ("containers", "Docker, Podman, Helm"),
            Self::Git => ("git", "Git"),
            Self::PackageManagers => ("package-managers", "package managers"),
            Self::AzureArtifacts => ("azure-artifacts", "Azure Artifacts"),
            Self::Databricks => ("databricks", "Databricks CLI"),
            Self::Rclone => ("rclone", "rclone"),
            Self::Blobfuse => ("blobfuse", "blobfuse"),
            Self::AzCopy => ("azcopy", "AzCopy"),
            Self::Terraform => ("terraform", "Terraform"),
            Self::Pulumi => ("pulumi", "Pulumi"),
            Self::DotNet => ("dotnet", ".NET"),
            Self::PowerShell => ("powershell", "PowerShell"),
            Self::Shells => ("shells", "shells"),
            Self::Unknown => ("none", "unknown"),
        }
    }
}
