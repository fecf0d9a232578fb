"""Tokens of the loopback Entra: issued, logged, and judged by who is shown one."""

import base64
import json
import os
import pathlib
import threading
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

LIFE = 3599


class Refused(Exception):
    """Why a token opens nothing here."""


class NoToken(Exception):
    """A request without one: the client is told where to get it."""


def encoded(value: object) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Tokens:
    """`folder` has `issued`, a line for each secret that Entra gave away: kind, a space, value."""

    def __init__(self, folder: pathlib.Path):
        self._log = folder / "issued"
        self._log.touch()
        self._lock = threading.Lock()
        self._key = rsa.generate_private_key(65537, 2048)

    def log(self, kind: str, value: str) -> str:
        with self._lock, self._log.open("a") as file:
            file.write(f"{kind} {value}\n")
        return value

    def random(self, kind: str) -> str:
        return self.log(kind, kind[0] + "." + encoded(os.urandom(48)))

    def sign(self, claims: dict) -> str:
        head = encoded({"typ": "JWT", "alg": "RS256", "kid": "k1"}) + "." + encoded(claims)
        signature = self._key.sign(head.encode(), padding.PKCS1v15(), hashes.SHA256())
        return head + "." + encoded(signature)

    def keys(self) -> dict:
        """The key set that judges elsewhere verify with."""
        numbers = self._key.public_key().public_numbers()
        as_bytes = lambda n: encoded(n.to_bytes((n.bit_length() + 7) // 8, "big"))
        key = {"kty": "RSA", "use": "sig", "kid": "k1", "alg": "RS256"}
        return {"keys": [key | {"n": as_bytes(numbers.n), "e": as_bytes(numbers.e)}]}

    def access(self, audience: str, tenant: str, identity: dict) -> str:
        now = int(time.time())
        claims = {
            "aud": audience, "iss": f"https://sts.windows.net/{tenant}/", "tid": tenant,
            "iat": now - 5, "nbf": now - 5, "exp": now + LIFE, "ver": "1.0",
            "jti": encoded(os.urandom(9)),
        }
        return self.log("access", self.sign(claims | identity))

    def judge(self, token: str, audiences: set[str]) -> dict:
        """The claims of a token that we signed, that lives, and that is for one of these."""
        try:
            head, body, signature = token.split(".")
            claims = json.loads(_decoded(body))
            signed = f"{head}.{body}".encode()
            public = self._key.public_key()
            public.verify(_decoded(signature), signed, padding.PKCS1v15(), hashes.SHA256())
        except (ValueError, InvalidSignature) as e:
            raise Refused("the signature is not Entra's") from e
        now = time.time()
        if not claims["nbf"] <= now < claims["exp"]:
            raise Refused("the token has expired")
        if claims["iss"] != f"https://sts.windows.net/{claims['tid']}/":
            raise Refused(f"the issuer is {claims['iss']}")
        if claims["aud"].rstrip("/").lower() not in audiences:
            raise Refused(f"the audience is {claims['aud']}")
        return claims


def issued(folder: pathlib.Path) -> set[str]:
    """Every secret that was given away, as it was sent."""
    return {line.split(" ", 1)[1] for line in (folder / "issued").read_text().splitlines()}
