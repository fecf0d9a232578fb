"""Clients from the registries, into `target/clients/`, where what is there stays."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLIENTS = ROOT / "target" / "clients"
WAIT = 300
# Terraform, on a machine that does other things besides.
BUILD_WAIT = 3600
# The largest client, with what is unpacked on the way.
MIN_FREE = 3 << 30


class Missing(Exception):
    """Why a client is not to be had here."""


@dataclass(frozen=True)
class Package:
    """What a registry has under these names; `registry` is one of the functions below."""

    registry: str
    names: tuple[str, ...]
    # The newest Python that it runs on, where that is an older one: 3.10.
    python: str | None = None

    @property
    def folder(self) -> pathlib.Path:
        first = self.names[0].replace("/", "+").replace("==", "-").replace(".*", "")
        return CLIENTS / f"{self.registry}-{first}"

    def _done(self) -> pathlib.Path:
        return CLIENTS / f".{self.folder.name}.installed"

    def is_installed(self) -> bool:
        done = self._done()
        return done.exists() and done.read_text() == "\n".join(self.names)

    def install(self) -> None:
        if self.is_installed():
            return
        CLIENTS.mkdir(parents=True, exist_ok=True)
        if self.registry != "dotnet" and shutil.disk_usage(CLIENTS).free < MIN_FREE:
            raise Missing("less than 3 GiB are free on the disk")
        if self.registry in ("pypi", "ansible"):
            install = pypi if self.registry == "pypi" else ansible
            install(self.folder, self.names, self.python)
        else:
            REGISTRIES[self.registry](self.folder, self.names)
        self._done().write_text("\n".join(self.names))


def _run(*command: str | pathlib.Path, cwd: pathlib.Path | None = None, wait: int = WAIT,
         **variables: str) -> str:
    try:
        ran = subprocess.run(
            list(map(str, command)), cwd=cwd, env=os.environ | variables, timeout=wait,
            capture_output=True, text=True,
        )
    except FileNotFoundError as e:
        raise Missing(f"{command[0]} is not on this machine") from e
    except subprocess.TimeoutExpired as e:
        raise Missing(f"not built within {wait // 60} minutes") from e
    if ran.returncode != 0:
        lines = [line.strip() for line in ran.stderr.splitlines() if line.strip()]
        (CLIENTS / "errors.log").open("a").write(f"{command}\n{ran.stderr}\n")
        raise Missing(" ".join(lines[-3:])[:240] or f"{command[0]} failed")
    return ran.stdout


def _python(version: str | None) -> str:
    """The running one, or one of that version, from the path or from pyenv's folder."""
    if version is None:
        return sys.executable
    own = pathlib.Path.home() / ".pyenv/versions"
    for found in [*own.glob(f"{version}.*/bin/python3"), shutil.which(f"python{version}")]:
        if found and subprocess.run([found, "-c", ""], check=False).returncode == 0:
            return str(found)
    raise Missing(f"Python {version} is not on this machine")


def pypi(folder: pathlib.Path, names: tuple[str, ...], python: str | None) -> None:
    """Into a Python of its own, by uv: pip takes minutes for one az."""
    uv = CLIENTS / "uv"
    if not (uv / "bin/uv").exists():
        _run(sys.executable, "-m", "venv", uv)
        _run(uv / "bin/python", "-m", "pip", "install", "--quiet", "uv")
    bundle = os.environ.get("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt")
    own = {"UV_CACHE_DIR": str(CLIENTS / ".uv"), "SSL_CERT_FILE": bundle}
    _run(uv / "bin/uv", "venv", "--quiet", "--clear", "--seed", "--python", _python(python),
         folder, **own)
    _run(uv / "bin/uv", "pip", "install", "--quiet", "--python", folder / "bin/python", *names, **own)


