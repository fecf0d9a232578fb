#!/usr/bin/env python3
"""A server shaped like Microsoft Entra, Azure Resource Manager and the endpoints of managed identities.

usage: entra.py FOLDER, with the certificates of certificates.py. Prints the ports as one line of JSON
and ends when standard input does.

What it does depends on the first label of the tenant ("mfa" of /mfa.example/oauth2/v2.0/token), up to
a "-"; for Resource Manager on the bearer token, for managed identities on the resource. So tests can
run side by side. GET /_requests?tenant=T tells what came in for a tenant.
"""
import base64
import collections
import email.utils
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

FOLDER = pathlib.Path(sys.argv[1])
TENANT_ID = "11111111-2222-3333-4444-555555555555"
LOCK = threading.Lock()
SEEN = collections.defaultdict(list)
COUNT = collections.Counter()
CODES = {}
VALID = {}  # refresh tokens of a tenant that rotates strictly

# code: error, suberror, status, text
ERRORS = {
    "50076": ("invalid_grant", "basic_action", 400, "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '797f4846-ba00-4fd7-ba43-dac1f8f63013'."),
    "50079": ("interaction_required", "basic_action", 400, "The user is required to use multi-factor authentication."),
    "50058": ("login_required", None, 400, "A silent sign-in request was sent but no user is signed in."),
    "65001": ("invalid_grant", "consent_required", 400, "The user or administrator has not consented to use the application."),
    "700082": ("invalid_grant", None, 400, "The refresh token has expired due to inactivity."),
    "50173": ("invalid_grant", "bad_token", 400, "The provided grant has expired due to it being revoked."),
    "70043": ("invalid_grant", "bad_token", 400, "The refresh token has expired or is invalid due to sign-in frequency checks by conditional access."),
    "7000222": ("invalid_client", None, 401, "The provided client secret keys for app are expired."),
    "7000215": ("invalid_client", None, 401, "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value."),
    "700027": ("invalid_client", None, 401, "The certificate with identifier used to sign the client assertion is not registered on application."),
    "700024": ("invalid_client", None, 401, "Client assertion is not within its valid time range."),
    "90072": ("invalid_grant", None, 400, "User account from identity provider does not exist in tenant."),
    "90002": ("invalid_request", None, 400, "Tenant not found."),
    "700016": ("unauthorized_client", None, 400, "Application was not found in the directory."),
    "500011": ("invalid_resource", None, 400, "The resource principal was not found in the tenant."),
}
CLAIMS = '{"access_token":{"capolids":{"essential":true,"values":["c1"]}}}'


def b64(data):
    data = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def granted(form, **more):
    now = int(time.time())
    claims = {
        "aud": form["client_id"], "iss": f"https://login.microsoftonline.com/{TENANT_ID}/v2.0", "iat": now,
        "exp": now + 3600, "sub": "subject", "oid": "oid-1", "tid": TENANT_ID, "name": "Ä Person",
        "preferred_username": "person@example.com",
    }
    reply = {
        "token_type": "Bearer", "scope": form.get("scope", "").split(" ")[0], "expires_in": 3599,
        "ext_expires_in": 7199, "access_token": "at." + b64(os.urandom(300)),
    }
    if form["grant_type"] != "client_credentials":
        if "nonce" in more:
            claims["nonce"] = more["nonce"]
        reply |= {
            "refresh_token": "rt." + b64(os.urandom(600)), "foci": "1",
            "client_info": b64({"uid": "oid-1", "utid": TENANT_ID}),
            "id_token": ".".join([b64({"alg": "RS256"}), b64(claims), b64(os.urandom(32))]),
        }
    return reply


def refused(code):
    error, suberror, status, text = ERRORS[code]
    body = {
        "error": error, "error_codes": [int(code)], "timestamp": "2026-01-01 00:00:00Z",
        "error_description": f"AADSTS{code}: {text} Trace ID: 0f-1 Correlation ID: c0-1 Timestamp: 2026-01-01 00:00:00Z",
        "trace_id": "0f-1", "correlation_id": "c0-1", "error_uri": f"https://login.microsoftonline.com/error?code={code}",
    }
    if suberror:
        body["suberror"] = suberror
    if code == "50076":
        body["claims"] = CLAIMS
    return status, body


