"""A config folder of az with a login of its own whose token lives: usage: az_cached.py FOLDER

Run by a Python that has az. Writes what `az login` leaves, and lets az ask once for the token, with
answers from here to what it asks about its authority: az keeps them for a day. After it
`az account get-access-token` in that folder asks nobody.
"""
import base64
import io
import json
import os
import pathlib
import runpy
import sys
import time

FOLDER = pathlib.Path(sys.argv[1])
os.environ["AZURE_CONFIG_DIR"] = str(FOLDER)
CLIENT, TENANT = "04b07795-8ddb-461a-bbee-02f9e1bf7b46", "72f00000-0000-4000-8000-000000000001"
USER, SCOPE = "megan@contoso.example", "https://management.core.windows.net//.default"

import msal  # noqa: E402
import requests  # noqa: E402


def b64(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def answer(_adapter, request, **_):
    base = f"https://login.microsoftonline.com/{TENANT}"
    body = {
        "tenant_discovery_endpoint": base + "/v2.0/.well-known/openid-configuration", "api-version": "1.1",
        "metadata": [{"preferred_network": "login.microsoftonline.com", "preferred_cache": "login.windows.net",
                      "aliases": ["login.microsoftonline.com", "login.windows.net"]}],
        "issuer": base + "/v2.0", "token_endpoint": base + "/oauth2/v2.0/token",
        "authorization_endpoint": base + "/oauth2/v2.0/authorize",
    }
    reply = requests.Response()
    reply.status_code, reply.url, reply.request = 200, request.url, request
    reply.raw = io.BytesIO(json.dumps(body).encode())
    return reply


cache = msal.SerializableTokenCache()
cache.add({
    "client_id": CLIENT, "scope": [SCOPE], "environment": "login.microsoftonline.com", "grant_type": "authorization_code",
    "token_endpoint": f"https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token",
    "response": {
        "token_type": "Bearer", "scope": SCOPE, "expires_in": 86400, "access_token": "at." + "a" * 1800,
        "refresh_token": "rt." + "r" * 1200, "foci": "1", "client_info": b64({"uid": "oid-1", "utid": TENANT}),
        "id_token": ".".join([b64({"alg": "none"}), b64({
            "aud": CLIENT, "iss": f"https://login.microsoftonline.com/{TENANT}/v2.0", "iat": int(time.time()),
            "exp": int(time.time()) + 86400, "sub": "s", "oid": "oid-1", "tid": TENANT, "preferred_username": USER,
        }), "x"]),
    },
})
FOLDER.mkdir(exist_ok=True)
(FOLDER / "msal_token_cache.json").write_text(cache.serialize())
(FOLDER / "azureProfile.json").write_text(json.dumps({"subscriptions": [{
    "id": "5b000000-0000-4000-8000-000000000001", "name": "Sub", "state": "Enabled", "isDefault": True,
    "user": {"name": USER, "type": "user"}, "tenantId": TENANT, "environmentName": "AzureCloud",
    "homeTenantId": TENANT, "managedByTenants": [],
}]}), encoding="utf-8-sig")
(FOLDER / "config").write_text("[core]\ncollect_telemetry = no\n[cloud]\nname = AzureCloud\n")
requests.adapters.HTTPAdapter.send = answer
sys.argv = ["az", "account", "get-access-token"]
runpy.run_module("azure.cli", run_name="__main__")
