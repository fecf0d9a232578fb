#!/usr/bin/env python3
"""Every flow as Microsoft's own library does it. usage: msal_flows.py AUTHORITY CA_PEM CLIENT_PEM CLIENT_CERT_PEM"""
import sys
import urllib.parse

import msal
import requests

authority, ca, client_pem, client_cert = sys.argv[1:]
SCOPES = ["https://management.core.windows.net//.default"]
CLAIMS = '{"access_token":{"nbf":{"essential":true}}}'
PUBLIC = "1950a258-227b-4e31-a9cf-717495945fc2"
how = {"authority": authority, "verify": ca, "instance_discovery": False}


def done(result):
    assert "access_token" in result, result
    return result


public = msal.PublicClientApplication(PUBLIC, **how)
flow = public.initiate_device_flow(SCOPES)
done(public.acquire_token_by_device_flow(flow))
flow = public.initiate_auth_code_flow(
    SCOPES, redirect_uri="http://localhost:1", prompt="select_account", claims_challenge=CLAIMS, login_hint="anna@example.com"
)
reply = requests.get(flow["auth_uri"], verify=ca, allow_redirects=False)
answer = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(reply.headers["location"]).query))
result = done(public.acquire_token_by_auth_code_flow(flow, answer))
done(public.acquire_token_by_refresh_token("the refresh token", SCOPES))

pem = open(client_pem).read()
certificate = {
    "private_key": pem[pem.index("-----BEGIN PRIVATE"):pem.index("-----BEGIN CERT")],
    "public_certificate": open(client_cert).read(),
}
for credential in ["the client secret", {"client_assertion": "the.federated.token"}, certificate]:
    app = msal.ConfidentialClientApplication("client", client_credential=credential, **how)
    done(app.acquire_token_for_client(SCOPES))
