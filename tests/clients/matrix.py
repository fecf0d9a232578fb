"""Runs rows in the loopback Azure, and says what came of each."""

import json
import os
import pathlib
import shutil
import subprocess
from dataclasses import asdict, dataclass

import entra
import resources
import search
import tokens
from azurite import Azurite
from rows import SCRIPTS, Row, python

WAIT = 180
# For clients that ask az for tokens.
AZ = python.NEWEST_AZ.folder


@dataclass(frozen=True)
class Result:
    family: str
    version: str
    does: str
    # `works`, or what it said instead.
    result: str
    # `no`, or the file.
    on_disk: str


class Place:
    """A home with a vault, Ada's context in it, and the servers of Azure around it."""

    def __init__(self, folder: pathlib.Path, azvault: pathlib.Path):
        self.folder, self.azvault = folder, azvault
        self.home = folder / "home"
        self.runtime = self.home / "run"
        self.runtime.mkdir(parents=True, mode=0o700)
        self.home.chmod(0o700)
        (folder / "passphrase").write_text("correct horse battery staple")
        (folder / "passphrase").chmod(0o600)
        self.variables = self._variables()
        own = [shutil.which("python3") or "python3", str(pathlib.Path(__file__).parent / "world.py")]
        self._world = subprocess.Popen([*own, str(folder)], stdout=subprocess.PIPE, text=True)
        if self._world.stdout is None or self._world.stdout.readline() != "ready\n":
            raise RuntimeError("the loopback Azure did not start")
        self.azurite = Azurite.start(folder)

    def _variables(self) -> dict[str, str]:
        foreign = ("AZURE_", "ARM_", "AZVAULT_", "XDG_", "http", "HTTP", "CURL_CA", "PIP_CERT")
        bundle, home = "/etc/ssl/certs/ca-certificates.crt", str(self.home)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        return kept | {
            "HOME": home, "XDG_RUNTIME_DIR": str(self.runtime),
            "AZVAULT_PASSPHRASE_FILE": str(self.folder / "passphrase"),
            "SSL_CERT_FILE": bundle, "REQUESTS_CA_BUNDLE": bundle,
            "NODE_EXTRA_CA_CERTS": str(self.folder / "ca.pem"),
            "AZURE_CORE_COLLECT_TELEMETRY": "no", "PYTHONWARNINGS": "ignore",
            "WORLD": str(self.folder), "AZVAULT": str(self.azvault),
            "SCRIPTS": str(SCRIPTS), "AZ": str(AZ / "bin"),
        }

    def sign_in(self) -> None:
        """A vault, an agent that has its keys, and Ada's sign-in with a device code."""
        self._azvault("init", "--kdf-memory", "19", "--kdf-passes", "2", "--no-recovery")
        self._azvault("unlock")
        self._azvault("connect", "--device-code", "--tenant", "contoso.example", "--context-name",
                      "ada", "--no-contexts", "--subscription", "Sub One")

    def _azvault(self, *arguments: str) -> None:
        own = [str(self.azvault), "-q", *arguments]
        ran = subprocess.run(own, env=self.variables, capture_output=True, text=True, timeout=WAIT)
        if ran.returncode != 0:
            raise RuntimeError(f"azvault {' '.join(arguments)}\n{ran.stdout}{ran.stderr}")

    def run(self, row: Row, without: str) -> Result:
        judged = self.folder / "requests.jsonl"
        judged.touch()
        before = judged.stat().st_size
        own = [str(self.azvault), "-q", "exec", "ada", "--", "/bin/bash", "-c",
               f"unset {without}\n{row.command}" if without else row.command]
        variables = self.variables | {"HERE": str(row.client.package.folder)}
        try:
            ran = subprocess.run(own, env=variables, capture_output=True, text=True, timeout=WAIT,
                                 stdin=subprocess.DEVNULL, cwd=self.home, errors="replace")
            said, code = ran.stdout + ran.stderr, ran.returncode
        except subprocess.TimeoutExpired:
            said, code = f"no answer within {WAIT} s", 1
        with judged.open() as file:
            file.seek(before)
            requests = [json.loads(line) for line in file]
        with (self.folder / "said.log").open("a") as file:
            file.write(f"== {row.client.family} {row.client.version}: {row.does}\n{said}\n")
            file.writelines(f"{json.dumps(one)}\n" for one in requests)
        result = "works" if code == 0 else _last(said)
        if code == 0 and not _in_order(said, row.says):
            result = f"says something else: {_last(said)}"
        refused = [one for one in requests if one["verdict"].startswith("Refused")]
        accepted = {one["host"] for one in requests if one["verdict"] == "accepted"}
        if refused:
            result = f"{refused[0]['host']} says {refused[0]['verdict']}"
        elif result == "works" and not accepted.issuperset(row.opens):
            result = f"no token came to {set(row.opens) - accepted}"
        return Result(row.client.family, row.client.version, row.does, result, self._left())

    def _left(self) -> str:
        """Files with tokens are named, and removed: they are not the next client's."""
        places = [self.home, self.folder / "tmp", pathlib.Path("/dev/shm")]
        files = search.found(tokens.issued(self.folder), places)
        for path in files:
            path.unlink()
        shown = sorted(str(path.relative_to(self.home) if path.is_relative_to(self.home) else path)
                       for path in files)
        return ", ".join(shown) or "no"

    def end(self) -> None:
        subprocess.run([str(self.azvault), "-q", "lock"], env=self.variables, capture_output=True,
                       check=False)
        self._world.terminate()
        if self.azurite:
            self.azurite.end()


def hosts() -> dict[str, list[str]]:
    return {"127.0.0.1": sorted(entra.HOSTS) + resources.HOSTS,
            "127.0.0.2": resources.STORAGE_HOSTS}


def _in_order(text: str, parts: tuple[str, ...]) -> bool:
    for part in parts:
        _, found, text = text.partition(part)
        if not found:
            return False
    return True


def _last(said: str) -> str:
    """The line with azvault's own words, else the last."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    ours = [line for line in lines if "azvault does" in line or "azvault:" in line]
    return (ours or lines or ["nothing was said"])[-1][:200]


def save(results: list[Result], file: pathlib.Path) -> None:
    file.write_text(json.dumps([asdict(one) for one in results]))


def load(file: pathlib.Path) -> list[Result]:
    return [Result(**one) for one in json.loads(file.read_text())]
