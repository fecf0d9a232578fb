"""What npm has: the Azure SDK for JavaScript, CLI for Microsoft 365, azcopy."""

from install import Package
from rows import ARM, VAULT, Client, Row


def _node(family: str, version: str, *names: str, is_end: bool = True) -> Client:
    return Client(family, version, Package("npm", names), is_end)


def _identity(version: str, is_end: bool) -> Row:
    client = _node("azure-identity for JavaScript", version, f"@azure/identity@{version}",
                   is_end=is_end)
    return Row(client, "DefaultAzureCredential and ManagedIdentityCredential to ARM and Key Vault",
               "node $SCRIPTS/identity.cjs $HERE",
               ("default Sub One", "managed Sub One", "vault a secret"), (ARM, VAULT))


AZCOPY = _node("azcopy", "10.32.2", "@azure-tools/azcopy-linux@10.32.2")
M365 = _node("CLI for Microsoft 365", "11.11.0", "@pnp/cli-microsoft365@11.11.0")
MCP = _node("Azure MCP server (.NET)", "2.0.5", "@azure/mcp@2.0.5")

ROWS = [
    _identity("2.1.0", is_end=True),
    _identity("4.10.0", is_end=False),
    _identity("4.14.0", is_end=True),
    Row(AZCOPY, "copy and list, by AZCOPY_AUTO_LOGIN_TYPE",
        "azcopy=$(find $HERE/node_modules -name azcopy_linux_amd64); chmod u+x $azcopy; "
        "echo hello >$HOME/file; $azcopy copy $HOME/file "
        "https://myacct.blob.core.windows.net/box/azcopy --skip-version-check && $azcopy list "
        "https://myacct.blob.core.windows.net/box --skip-version-check",
        ("Final Job Status: Completed", "azcopy")),
    Row(MCP, "subscription list", "$HERE/node_modules/.bin/azmcp subscription list", ("Sub One",),
        (ARM,)),
    Row(M365, "login by managed identity, one request to Graph",
        "m365=$HERE/node_modules/.bin/m365; $m365 login --authType identity && $m365 request "
        "--url https://graph.microsoft.com/v1.0/me --output json",
        ("ada@contoso.example",), ("graph.microsoft.com",), leaves=".cli-m365-all-connections.json, .cli-m365-connection.json"),
]
