"""azure-identity, with what it was given alone: tokens that the loopback Azure accepts."""

import json
import sys
import urllib.request

from azure import identity


def get(credential, scope, url):
    token = credential.get_token(scope).token
    request = urllib.request.Request(url, headers={"Authorization": "Bearer " + token})
    return json.load(urllib.request.urlopen(request))


ARM = "https://management.azure.com/.default"
LIST = "https://management.azure.com/subscriptions?api-version=2022-12-01"
SECRET = "https://myvault.vault.azure.net/secrets/one?api-version=7.4"
if sys.argv[1:] != ["managed"]:
    default = identity.DefaultAzureCredential()
    print("default", get(default, ARM, LIST)["value"][0]["displayName"])
managed = identity.ManagedIdentityCredential()
print("managed", get(managed, ARM, LIST)["value"][0]["displayName"])
print("vault", get(managed, "https://vault.azure.net/.default", SECRET)["value"])
