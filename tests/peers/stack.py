#!/usr/bin/env python3
"""A small Azure for the tests of whole commands: Entra, Resource Manager and a managed identity that know of each other.

usage: stack.py CERTIFICATES FOLDER. FOLDER/scenario.json says what there is and is read anew for every
request; FOLDER/requests has each request on a line, FOLDER/issued every secret that was given out.
Prints the ports of HTTPS (with a known certificate, and with a stranger's) and of HTTP as one line of
JSON; ends when standard input does.

Refresh tokens rotate strictly: one that was redeemed is void. A user code is approved at once, after
scenario.pending polls; the browser's sign-in needs nobody. Tokens to scenario.step_up are refused
(AADSTS50076, with claims) until a sign-in brings these claims; those to scenario.busy with 429.
"""
import base64
import collections
import hashlib
import http.server
import json
import os
import pathlib
import ssl
import sys
import threading
import time
import urllib.parse

CERTIFICATES, FOLDER = map(pathlib.Path, sys.argv[1:])
LOCK = threading.Lock()
ACCESS = {}  # token: tenant
REFRESH = set()
STRONG = set()  # refresh tokens of sign-ins that answered the challenge
CHALLENGE = '{"access_token":{"capolids":{"essential":true,"values":["c1"]}}}'
CODES = {}
POLLS = collections.Counter()
ERRORS = {
    "50076": ("invalid_grant", 400, "Due to a configuration change made by your administrator, you must use multi-factor authentication to access."),
    "65001": ("invalid_grant", 400, "The user or administrator has not consented to use the application."),
    "700082": ("invalid_grant", 400, "The refresh token has expired due to inactivity."),
    "7000222": ("invalid_client", 401, "The provided client secret keys for app are expired."),
    "7000215": ("invalid_client", 401, "Invalid client secret provided."),
    "700016": ("unauthorized_client", 400, "Application was not found in the directory."),
}


def b64(data):
    data = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def issued(text):
    with LOCK, open(FOLDER / "issued", "a") as file:
        file.write(text + "\n")
    return text


