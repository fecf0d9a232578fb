#!/usr/bin/env python3
"""A small Azure for the tests of whole commands: Entra, Resource Manager and a managed identity that know of each other.

usage: stack.py CERTIFICATES FOLDER. FOLDER/scenario.json says what there is and is read anew for every
request; FOLDER/requests has each request on a line, FOLDER/issued every secret that was given out.
Prints the ports of HTTPS (with a known certificate, and with a stranger's) and of HTTP as one line of
JSON; ends when standard input does.

Refresh tokens rotate strictly: one that was redeemed is void. A user code is approved at once, after
scenario.pending polls; the browser's sign-in needs nobody. Tokens to scenario.step_up are refused
(AADSTS50076, with claims) until a sign-in brings these claims; those to scenario.busy with 429.

Where there is FOLDER/application.json it is the application in Microsoft Graph, with its passwords and certificates as
Graph has them (ofPrincipal: passwords of its service principal), and only what is in it signs in. scenario.graph_refuses is "application" (who has its own rights) or
"all", or a method and the end of a path. scenario.hold {run, at, effect} has the request of that number wait, before or after it has its
effect: FOLDER/held is there until FOLDER/go is. scenario.lag {run, assertions, secrets} refuses so many assertions that are good,
and takes so many secrets that are not.
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
WHO = {}  # token: grant by which it was got
HELD = {"run": None, "asked": 0}
LAGGED = collections.Counter()
REFRESH = set()
STRONG = set()  # refresh tokens of sign-ins that answered the challenge
CHALLENGE = '{"access_token":{"capolids":{"essential":true,"values":["c1"]}}}'
CODES = {}
USED = set()  # ids of assertions
POLLS = collections.Counter()
ERRORS = {
    "50076": ("invalid_grant", 400, "Due to a configuration change made by your administrator, you must use multi-factor authentication to access."),
    "65001": ("invalid_grant", 400, "The user or administrator has not consented to use the application."),
    "700082": ("invalid_grant", 400, "The refresh token has expired due to inactivity."),
    "7000222": ("invalid_client", 401, "The provided client secret keys for app are expired."),
    "7000215": ("invalid_client", 401, "Invalid client secret provided."),
    "700027": ("invalid_client", 401, "The certificate with identifier used to sign the client assertion is not registered on application."),
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

    def do_PATCH(self):
        self.do_POST()

    def hold(self, effect):
        """Waits, if this is the request that is to."""
        if self.held != effect:
            return False
        self.held = None
        (FOLDER / "held").touch()
        for _ in range(6000):
            if (FOLDER / "go").exists():
                break
            time.sleep(0.01)
        (FOLDER / "go").unlink(missing_ok=True)
        (FOLDER / "held").unlink(missing_ok=True)
        return True

    def send(self, status, body, headers=()):
        self.hold("after")
        data = b"" if body is None else json.dumps(body).encode()
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
        self.held = None
        hold = self.scenario.get("hold")
        if hold and (parts[0] == "v1.0" or parts[-1] == "token"):
            with LOCK:
                if HELD["run"] != hold["run"]:
                    HELD.update(run=hold["run"], asked=0)
                if HELD["asked"] == hold["at"]:
                    self.held = hold["effect"]
                HELD["asked"] += 1
        if self.hold("before"):
            self.close_connection = True
            return None
        if parts[0] == "v1.0":
            return self.graph(parts[1:], body)
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
            registered = self.application()
            if registered and secret is not None:
                known = secret in [own["secretText"] for own in registered["passwordCredentials"] + registered.get("ofPrincipal", [])]
                if not known and not self.lags("secrets"):
                    return self.refuse("7000215")
                self.scenario["secret"] = secret
            if secret == "an expired secret":
                return self.refuse("7000222")
            if ("registered" in self.scenario or registered) and assertion is not None:
                wrong = self.is_wrong(assertion, form["client_id"]) or self.lags("assertions")
                if wrong:
                    with LOCK, open(FOLDER / "wrong", "a") as file:
                        file.write(wrong + "\n")
                    return self.refuse("700027")
            elif assertion is not None and assertion != "the.federated.token":
                header = json.loads(base64.urlsafe_b64decode(assertion.split(".")[0] + "=="))
                assert header.get("federated") or "x5t#S256" in header and ("x5c" in header) == self.scenario.get("chain", False), header
            elif assertion is None and secret != self.scenario.get("secret", "the client secret"):
                return self.refuse("7000215")
        now = int(time.time())
        reply = {"token_type": "Bearer", "scope": form.get("scope", ""), "expires_in": 3599, "ext_expires_in": 7199}
        reply["access_token"] = self.access(tenant)
        WHO[reply["access_token"]] = grant
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

    def is_wrong(self, assertion, client):
        """Why an assertion is none of a registered certificate (files in PEM); None where it is one."""
        from cryptography import x509
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import padding

        head, body, signature = assertion.split(".")
        header, claims, signature = (base64.urlsafe_b64decode(part + "==") for part in (head, body, signature))
        header, claims, now = json.loads(header), json.loads(claims), time.time()
        new = header["alg"] == "PS256"
        if header["alg"] not in ("PS256", "RS256") or header["typ"] != "JWT":
            return "alg"
        name, hashed = ("x5t#S256", hashes.SHA256()) if new else ("x5t", hashes.SHA1())
        if {"x5t", "x5t#S256"} & set(header) != {name}:
            return "thumbprints"
        registered = self.application()
        if registered:
            known = [x509.load_der_x509_certificate(base64.b64decode(own["key"])) for own in registered["keyCredentials"]]
        else:
            known = [x509.load_pem_x509_certificate(pathlib.Path(file).read_bytes()) for file in self.scenario["registered"]]
        own = [one for one in known if b64(one.fingerprint(hashed)) == header[name]]
        if not own:
            return "not registered"
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
        try:
            how = pss if new else padding.PKCS1v15()
            own[0].public_key().verify(signature, f"{head}.{body}".encode(), how, hashes.SHA256())
        except InvalidSignature:
            return "signature"
        audience = f"https://{self.headers['host']}{urllib.parse.urlsplit(self.path).path}"
        if claims["aud"] != audience or claims["iss"] != client or claims["sub"] != client:
            return f"claims {claims} for {audience}"
        if not now - 300 < claims["iat"] <= now + 5 or not now < claims["exp"] <= now + 900:
            return "times"
        with LOCK:
            if claims["jti"] in USED:
                return "used before"
            USED.add(claims["jti"])
        return None

    def lags(self, what):
        """Whether this is among the first that are not known yet."""
        lag = self.scenario.get("lag")
        if not lag:
            return None
        with LOCK:
            LAGGED[lag["run"], what] += 1
            return "not known yet" if LAGGED[lag["run"], what] <= lag[what] else None

    def application(self):
        return json.loads(file.read_text()) if (file := FOLDER / "application.json").exists() else None

    def graph(self, parts, body):
        """Applications by their appId: credentials as Graph v1.0 has them."""
        error = lambda status, code, text: self.send(status, {"error": {"code": code, "message": text, "innerError": {}}})
        token = self.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in ACCESS:
            return error(401, "InvalidAuthenticationToken", "Access token is empty.")
        refuses = self.scenario.get("graph_refuses")
        action = f"{self.command} {parts[-1]}"
        if refuses == "all" or refuses == "application" and WHO[token] == "client_credentials" or refuses and action.startswith(refuses):
            return error(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
        with LOCK:
            own = self.application()
            of = f"(appId='{own['appId']}')" if own else None
            if parts[0] not in (f"applications{of}", f"servicePrincipals{of}"):
                own = None
            elif self.command == "PATCH":
                # What is sent back without its key keeps it; a new one gets its ids.
                before = {one["keyId"]: one for one in own["keyCredentials"]}
                own["keyCredentials"] = [
                    before[one["keyId"]] if "keyId" in one else one | {
                        "keyId": b64(os.urandom(9)),
                        "customKeyIdentifier": base64.b64encode(hashlib.sha1(base64.b64decode(one["key"])).digest()).decode(),
                    }
                    for one in json.loads(body)["keyCredentials"]
                ]
            elif parts[1:] == ["removePassword"]:
                passwords = [one for one in own["passwordCredentials"] if one["keyId"] != json.loads(body)["keyId"]]
                if len(passwords) == len(own["passwordCredentials"]):
                    return error(400, "Request_BadRequest", "No password credential found with keyId.")
                own["passwordCredentials"] = passwords
            if own is not None and self.command != "GET":
                (FOLDER / "next.json").write_text(json.dumps(own))
                (FOLDER / "next.json").rename(FOLDER / "application.json")
        if own is None:
            return error(404, "Request_ResourceNotFound", "Resource does not exist.")
        if self.command != "GET":
            return self.send(204, None)
        passwords = "passwordCredentials" if parts[0].startswith("applications") else "ofPrincipal"
        own["passwordCredentials"] = [one | {"secretText": None} for one in own.get(passwords, [])]
        own["keyCredentials"] = [one | {"key": None} for one in own["keyCredentials"]]
        self.send(200, own)

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
