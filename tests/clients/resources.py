"""The resource servers of the loopback Azure. Each opens for a token of its own audience alone."""

import base64

from entra import DOMAINS, GUEST, HOME, USER, USER_ID
from tokens import NoToken, Tokens

SUBSCRIPTIONS = {
    HOME: {"aaaaaaaa-0000-4000-8000-000000000001": "Sub One",
           "aaaaaaaa-0000-4000-8000-000000000002": "Sub Two"},
    GUEST: {"bbbbbbbb-0000-4000-8000-000000000001": "Guest Sub"},
}
ACCOUNT, CONTAINER = "myacct", "box"
ACCOUNT_KEY = base64.b64encode(bytes(64)).decode()

ARM = {"https://management.azure.com", "https://management.core.windows.net"}
GRAPH = {"https://graph.microsoft.com", "00000003-0000-0000-c000-000000000000"}
# Host, or the end of one, and what a token for it says.
AUDIENCES = {
    "management.azure.com": ARM,
    "management.core.windows.net": ARM,
    "graph.microsoft.com": GRAPH,
    "graph.windows.net": {"https://graph.windows.net"},
    ".vault.azure.net": {"https://vault.azure.net"},
    ".blob.core.windows.net": {"https://storage.azure.com"},
    ".dfs.core.windows.net": {"https://storage.azure.com"},
    ".openai.azure.com": {"https://cognitiveservices.azure.com"},
    ".documents.azure.com": {"https://cosmos.azure.com", "https://mycosmos.documents.azure.com"},
    ".azconfig.io": {"https://azconfig.io", "https://myconfig.azconfig.io"},
    ".azuredatabricks.net": {"2ff814a6-3304-4ab8-85cb-cd0e6f879c1d"},
    ".hcp.westeurope.azmk8s.io": {"6dae42f8-4368-4678-94ff-3960e28e3630"},
    "dev.azure.com": {"499b84ac-1321-427f-aa17-267ca6975798", "https://dev.azure.com"},
}
HOSTS = [
    "management.azure.com", "management.core.windows.net", "graph.microsoft.com",
    "graph.windows.net", "myvault.vault.azure.net", "myopenai.openai.azure.com",
    "mycosmos.documents.azure.com", "myconfig.azconfig.io", "adb-1.azuredatabricks.net",
    "mycluster.hcp.westeurope.azmk8s.io", "dev.azure.com",
]
# azurite's, which judges tokens itself.
STORAGE_HOSTS = ["myacct.blob.core.windows.net", "myacct.dfs.core.windows.net"]


def audiences(host: str) -> set[str]:
    for name, expected in AUDIENCES.items():
        if host == name or (name.startswith(".") and host.endswith(name)):
            return expected
    return set()


def challenge(host: str) -> str:
    """What a client without a token is told."""
    at = f'authorization="https://login.microsoftonline.com/{HOME}"'
    if host.endswith(".vault.azure.net"):
        return f'Bearer {at}, resource="https://vault.azure.net"'
    return f'Bearer authorization_uri="https://login.microsoftonline.com/{HOME}"'


def answer(tokens: Tokens, host: str, path: list[str], authorization: str) -> dict:
    """What is there, for who shows the right token; `NoToken`, `Refused` and `KeyError` else."""
    if path[:2] == ["metadata", "endpoints"]:
        return METADATA
    scheme, _, token = authorization.partition(" ")
    if host.endswith(".documents.azure.com"):
        # type=aad&ver=1.0&sig=TOKEN, all of it escaped.
        token = authorization.partition("sig%3D")[2] or authorization.partition("sig=")[2]
    elif scheme.lower() != "bearer":
        raise NoToken("no bearer token")
    claims = tokens.judge(token, audiences(host))
    if host in ("management.azure.com", "management.core.windows.net"):
        return resource_manager(path, claims)
    if host in ("graph.microsoft.com", "graph.windows.net"):
        me = {"id": USER_ID, "displayName": "Ada", "userPrincipalName": USER}
        return me if path[-1] == "me" else {"value": [me]}
    if host.endswith(".vault.azure.net"):
        return key_vault(host, path)
    if host.endswith(".azconfig.io"):
        return {"items": [{"key": "one", "value": "a setting", "etag": "e", "tags": {}}]}
    if host.endswith(".openai.azure.com"):
        choice = {"index": 0, "finish_reason": "stop",
                  "message": {"role": "assistant", "content": "a reply"}}
        return {"id": "c", "object": "chat.completion", "created": 1, "model": "m",
                "choices": [choice]}
    if host.endswith(".documents.azure.com"):
        return cosmos(path)
    return {"host": host, "userName": "ada", "value": [], "count": 0, "items": []}