def plain_error(error, text="AADSTS0: no"):
    return 400, {"error": error, "error_description": text}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.answered(None)

    def do_POST(self):
        self.answered(self.rfile.read(int(self.headers.get("content-length", 0))).decode())

    def date_time_string(self, timestamp=None):
        ahead = getattr(self, "ahead", 0)
        return email.utils.formatdate((timestamp or time.time()) + ahead, usegmt=True)

    def send(self, status, body, kind="application/json; charset=utf-8", headers=()):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def begin(self, length=None):
        """A reply that is written by hand, on a connection that ends with it."""
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def answered(self, body):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        parts = url.path.strip("/").split("/")
        if parts[0] == "_requests":
            return self.send(200, SEEN[query["tenant"]])
        if parts[0] in ("tenants", "subscriptions"):
            return self.resource_manager(parts[0], query)
        if parts[0] in ("metadata", "msi"):
            return self.managed_identity(parts[0], query)
        tenant = parts[0]
        label = tenant.split(".")[0].split("-")[0]
        form = dict(urllib.parse.parse_qsl(body or "", keep_blank_values=True))
        with LOCK:
            SEEN[tenant].append({
                "method": self.command, "path": "/" + "/".join(parts[1:]), "query": query, "form": form,
                "headers": {name.lower(): value for name, value in self.headers.items()},
            })
            COUNT[tenant, parts[-1]] += 1
            count = COUNT[tenant, parts[-1]]
        if parts[-1] == "openid-configuration":
            base = f"https://{self.headers['host']}/{tenant}"
            return self.send(200, {
                "issuer": base + "/v2.0", "token_endpoint": base + "/oauth2/v2.0/token",
                "authorization_endpoint": base + "/oauth2/v2.0/authorize",
                "device_authorization_endpoint": base + "/oauth2/v2.0/devicecode",
            })
        if parts[-1] == "authorize":
            return self.authorize(label, query)
        if parts[-1] == "devicecode":
            return self.device_code(label)
        if parts[-1] == "token":
            return self.token(label, tenant, form, count)
        self.send(404, b"not here", "text/plain")

    def authorize(self, label, query):
        code = b64(os.urandom(900))
        CODES[code] = query
        answer = {"code": code, "state": query["state"], "session_state": "s"}
        if label == "declined":
            answer = {"error": "access_denied", "error_description": "AADSTS65004: User declined to consent.", "state": query["state"]}
        if label == "forged":
            answer["state"] = "another"
        self.send(302, b"", headers=[("Location", query["redirect_uri"] + "/?" + urllib.parse.urlencode(answer))])

    def device_code(self, label):
        if label.startswith("aadsts"):
            return self.send(*refused(label[6:]))
        self.send(200, {
            "user_code": "ABCD1234", "device_code": "dc." + b64(os.urandom(40)), "interval": 1,
            "verification_uri": "https://microsoft.com/devicelogin", "message": "To sign in, …",
            "expires_in": 2 if label == "deviceshort" else 900,
        })

    def token(self, label, tenant, form, count):
        grant = form.get("grant_type", "")
        if label.startswith("aadsts"):
            return self.send(*refused(label[6:]))
        if label.startswith("device") and grant.endswith("device_code"):
            step = {
                "device": ["authorization_pending", "slow_down", None],
                "devicedeclined": ["authorization_declined"],
                "devicegone": ["expired_token"],
                "deviceshort": ["authorization_pending"] * 9,
            }[label][count - 1]
            return self.send(*plain_error(step)) if step else self.send(200, granted(form))
        if grant == "authorization_code":
            asked = CODES.pop(form.get("code"), None)
            digest = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
            fits = asked and digest.rstrip(b"=").decode() == asked["code_challenge"] and asked["redirect_uri"] == form["redirect_uri"]
            if not fits:
                return self.send(*plain_error("invalid_grant", "AADSTS501481: The Code_Verifier does not match."))
            nonce = "another" if label == "othernonce" else asked["nonce"]
            return self.send(200, granted(form, nonce=nonce))
        if label == "strict" and grant == "refresh_token":
            with LOCK:
                current = VALID.setdefault(tenant, form["refresh_token"])
                if form["refresh_token"] != current:
                    return self.send(*refused("50173"))
                reply = granted(form)
                VALID[tenant] = reply["refresh_token"]
            if count == 2:
                return self.cut(json.dumps(reply).encode())
            return self.send(200, reply)
        if label == "strictslow" and grant == "refresh_token":
            # The old refresh token is void from now on, whether or not the reply arrives.
            with LOCK:
                current = VALID.setdefault(tenant, form["refresh_token"])
                if form["refresh_token"] != current:
                    return self.send(*refused("50173"))
                reply = granted(form)
                VALID[tenant] = reply["refresh_token"]
            time.sleep(1.5)
            return self.send(200, reply)
        getattr(self, "as_" + label, self.as_good)(form, count)

    def cut(self, data):
        self.begin(len(data))
        self.wfile.write(data[: len(data) // 2])

    def as_good(self, form, _):
        self.send(200, granted(form))

    def as_brief(self, form, _):
        # A token of which five minutes before its end count for nothing: it is used for ten seconds.
        self.send(200, granted(form) | {"expires_in": 310})

    def as_echo(self, form, _):
        text = "AADSTS7000215: bad: " + " ".join(form.values()) + " " + urllib.parse.urlencode(form)
        body = {"error": "invalid_client", "error_description": text, "suberror": text, "correlation_id": text, "claims": text}
        self.send(401, body)

    def as_throttle(self, *_):
        self.send(429, {"error": "temporarily_unavailable"}, headers=[("Retry-After", "17")])

    def as_throttledate(self, *_):
        self.ahead = 7200
        after = email.utils.formatdate(time.time() + 7200 + 40, usegmt=True)
        self.send(429, {"error": "temporarily_unavailable"}, headers=[("Retry-After", after)])

    def as_flaky(self, form, count):
        if count == 1:
            return self.send(503, {"error": "temporarily_unavailable"}, headers=[("Retry-After", "0")])
        self.send(200, granted(form))

    def as_broken(self, *_):
        self.send(500, {"error": "server_error", "error_description": "AADSTS90033: A transient error has occurred."})

    def as_reset(self, *_):
        self.close_connection = True

    def as_slow(self, form, _):
        time.sleep(4)
        self.as_good(form, 0)

    def as_drip(self, *_):
        self.begin(100_000)
        for _ in range(40):
            self.wfile.write(b" ")
            self.wfile.flush()
            time.sleep(0.1)

    def as_cut(self, form, _):
        self.cut(json.dumps(granted(form)).encode())

    def as_cutplain(self, form, _):
        data = json.dumps(granted(form)).encode()
        self.begin()
        self.wfile.write(data[: len(data) // 2])

    def as_huge(self, form, _):
        self.send(200, granted(form) | {"padding": "x" * 400_000})

    def as_hugeunsaid(self, form, _):
        self.begin()
        self.wfile.write(json.dumps(granted(form) | {"padding": "x" * 400_000}).encode())

    def as_hugeheader(self, form, _):
        self.send(200, granted(form), headers=[(f"X-{n}", "x" * 8000) for n in range(10)])

    def as_html(self, *_):
        self.send(200, b"<html>Welcome to the hotel</html>", "text/html")

    def as_portal(self, *_):
        self.send(502, b"<html>bad gateway</html>", "text/html")

    def as_notjson(self, *_):
        self.send(200, b'{"access_token": "at')

    def as_noexpiry(self, form, _):
        reply = granted(form)
        del reply["expires_in"], reply["ext_expires_in"]
        self.send(200, reply)

    def as_redirect(self, *_):
        self.send(307, b"", headers=[("Location", "/good-redirected.example/oauth2/v2.0/token")])

    def as_found(self, *_):
        self.send(302, b"", headers=[("Location", "/good-redirected.example/oauth2/v2.0/token")])

    def as_skew(self, form, _):
        self.ahead = -7200
        self.send(200, granted(form))

    def resource_manager(self, kind, query):
        token = self.headers.get("authorization", "").removeprefix("Bearer ")
        page = int(query.get("$skiptoken", 0))
        base = f"https://{self.headers['host']}/{kind}?api-version={query.get('api-version')}&$skiptoken="
        error = lambda status, code, **more: self.send(status, {"error": {"code": code, "message": f"no: {token}"}}, **more)
        if query.get("api-version") != "2022-12-01":
            return error(400, "InvalidApiVersion")
        if token == "arm-good":
            one = {"id": "/tenants/t", "tenantId": f"t{page}", "displayName": f"Tenant {page}", "defaultDomain": "d.example", "tenantCategory": "Home"}
            if kind == "subscriptions":
                one = {"subscriptionId": f"s{page}", "displayName": f"Subscription {page}", "state": "Enabled", "tenantId": "t0",
                       "managedByTenants": [{"tenantId": "m"}], "subscriptionPolicies": {"spendingLimit": "Off"}}
            body = {"value": [one, one]}
            if page < 2:
                body["nextLink"] = base + str(page + 1)
            return self.send(200, body)
        if token == "arm-claims":
            challenge = 'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="x", error="insufficient_claims", claims="' + base64.b64encode(CLAIMS.encode()).decode() + '"'
            return error(401, "InvalidAuthenticationToken", headers=[("WWW-Authenticate", challenge)])
        if token == "arm-elsewhere":
            return self.send(200, {"value": [], "nextLink": base.replace("localhost", "127.0.0.1") + "1"})
        if token == "arm-loop":
            return self.send(200, {"value": [], "nextLink": base + str(1 - page) if page else base + "1"})
        if token == "arm-same":
            return self.send(200, {"value": [], "nextLink": f"https://{self.headers['host']}{self.path}"})
        if token == "arm-throttle":
            return error(429, "TooManyRequests", headers=[("Retry-After", "30")])
        if token == "arm-forbidden":
            return error(403, "AuthorizationFailed")
        if token == "arm-html":
            return self.send(200, b"<html>", "text/html")
        if token == "arm-redirect":
            return self.send(302, b"", headers=[("Location", base + "1")])
        if token == "arm-flaky":
            with LOCK:
                COUNT[token] += 1
                count = COUNT[token]
            return error(500, "InternalServerError") if count == 1 else self.send(200, {"value": []})
        error(401, "ExpiredAuthenticationToken")

    def managed_identity(self, kind, query):
        resource = query.get("resource", "")
        with LOCK:
            SEEN[kind + " " + resource].append({"query": query, "headers": {n.lower(): v for n, v in self.headers.items()}})
            COUNT[kind, resource] += 1
            count = COUNT[kind, resource]
        version, header = {"metadata": ("2018-02-01", ("metadata", "true")), "msi": ("2019-08-01", ("x-identity-header", "header secret"))}[kind]
        if query.get("api-version") != version or self.headers.get(header[0]) != header[1]:
            if kind == "msi":
                return self.send(401, {"statusCode": 401, "message": f"wrong header {self.headers.get(header[0])}"})
            return self.send(400, {"error": "invalid_request", "error_description": "Required metadata header not specified"})
        if query.get("client_id") == "unknown":
            if kind == "msi":
                return self.send(400, {"statusCode": 400, "message": "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId."})
            return self.send(400, {"error": "invalid_request", "error_description": "Identity not found"})
        if resource.endswith("updating") and count < 3:
            return self.send([404, 410][count - 1], b"gone", "text/plain")
        end = str(int(time.time()) + 86399)
        reply = {"access_token": "mi." + b64(os.urandom(200)), "expires_on": end, "resource": resource, "token_type": "Bearer"}
        if kind == "metadata":
            reply |= {"expires_in": "86399", "ext_expires_in": "86399", "not_before": end, "client_id": query.get("client_id", "sys")}
        self.send(200, reply)


def serving(certificate=None):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(FOLDER / certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


ports = {name: serving(f"{name}.pem") for name in ("localhost", "expired", "elsewhere", "stranger")}
ports["plain"] = serving()
print(json.dumps(ports), flush=True)
sys.stdin.read()
os._exit(0)