def jwt(claims):
    return ".".join([b64({"alg": "RS256", "typ": "JWT"}), b64(claims), b64(os.urandom(64))])


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.answer("")

    def do_POST(self):
        self.answer(self.rfile.read(int(self.headers.get("content-length", 0))).decode())

    def send(self, status, body, headers=()):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def refuse(self, code):
        error, status, text = ERRORS[code]
        body = {
            "error": error, "error_codes": [int(code)], "trace_id": "0f-1", "correlation_id": "c0-1",
            "error_description": f"AADSTS{code}: {text} Trace ID: 0f-1 Correlation ID: c0-1 Timestamp: 2026-01-01 00:00:00Z",
        }
        if "text" in self.scenario:
            body["error_description"] = f"AADSTS{code}: {self.scenario['text']}"
        if code == "50076":
            body |= {"suberror": "basic_action", "claims": CHALLENGE}
        if code == "65001":
            body |= {"suberror": "consent_required"}
        self.send(status, body)

    def answer(self, body):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        form = dict(urllib.parse.parse_qsl(body))
        parts = url.path.strip("/").split("/")
        with LOCK, open(FOLDER / "requests", "a") as file:
            seen = {"method": self.command, "path": url.path, "query": query, "form": form}
            file.write(json.dumps(seen) + "\n")
        self.scenario = json.loads((FOLDER / "scenario.json").read_text())
        if parts == ["msi"]:
            return self.managed_identity(query)
        if parts[0] in ("tenants", "subscriptions"):
            return self.resource_manager(parts[0], query)
        asked, endpoint = parts[0], parts[-1]
        known = [t["id"] for t in self.scenario["tenants"] if asked in (t["id"], t.get("domain"))]
        tenant = known[0] if known else self.scenario["home"]
        if endpoint == "devicecode":
            code = issued("device." + b64(os.urandom(60)))
            CODES[code] = form
            return self.send(200, {
                "device_code": code, "user_code": "ABCD-EFGH", "expires_in": 900, "interval": 1,
                "verification_uri": "https://login.example/device", "message": "not shown",
            } | self.scenario.get("device", {}))
        if endpoint == "authorize":
            code = issued("code." + b64(os.urandom(60)))
            CODES[code] = query
            reply = urllib.parse.urlencode({"code": code, "state": query["state"], "session_state": "s"})
            return self.send(302, {}, [("Location", f"{query['redirect_uri']}/?{reply}")])
        if endpoint == "token":
            return self.token(tenant, form)
        self.send(404, {})

    def token(self, tenant, form):
        grant, nonce = form["grant_type"].split(":")[-1], None
        errors = self.scenario.get("errors", {})
        if grant in errors:
            return self.refuse(errors[grant])
        scope = form.get("scope", "")
        if self.scenario.get("busy", "-") in scope:
            return self.send(429, {"error": "temporarily_unavailable"}, [("Retry-After", "7")])
        strong = CHALLENGE in (form.get("claims"), CODES.get(form.get("device_code") or form.get("code"), {}).get("claims"))
        if grant == "refresh_token":
            strong = form["refresh_token"] in STRONG
        if self.scenario.get("step_up", "-") in scope and not strong:
            return self.refuse("50076")
        if grant == "refresh_token":
            with LOCK:
                valid = form["refresh_token"] in REFRESH
                error = next(t.get("error") for t in self.scenario["tenants"] if t["id"] == tenant)
                if valid and not error:
                    REFRESH.discard(form["refresh_token"])
            if not valid:
                return self.refuse("700082")
            if error:
                return self.refuse(error)
        if grant == "device_code":
            POLLS[form["device_code"]] += 1
            if POLLS[form["device_code"]] <= self.scenario.get("pending", 0):
                return self.send(400, {"error": "authorization_pending", "error_description": "AADSTS70016: pending"})
        if grant == "authorization_code":
            asked = CODES.pop(form["code"])
            challenge = b64(hashlib.sha256(form["code_verifier"].encode()).digest())
            assert challenge == asked["code_challenge"] and form["redirect_uri"] == asked["redirect_uri"]
            nonce = asked["nonce"]
        if grant == "client_credentials":
            secret, assertion = form.get("client_secret"), form.get("client_assertion")
            if secret == "an expired secret":
                return self.refuse("7000222")
            if assertion is not None and assertion != "the.federated.token":
                header = json.loads(base64.urlsafe_b64decode(assertion.split(".")[0] + "=="))
                assert header.get("federated") or "x5t#S256" in header and ("x5c" in header) == self.scenario.get("chain", False), header
            elif assertion is None and secret != "the client secret":
                return self.refuse("7000215")
        now = int(time.time())
        reply = {"token_type": "Bearer", "scope": form.get("scope", ""), "expires_in": 3599, "ext_expires_in": 7199}
        reply["access_token"] = self.access(tenant)
        if grant != "client_credentials":
            refresh = issued("refresh." + b64(os.urandom(60)))
            REFRESH.add(refresh)
            if strong:
                STRONG.add(refresh)
            claims = {
                "aud": form["client_id"], "iss": f"https://login.microsoftonline.com/{tenant}/v2.0", "exp": now + 3600,
                "sub": "s", "oid": "oid-1", "tid": tenant, "preferred_username": self.scenario["user"],
            } | self.scenario.get("claims", {})
            claims |= {"nonce": nonce} if nonce else {}
            reply |= {
                "refresh_token": refresh, "foci": "1", "id_token": jwt(claims),
                "client_info": b64({"uid": "oid-1", "utid": self.scenario["home"]}),
            }
        self.send(200, reply)

    def access(self, tenant):
        token = issued(jwt({"tid": tenant, "exp": int(time.time()) + 3599, "jti": b64(os.urandom(20))}))
        ACCESS[token] = tenant
        return token

    def resource_manager(self, kind, query):
        token = self.headers.get("authorization", "").removeprefix("Bearer ")
        tenant = ACCESS.get(token) or self.scenario.get("brought", {}).get(token)
        if tenant is None:
            return self.send(401, {"error": {"code": "InvalidAuthenticationToken", "message": f"no: {token}"}})
        if self.scenario.get("resource_manager") and kind == "subscriptions":
            status = self.scenario["resource_manager"]
            return self.send(status, {"error": {"code": "AuthorizationFailed", "message": f"no: {token}"}})
        if kind == "tenants":
            items = [
                {"tenantId": t["id"], "displayName": t["name"], "defaultDomain": t.get("domain")}
                for t in self.scenario["tenants"]
                if self.scenario.get("user_sees_all", True) or t["id"] == tenant
            ]
        else:
            own = next(t for t in self.scenario["tenants"] if t["id"] == tenant)
            items = [
                {"subscriptionId": s["id"], "displayName": s["name"], "state": s.get("state", "Enabled"),
                 "tenantId": s.get("home", tenant)}
                for s in own["subscriptions"]
            ]
        start, size = int(query.get("$skiptoken", 0)), 10
        reply = {"value": items[start : start + size]}
        if start + size < len(items):
            reply["nextLink"] = f"https://{self.headers['host']}/{kind}?api-version={query['api-version']}&$skiptoken={start + size}"
        self.send(200, reply)

    def managed_identity(self, query):
        if self.headers.get("x-identity-header") != "the identity header":
            return self.send(401, {"statusCode": 401, "message": "wrong header"})
        ids = [query[name] for name in ("client_id", "object_id", "mi_res_id") if name in query]
        if ids not in ([], ["assigned"]):
            return self.send(400, {"statusCode": 400, "message": "No User Assigned or Delegated Managed Identity found"})
        end = str(int(time.time()) + 86399)
        self.send(200, {
            "access_token": self.access(self.scenario["home"]), "expires_on": end, "resource": query["resource"],
            "token_type": "Bearer",
        })


def serving(certificate=None):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATES / certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


(FOLDER / "requests").touch()
(FOLDER / "issued").touch()
ports = {"https": serving("localhost.pem"), "stranger": serving("stranger.pem"), "http": serving()}
print(json.dumps(ports), flush=True)
sys.stdin.read()
os._exit(0)
