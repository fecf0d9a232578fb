"""The whole way with one az on both ends: signed in by az itself, moved into the vault, cleaned, at work
by the wrapper, and moved back. Each line of az says the same at each station.

`loop.py` takes `HERE` (where az is), `WORLD` (the folder of the loopback Azure) and `AZVAULT` (the
binary under test) from its environment, and works in a home of its own.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import search  # noqa: E402
import tokens  # noqa: E402

WORLD = pathlib.Path(os.environ["WORLD"])
REAL = pathlib.Path(os.environ["HERE"]) / "bin"
AZVAULT = os.environ["AZVAULT"]
GUEST = "22222222-2222-3333-4444-555555555555"
KEPT = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "PYTHONWARNINGS", "AZURE_CORE_COLLECT_TELEMETRY")
# What scripts have: answered by the wrapper, and by the real az behind it.
SAME = (
    "account show --query id -o tsv",
    "account show --query user.name -o tsv",
    "account show --query '{name:name, tenant:tenantId}' -o tsv",
    "account list --query 'sort([].id)' -o tsv",
    "account get-access-token --query '[tokenType, tenant]' -o tsv",
    "group list --query '[].name' -o tsv",
    "rest --url https://graph.microsoft.com/v1.0/me --query userPrincipalName -o tsv",
)


class Home:
    def __init__(self, path: pathlib.Path):
        self.path = path
        (path / "run").mkdir(mode=0o700)
        (path / "bin").mkdir()
        own = {name: os.environ[name] for name in KEPT}
        self.variables = own | {"HOME": str(path), "XDG_RUNTIME_DIR": str(path / "run"),
                                "AZVAULT_PASSPHRASE_FILE": str(WORLD / "passphrase"),
                                "LANG": "C.UTF-8"}
        self.programs = [REAL]

    def run(self, line: str) -> subprocess.CompletedProcess:
        path = ":".join(map(str, [*self.programs, "/usr/bin", "/bin"]))
        return subprocess.run(["/bin/sh", "-c", line], env=self.variables | {"PATH": path},
                              cwd=self.path, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=170, check=False)

    def says(self, line: str) -> str:
        ran = self.run(line)
        if ran.returncode != 0:
            sys.exit(f"{line}: exit {ran.returncode}\n{ran.stdout}{ran.stderr}")
        return ran.stdout

    def az(self) -> dict[str, str]:
        return {line: self.says(f"az {line}") for line in SAME}

    def azvault(self, line: str) -> str:
        return self.says(f"{AZVAULT} -q {line}")


def equal(station: str, said: dict[str, str], first: dict[str, str]) -> None:
    for line, text in first.items():
        if said[line] != text:
            sys.exit(f"{station}: az {line}\nbefore: {text}now: {said[line]}")
    print(f"{station}: the same")


def main(home: Home) -> None:
    home.says("az login --use-device-code --allow-no-subscriptions -o none")
    home.says("az config set defaults.group=rg1 2>/dev/null || az configure --defaults group=rg1")
    first = home.az()
    print("signed in by az itself")
    home.azvault("init --kdf-memory 19 --kdf-passes 2 --no-recovery")
    home.azvault("unlock")
    home.azvault("migrate run --yes")
    home.azvault("migrate verify")
    home.azvault("migrate clean --yes")
    if home.run("az account show").returncode == 0:
        sys.exit("az is still signed in")
    home.azvault(f"az-shim install --dir {home.path}/bin")
    home.programs = [home.path / "bin", REAL]
    equal("by the wrapper", home.az(), first)
    # Also inside of exec, and in another tenant, which az in exec alone refuses.
    inside = {line: home.azvault(f"exec -- az {line}") for line in SAME}
    equal("by the wrapper in exec", inside, first)
    if home.says(f"az account get-access-token --tenant {GUEST} --query tenant -o tsv") != f"{GUEST}\n":
        sys.exit("no token of another tenant")
    other = next(one for one in first[SAME[3]].split() if f"{one}\n" != first[SAME[0]])
    home.says(f"az account set -s {other}")
    if home.says("az account show --query id -o tsv") != f"{other}\n":
        sys.exit("account set chose nothing")
    home.says("az group list -o none")
    home.says(f"az account set -s {first[SAME[0]].strip()}")
    if "rg1" not in home.says("az config get defaults.group 2>/dev/null || cat .azure/config"):
        sys.exit("az's own settings are gone")
    if left := search.found(tokens.issued(WORLD), [home.path]):
        sys.exit(f"tokens on the disk: {left}")
    home.azvault(f"az-shim remove --dir {home.path}/bin")
    home.azvault("migrate rollback --yes")
    equal("after rollback, by az itself", home.az(), first)
    home.azvault("lock")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=WORLD, prefix="loop-") as folder:
        os.chmod(folder, 0o700)
        main(Home(pathlib.Path(folder)))