def key_vault(host: str, path: list[str]) -> dict:
    at, attributes = f"https://{host}", {"enabled": True, "created": 1, "updated": 1}
    if path[0] == "secrets" and len(path) > 1:
        return {"value": "a secret", "id": f"{at}/secrets/{path[1]}/{'0' * 32}",
                "attributes": attributes}
    if path[0] == "keys" and path[-1] in ("encrypt", "decrypt", "wrapkey", "unwrapkey"):
        # The same bytes for every text: sops asks for nothing else.
        return {"kid": f"{at}/keys/{path[1]}/{'0' * 32}", "value": "AAECAwQFBgcICQoLDA0ODw"}
    if path[0] == "keys" and len(path) > 1:
        return {"key": {"kid": f"{at}/keys/{path[1]}/{'0' * 32}", "kty": "RSA",
                        "n": "AQAB" * 80, "e": "AQAB"}, "attributes": attributes}
    return {"value": [{"id": f"{at}/secrets/one", "attributes": attributes}]}


def cosmos(path: list[str]) -> dict:
    if path == [""]:
        at = {"name": "West Europe",
              "databaseAccountEndpoint": "https://mycosmos.documents.azure.com:443/"}
        return {"id": "mycosmos", "_rid": "mycosmos", "writableLocations": [at],
                "readableLocations": [at], "enableMultipleWriteLocations": False,
                "userConsistencyPolicy": {"defaultConsistencyLevel": "Session"},
                "userReplicationPolicy": {}, "systemReplicationPolicy": {},
                "readPolicy": {"primaryReadCoefficient": 1, "secondaryReadCoefficient": 1},
                "queryEngineConfiguration": "{}"}
    return {"_rid": "", "Databases": [{"id": "one", "_rid": "r"}], "_count": 1}


def resource_manager(path: list[str], claims: dict) -> dict:
    tenant = claims["tid"]
    if path == ["tenants"]:
        seen = [HOME, GUEST] if claims["idtyp"] == "user" else [tenant]
        return {"value": [{"id": f"/tenants/{own}", "tenantId": own, "countryCode": "DE",
                           "displayName": DOMAINS[own], "domains": [DOMAINS[own]],
                           "defaultDomain": DOMAINS[own], "tenantCategory": "Home"}
                          for own in seen]}
    own = SUBSCRIPTIONS[tenant]
    if path == ["subscriptions"]:
        return {"value": [subscription(tenant, one) for one in own]}
    if path[0] == "subscriptions" and path[1] not in own:
        raise KeyError(path[1])
    lower = [part.lower() for part in path]
    if path[0] == "subscriptions" and len(path) == 2:
        return subscription(tenant, path[1])
    if lower[2:3] == ["resourcegroups"] and len(path) <= 4:
        group = lambda name: {
            "id": f"/subscriptions/{path[1]}/resourceGroups/{name}", "name": name,
            "type": "Microsoft.Resources/resourceGroups", "location": "westeurope",
            "properties": {"provisioningState": "Succeeded"}}
        return {"value": [group("rg1"), group("rg2")]} if len(path) == 3 else group(path[3])
    if lower[-1] == "listkeys":
        return {"keys": [{"keyName": "key1", "value": ACCOUNT_KEY, "permissions": "FULL"}]}
    if "storageaccounts" in lower and lower[-1] == ACCOUNT:
        blob = f"https://{ACCOUNT}.blob.core.windows.net/"
        return {"id": "/" + "/".join(path), "name": ACCOUNT, "location": "westeurope",
                "type": "Microsoft.Storage/storageAccounts", "kind": "StorageV2",
                "sku": {"name": "Standard_LRS", "tier": "Standard"},
                "properties": {"provisioningState": "Succeeded",
                               "primaryEndpoints": {"blob": blob}}}
    return {"value": []}


def subscription(tenant: str, own: str) -> dict:
    return {"id": f"/subscriptions/{own}", "subscriptionId": own, "tenantId": tenant,
            "displayName": SUBSCRIPTIONS[tenant][own], "state": "Enabled",
            "authorizationSource": "RoleBased", "managedByTenants": [],
            "subscriptionPolicies": {"locationPlacementId": "Public_2014-09-01", "quotaId": "x",
                                     "spendingLimit": "Off"}}


# What az, Terraform and go-azure-sdk read before they sign in.
METADATA = {
    "name": "AzureCloud", "portal": "https://portal.azure.com",
    "authentication": {
        "loginEndpoint": "https://login.microsoftonline.com", "tenant": "common",
        "audiences": sorted(ARM), "identityProvider": "AAD",
    },
    "resourceManager": "https://management.azure.com/",
    "graph": "https://graph.windows.net/", "graphAudience": "https://graph.windows.net/",
    "microsoftGraphResourceId": "https://graph.microsoft.com/",
    "gallery": "https://gallery.azure.com/", "batch": "https://batch.core.windows.net/",
    "media": "https://rest.media.azure.net", "sqlManagement": "https://management.core.windows.net:8443/",
    "vmImageAliasDoc": "https://raw.githubusercontent.com/aliases.json",
    "ossrDbmsResourceId": "https://ossrdbms-aad.database.windows.net",
    "suffixes": {
        "storage": "core.windows.net", "keyVaultDns": "vault.azure.net",
        "acrLoginServer": "azurecr.io", "sqlServerHostname": "database.windows.net",
        "azureDataLakeStoreFileSystem": "azuredatalakestore.net",
        "mhsmDns": "managedhsm.azure.net", "attestationEndpoint": "attest.azure.net",
    },
}
