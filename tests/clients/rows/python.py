"""az, the Azure SDK for Python, and what is built on it."""

from install import Package
from rows import ARM, VAULT, Client, Row

TENANT = "11111111-2222-3333-4444-555555555555"


NEWEST_AZ = Package("pypi", ("azure-cli==2.91.0",))


def _python(family: str, version: str, *names: str, is_end: bool = True) -> Client:
    return Client(family, version, Package("pypi", names), is_end)


def _az(version: str, is_end: bool, python: str | None = None) -> list[Row]:
    # Old releases leave open what newer setuptools has lost: pkg_resources.
    names = (f"azure-cli=={version}", *(["setuptools<70"] if python else []))
    client = Client("azure-cli", version, Package("pypi", names, python), is_end)
    lines = [
        ("account show, get-access-token, group list",
         "az account show --query tenantId -o tsv && az account get-access-token --query tenant "
         "-o tsv && az group list --query '[].name' -o tsv", (TENANT, TENANT, "rg1", "rg2"), ARM),
        ("keyvault secret show",
         "az keyvault secret show --vault-name myvault -n one --query value -o tsv",
         ("a secret",), VAULT),
        ("rest to Microsoft Graph", "az rest --url https://graph.microsoft.com/v1.0/me --query "
         "userPrincipalName -o tsv", ("ada@contoso.example",), "graph.microsoft.com"),
        ("storage blob upload, list",
         "echo hello >$HOME/file; az storage blob upload --account-name myacct -c box -n az-$$ -f "
         "$HOME/file --auth-mode login -o none --only-show-errors && az storage blob list "
         "--account-name myacct -c box --auth-mode login --query '[].name' -o tsv "
         "--only-show-errors", ("az-",), None),
    ]
    rows = [Row(client, does, f"export PATH=$HERE/bin:$PATH; {line}", says, (host,) if host else ())
            for does, line, says, host in lines]
    return [*rows, Row(client, "login by az, migrate, clean, work by the wrapper, rollback, work",
                       "python3 $SCRIPTS/loop.py", ("by the wrapper: the same", "exec: the same",
                                                    "by az itself: the same"), (ARM,))]


def _identity(version: str, *more: str, is_end: bool) -> Row:
    client = _python("azure-identity for Python", version, f"azure-identity=={version}", *more,
                     is_end=is_end)
    return Row(client, "DefaultAzureCredential and ManagedIdentityCredential to ARM and Key Vault",
               "$HERE/bin/python $SCRIPTS/identity.py",
               ("default Sub One", "managed Sub One", "vault a secret"), (ARM, VAULT))


def _library(name: str, version: str, does: str, says: str, *more: str,
             opens: tuple[str, ...] = ()) -> Row:
    client = _python(name, version, f"{name}=={version}", "azure-identity==1.27.0", *more)
    return Row(client, does, f"$HERE/bin/python $SCRIPTS/libraries.py {name}", (says,), opens)


ANSIBLE = Client("Ansible azure.azcollection", "ansible 14.5.0",
                 Package("ansible", ("ansible==14.5.0", "ansible-core"), "3.12"))

ROWS = [
    *_az("2.29.2", is_end=True, python="3.10"),
    *_az("2.45.0", is_end=False, python="3.10"),
    *_az("2.70.0", is_end=False),
    *_az("2.91.0", is_end=True),
    _identity("1.10.0", is_end=True),
    _identity("1.23.1", is_end=False),
    _identity("1.27.0", is_end=True),
    Row(_python("azure-identity for Python", "1.5.0", "azure-identity==1.5.0", "six",
                "setuptools<70", is_end=False), "ManagedIdentityCredential to ARM, by MSI_SECRET",
        "$HERE/bin/python $SCRIPTS/identity.py managed", ("managed Sub One",), (ARM,)),
    Row(ANSIBLE, "azure_rm_resourcegroup_info, by ANSIBLE_AZURE_AUTH_SOURCE",
        "$HERE/bin/ansible localhost -m azure.azcollection.azure_rm_resourcegroup_info",
        ("rg1",), (ARM,)),
    _library("msrestazure", "0.6.4.post1", "MSIAuthentication to ARM", "Sub One", "setuptools<70",
             opens=(ARM,)),
    _library("msal", "1.39.0", "ManagedIdentityClient to ARM", "Sub One", opens=(ARM,)),
    _library("azure-storage-blob", "12.31.1", "upload and list", "library"),
    _library("msgraph-sdk", "1.65.0", "the user's own entry", "ada@contoso.example",
             opens=("graph.microsoft.com",)),
    _library("openai", "3.57.0", "AzureOpenAI, one completion", "a reply",
             opens=("myopenai.openai.azure.com",)),
    _library("azure-cosmos", "4.17.1", "list databases", "one", "aiohttp",
             opens=("mycosmos.documents.azure.com",)),
    _library("azure-appconfiguration", "1.10.0", "list settings", "one",
             opens=("myconfig.azconfig.io",)),
    _library("databricks-sdk", "0.162.0", "who am I, by the az of the path", "ada",
             opens=("adb-1.azuredatabricks.net",)),
    _library("adlfs", "2026.8.0", "write and read by fsspec", "hello"),
    _library("deltalake", "1.6.6", "write and read a table, by AZURE_MSI_ENDPOINT", "3 rows",
             "pyarrow"),
    _library("obstore", "0.12.1", "object_store of Rust: put and get", "hello"),
]
