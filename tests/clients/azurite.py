"""azurite, Microsoft's own storage server of npm, which judges issuer, audience and life of tokens."""

import base64
import hashlib
import hmac
import email.utils
import pathlib
import ssl
import subprocess
import time
import urllib.error
import urllib.request

from install import Package
from resources import ACCOUNT, ACCOUNT_KEY, CONTAINER

PACKAGE = Package("npm", ("azurite@3.37.0",))
ADDRESS = "127.0.0.2"
VERSION = "2023-11-03"


class Azurite:
    def __init__(self, server: subprocess.Popen):
        self._server = server

    @classmethod
    def start(cls, folder: pathlib.Path) -> "Azurite | None":
        program = PACKAGE.folder / "node_modules/azurite/dist/src/azurite.js"
        if not program.exists():
            return None
        data = folder / "azurite"
        data.mkdir()
        log = (folder / "azurite.log").open("w")
        server = subprocess.Popen(
            ["node", str(program), "--oauth", "basic", "--cert", str(folder / "server.pem"),
             "--key", str(folder / "server.key"), "--blobHost", ADDRESS, "--blobPort", "443",
             "--queueHost", ADDRESS, "--queuePort", "10001", "--tableHost", ADDRESS,
             "--tablePort", "10002", "--skipApiVersionCheck", "--disableTelemetry", "--loose",
             "-l", str(data)],
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(data),
                 "AZURITE_ACCOUNTS": f"{ACCOUNT}:{ACCOUNT_KEY}"}, stdout=log, stderr=log,
        )
        own = cls(server)
        own._make_container(ssl.create_default_context(cafile=str(folder / "ca.pem")))
        return own

    def _make_container(self, trust: ssl.SSLContext) -> None:
        """With the account's key, as soon as the server answers."""
        for _ in range(300):
            try:
                urllib.request.urlopen(_signed(), context=trust).close()
                return
            except urllib.error.HTTPError as e:
                raise RuntimeError(f"azurite: {e.read().decode()}") from e
            except OSError:
                if self._server.poll() is not None:
                    break
                time.sleep(0.1)
        raise RuntimeError("azurite did not start")

    def end(self) -> None:
        self._server.terminate()


def _signed() -> urllib.request.Request:
    """Create Container by Shared Key: empty lines for headers that are not sent."""
    date = email.utils.formatdate(usegmt=True)
    headers = f"x-ms-date:{date}\nx-ms-version:{VERSION}\n"
    resource = f"/{ACCOUNT}/{CONTAINER}\nrestype:container"
    text = "PUT" + "\n" * 12 + headers + resource
    key = base64.b64decode(ACCOUNT_KEY)
    mark = base64.b64encode(hmac.new(key, text.encode(), hashlib.sha256).digest()).decode()
    url = f"https://{ACCOUNT}.blob.core.windows.net/{CONTAINER}?restype=container"
    return urllib.request.Request(url, method="PUT", headers={
        "x-ms-date": date, "x-ms-version": VERSION,
        "Authorization": f"SharedKey {ACCOUNT}:{mark}"})