def ansible(folder: pathlib.Path, names: tuple[str, ...], python: str | None) -> None:
    """ansible-core with azure.azcollection alone: the package has a hundred collections, a gigabyte."""
    package, core = names
    pypi(folder, (core,), python)
    with tempfile.TemporaryDirectory(dir=CLIENTS) as wheels:
        _run(folder / "bin/python", "-m", "pip", "download", "--quiet", "--no-deps", "--dest", wheels,
             package)
        site = next(folder.glob("lib/python*/site-packages"))
        with zipfile.ZipFile(next(pathlib.Path(wheels).glob("*.whl"))) as wheel:
            own = [name for name in wheel.namelist() if "ansible_collections/azure/" in name]
            wheel.extractall(site, own)
    needs = next(site.glob("ansible_collections/azure/azcollection/requirements*.txt"))
    _run(CLIENTS / "uv/bin/uv", "pip", "install", "--quiet", "--python", folder / "bin/python", "-r",
         needs, UV_CACHE_DIR=str(CLIENTS / ".uv"))


def npm(folder: pathlib.Path, names: tuple[str, ...]) -> None:
    folder.mkdir(exist_ok=True)
    _run("npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, *names)


def go(folder: pathlib.Path, names: tuple[str, ...]) -> None:
    """`PACKAGE@VERSION`, built; or a program of ours in `programs/`, against modules."""
    folder.mkdir(exist_ok=True)
    if "@" in names[0] and not names[0].startswith("programs/"):
        _run("go", "install", names[0], wait=BUILD_WAIT, GOBIN=str(folder), GOFLAGS="-mod=mod",
             CGO_ENABLED="0")
        return
    program, *modules = names
    source = pathlib.Path(__file__).parent / program.partition("@")[0]
    for file in source.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    if not (folder / "go.mod").exists():
        _run("go", "mod", "init", "client", cwd=folder)
    _run("go", "get", *modules, cwd=folder, GOFLAGS="-mod=mod")
    _run("go", "mod", "tidy", cwd=folder)
    _run("go", "build", "-o", "client", ".", cwd=folder, CGO_ENABLED="0")


def go_source(folder: pathlib.Path, names: tuple[str, ...]) -> None:
    """A program of a module that replaces some of its dependencies, which counts only in the module itself."""
    module, program = names
    source = json.loads(_run("go", "mod", "download", "-json", module))["Dir"]
    folder.mkdir(exist_ok=True)
    _run("go", "build", "-C", source, "-o", folder, program, wait=BUILD_WAIT, CGO_ENABLED="0")


def maven(folder: pathlib.Path, names: tuple[str, ...]) -> None:
    """Jars of these coordinates, with what they need, in `jars/`; `programs/` is compiled beside."""
    folder.mkdir(exist_ok=True)
    program, *coordinates = names
    source = pathlib.Path(__file__).parent / program.partition("@")[0]
    dependencies = "".join(
        "<dependency><groupId>{}</groupId><artifactId>{}</artifactId><version>{}</version>"
        "</dependency>".format(*one.split(":")) for one in coordinates)
    (folder / "pom.xml").write_text(
        "<project><modelVersion>4.0.0</modelVersion><groupId>a</groupId><artifactId>a</artifactId>"
        f"<version>1</version><dependencies>{dependencies}</dependencies></project>")
    _run("mvn", "-q", "-B", "dependency:copy-dependencies", f"-DoutputDirectory={folder / 'jars'}",
         cwd=folder)
    _run("javac", "-cp", f"{folder / 'jars'}/*", "-d", folder, *source.glob("*.java"))


def dotnet(folder: pathlib.Path, names: tuple[str, ...]) -> None:
    """The assemblies that `.ci/run` unpacks: no registry of this machine has them."""
    there = pathlib.Path(os.environ.get("AZURE_SDK_NET", "")) / f"azure-identity-{names[0]}"
    if not os.environ.get("AZURE_SDK_NET") or not there.is_dir():
        raise Missing("AZURE_SDK_NET names no folder with it")
    if shutil.which("pwsh") is None:
        raise Missing("pwsh is not on this machine")
    if not folder.exists():
        folder.symlink_to(there, target_is_directory=True)


REGISTRIES = {"dotnet": dotnet, "npm": npm, "go": go, "go-source": go_source, "maven": maven}
