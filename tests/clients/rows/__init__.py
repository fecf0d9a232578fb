"""What is run: a client, in a version, with what it does and what it has to say."""

import pathlib
from dataclasses import dataclass

from install import Package

HERE = pathlib.Path(__file__).resolve().parents[1]
SCRIPTS = HERE / "scripts"


@dataclass(frozen=True)
class Client:
    """A client in one version, as its registry has it."""

    family: str
    version: str
    package: Package
    # The oldest and the newest of a family are run by .ci/run too.
    is_end: bool = True


@dataclass(frozen=True)
class Row:
    client: Client
    does: str
    # For bash; `$HERE` is the client's folder, `$SCRIPTS` that of tests/clients/scripts.
    command: str
    # Each stands in the output, in this order.
    says: tuple[str, ...]
    # Hosts that have to accept a token.
    opens: tuple[str, ...] = ()
    # A file in which the client itself leaves a token, and nobody can keep it from that.
    leaves: str | None = None


ARM, VAULT = "management.azure.com", "myvault.vault.azure.net"
