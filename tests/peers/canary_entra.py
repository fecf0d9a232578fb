#!/usr/bin/env python3
"""A server shaped like Microsoft Entra that real tools sign in to, so that the files they write are fixtures.

usage: canary_entra.py FOLDER NAME HOST... Makes FOLDER/ca.pem and a certificate for the hosts, and serves
127.0.0.1:443 until standard input ends. Every caller gets a token: a user by device code or by browser, an
application by secret or certificate. Each ends in NAME and "canary", and is made up.

It needs a hosts file that sends the hosts to 127.0.0.1, in a namespace of its own:

    unshare --net --mount bash -c 'ip link set lo up; mount --bind HOSTS /etc/hosts; ...'
"""
import base64
import datetime
import http.server
import json
import pathlib
import ssl
import sys
import threading
import urllib.parse

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

FOLDER, NAME, HOSTS = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
TENANT = "0f2ab1c3-5d4e-4f6a-8b7c-9d0e1f2a3b4c"
USER = {"oid": "5c1d2e3f-4a5b-4c6d-8e7f-901a2b3c4d5e", "upn": "dev@contoso.example", "name": "Dev"}
# 2030: what a tool does with an expired token is not the question here.
EXPIRES = 1_900_000_000


def b64(data):
    data = data if isinstance(data, bytes) else json.dumps(data, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token(kind, claims):
    return f"{b64({'alg': 'none'})}.{b64({'tid': TENANT} | claims | {'exp': EXPIRES})}.{NAME}-{kind}-canary"


def granted(form):
    client = form.get("client_id", "")
    resource = form.get("resource") or form.get("scope", "").split(" ")[0].removesuffix("/.default")
    reply = {"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 7199, "scope": form.get("scope", "")}
    if form.get("resource"):
        reply |= {"resource": resource, "expires_on": str(EXPIRES), "not_before": str(EXPIRES - 3600)}
    if form.get("grant_type") == "client_credentials":
        claims = {"appid": client, "app_displayname": "Contoso CI", "oid": client, "idtyp": "app", "aud": resource}
        # One application after the other asks: their tokens differ in their claims.
        return reply | {"access_token": token("app-access", claims)}
    claims = USER | {"appid": client, "aud": resource}
    id_claims = USER | {"preferred_username": USER["upn"], "sub": "s", "aud": client,
                 "iss": f"https://login.microsoftonline.com/{TENANT}/v2.0"}
    return reply | {
        "access_token": token("access", claims), "refresh_token": f"0.AX-{NAME}-refresh-canary",
        "id_token": token("id", id_claims), "client_info": b64({"uid": USER["oid"], "utid": TENANT}),
    }


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.answer("")

    def do_POST(self):
        self.answer(self.rfile.read(int(self.headers.get("content-length", 0))).decode())

    def answer(self, body):
        form = dict(urllib.parse.parse_qsl(body, keep_blank_values=True))
        host, path = self.headers["host"], urllib.parse.urlsplit(self.path).path
        last = path.rsplit("/", 1)[-1]
        tenant = path.strip("/").split("/")[0]
        base = f"https://{host}/{tenant}"
        if last == "instance":
            aliases = ["login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"]
            network = {"preferred_network": aliases[0], "preferred_cache": aliases[1], "aliases": aliases}
            self.send({"tenant_discovery_endpoint": f"https://{aliases[0]}/common/v2.0/.well-known/openid-configuration",
                       "api-version": "1.1", "metadata": [network]})
        elif last == "openid-configuration":
            self.send({
                "issuer": f"{base}/v2.0", "token_endpoint": f"{base}/oauth2/v2.0/token",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
                "jwks_uri": f"{base}/discovery/v2.0/keys",
            })
        elif last == "devicecode":
            self.send({"device_code": "made-up", "user_code": "ABCD1234", "interval": 1, "expires_in": 900,
                       "verification_uri": "https://microsoft.com/devicelogin",
                       "verification_url": "https://microsoft.com/devicelogin", "message": "approved at once"})
        elif last == "token":
            self.send(granted(form))
        else:
            self.send({"value": []})

    def send(self, body):
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def certificate():
    """A certificate authority of one certificate, which is its own."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "made up for fixtures")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in HOSTS]), critical=False)
        .sign(key, hashes.SHA256())
    )
    public = made.public_bytes(serialization.Encoding.PEM)
    (FOLDER / "ca.pem").write_bytes(public)
    form = serialization.PrivateFormat.PKCS8
    private = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    (FOLDER / "server.pem").write_bytes(public + private)


certificate()
server = http.server.ThreadingHTTPServer(("127.0.0.1", 443), Handler)
server.daemon_threads = True
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(FOLDER / "server.pem")
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
threading.Thread(target=server.serve_forever, daemon=True).start()
print("ready", flush=True)
sys.stdin.read()
