"""The loopback Entra: both generations of endpoints, for one person and one application."""

import hashlib
import time

from tokens import LIFE, Tokens, encoded

HOME, GUEST = "11111111-2222-3333-4444-555555555555", "22222222-2222-3333-4444-555555555555"
DOMAINS = {HOME: "contoso.example", GUEST: "fabrikam.example"}
HOSTS = {"login.microsoftonline.com", "login.microsoft.com", "login.windows.net", "sts.windows.net"}
USER, USER_ID = "ada@contoso.example", "0a100000-0000-4000-8000-00000000000a"
APPLICATION = "a9900000-0000-4000-8000-0000000000aa"
APPLICATION_SECRET = "Planted~secret.of-the_application"

PERSON = {
    "upn": USER, "unique_name": USER, "oid": USER_ID, "name": "Ada", "idtyp": "user",
    "appid": "04b07795-8ddb-461a-bbee-02f9e1bf7b46", "scp": "user_impersonation",
}
PRINCIPAL = {"oid": "5b000000-0000-4000-8000-00000000000b", "idtyp": "app", "appid": APPLICATION}
PROTOCOL_SCOPES = {"openid", "profile", "offline_access"}


class Denied(Exception):
    """An answer of Entra with an AADSTS number."""

    def __init__(self, number: int, error: str, text: str, status: int = 400):
        super().__init__(text)
        self.status = status
        self.body = {
            "error": error,
            "error_description": f"AADSTS{number}: {text} Trace ID: t Correlation ID: c",
            "error_codes": [number], "correlation_id": "c", "trace_id": "t",
        }


class Entra:
    def __init__(self, tokens: Tokens):
        self._tokens = tokens
        self._device_codes: dict[str, dict] = {}
        self._codes: dict[str, dict] = {}
        self._refresh: dict[str, str] = {}

    def tenant(self, name: str) -> str:
        for tenant, domain in DOMAINS.items():
            if name.lower() in (tenant, domain):
                return tenant
        if name in ("common", "organizations"):
            return HOME
        raise Denied(90002, "invalid_request", f"Tenant '{name}' not found.")

    def get(self, path: list[str], query: dict) -> dict:
        last = path[-1]
        if last == "openid-configuration":
            return self._configuration(path[0])
        if last == "keys":
            return self._tokens.keys()
        if last == "instance":
            names = sorted(HOSTS)
            own = {"preferred_network": names[1], "preferred_cache": "login.windows.net"}
            at = "https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration"
            return {"tenant_discovery_endpoint": at, "metadata": [own | {"aliases": names}]}
        if "userrealm" in path:
            return {"ver": "1.0", "account_type": "Managed", "domain_name": DOMAINS[HOME],
                    "cloud_instance_name": "microsoftonline.com"}
        raise Denied(900144, "invalid_request", f"nothing is at {'/'.join(path)}", 404)

    def _configuration(self, name: str) -> dict:
        tenant = name if name in ("common", "organizations") else self.tenant(name)
        base = f"https://login.microsoftonline.com/{tenant}"
        of = "{tenantid}" if tenant == name and "-" not in name else tenant
        return {
            "issuer": f"https://login.microsoftonline.com/{of}/v2.0",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
            "jwks_uri": f"{base}/discovery/v2.0/keys",
            "userinfo_endpoint": "https://graph.microsoft.com/oidc/userinfo",
            "tenant_region_scope": "EU", "cloud_instance_name": "microsoftonline.com",
            "response_types_supported": ["code", "id_token"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def post(self, path: list[str], form: dict) -> dict:
        if path[-1] == "devicecode":
            code = self._tokens.random("device")
            self._device_codes[code] = form
            at = "https://microsoft.com/devicelogin"
            return {"device_code": code, "user_code": "ABCD1234", "verification_uri": at,
                    "verification_url": at, "expires_in": 900, "interval": 1,
                    "message": f"To sign in, open {at} and enter the code ABCD1234."}
        if path[-1] == "token":
            return self._token(self.tenant(path[0]), form, "v2.0" in path)
        raise Denied(900144, "invalid_request", f"nothing is at {'/'.join(path)}", 404)

    def _token(self, tenant: str, form: dict, is_second: bool) -> dict:
        grant = form.get("grant_type", "").rsplit(":", 1)[-1]
        identity, nonce = PERSON, None
        if grant == "client_credentials":
            identity = self._application(form)
        elif grant == "refresh_token":
            if form.get("refresh_token") not in self._refresh:
                raise Denied(700082, "invalid_grant", "The refresh token has expired.")
        elif grant == "device_code":
            asked = self._device_codes.pop(form.get("device_code") or form.get("code", ""), None)
            if asked is None:
                raise Denied(70020, "expired_token", "The device code is not known.")
            form = {key: asked[key] for key in ("scope", "resource") if key in asked} | form
        elif grant == "authorization_code":
            asked = self._codes.pop(form.get("code", ""), None)
            verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
            if asked is None or encoded(verifier) != asked.get("code_challenge"):
                raise Denied(54005, "invalid_grant", "The code is used up, or another's.")
            nonce = asked.get("nonce")
        else:
            raise Denied(70003, "unsupported_grant_type", f"'{grant}' is not supported.")
        return self._answer(tenant, form, identity, nonce, is_second)

    def _application(self, form: dict) -> dict:
        given = form.get("client_secret")
        if form.get("client_id") != APPLICATION:
            raise Denied(700016, "unauthorized_client", "The application was not found.", 401)
        if given is not None and given != APPLICATION_SECRET:
            raise Denied(7000215, "invalid_client", "Invalid client secret provided.", 401)
        if given is None and not form.get("client_assertion"):
            raise Denied(7000218, "invalid_client", "A client secret is missing.", 401)
        return PRINCIPAL

    def _answer(self, tenant, form, identity, nonce, is_second) -> dict:
        scopes = [s for s in form.get("scope", "").split() if s not in PROTOCOL_SCOPES]
        audience = form.get("resource") or (scopes or ["https://graph.microsoft.com"])[0]
        audience = audience.removesuffix("/.default")
        now = int(time.time())
        number = (lambda n: n) if is_second else str
        answer = {
            "token_type": "Bearer", "expires_in": number(LIFE), "ext_expires_in": number(LIFE),
            "access_token": self._tokens.access(audience, tenant, identity),
        }
        if is_second:
            answer["scope"] = " ".join(scopes)
        else:
            answer |= {"expires_on": str(now + LIFE), "not_before": str(now - 5),
                       "resource": audience}
        if identity is PERSON:
            refresh = self._tokens.random("refresh")
            self._refresh[refresh] = tenant
            claims = {"aud": form.get("client_id"), "iat": now, "nbf": now, "exp": now + LIFE,
                      "iss": f"https://login.microsoftonline.com/{tenant}/v2.0", "sub": "s",
                      "tid": tenant, "ver": "2.0", "preferred_username": USER} | PERSON
            if nonce:
                claims["nonce"] = nonce
            answer |= {"refresh_token": refresh, "foci": "1",
                       "id_token": self._tokens.sign(claims),
                       "client_info": encoded({"uid": USER_ID, "utid": HOME})}
        return answer

    def authorize(self, query: dict) -> str:
        """Where the browser is sent back to: Ada agrees at once."""
        code = self._tokens.random("code")
        self._codes[code] = query
        back, state = query["redirect_uri"], query.get("state", "")
        return f"{back}?code={code}&state={state}"
