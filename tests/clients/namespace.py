"""A namespace in which Azure's host names are this machine's, and from which nothing leaves.

A network namespace has a loopback interface alone; a mount namespace has a hosts file, the system's
certificate authorities with ours, and a /tmp of its own; a process namespace ends everything with
the run. Root needs no more; anybody else gets them in a user namespace, where users may have one.
"""

import fcntl
import os
import pathlib
import socket
import struct
import subprocess
import sys

BUNDLE = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")
SIOCSIFFLAGS, IFF_UP, IFF_RUNNING = 0x8914, 0x1, 0x40


def _unshare() -> list[str]:
    own = ["unshare", "--net", "--mount", "--ipc", "--pid", "--mount-proc",
           "--fork", "--kill-child"]
    if os.geteuid() != 0:
        own.append("--map-root-user")
    return own


def is_possible() -> bool:
    ran = subprocess.run([*_unshare(), "mount", "--bind", "/etc/hosts", "/etc/hosts"],
                         capture_output=True, check=False)
    return ran.returncode == 0


def enter(arguments: list[str]) -> int:
    """Runs this program again with these arguments, in namespaces of its own."""
    own = [*_unshare(), sys.executable, sys.argv[0], *arguments]
    return subprocess.run(own, check=False).returncode


def arrange(folder: pathlib.Path, hosts: dict[str, list[str]]) -> None:
    """Inside: `folder` has `ca.pem`; `hosts` has the names of each address."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        flags = struct.pack("16sH", b"lo", IFF_UP | IFF_RUNNING)
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, flags)
    lines = ["127.0.0.1 localhost"]
    lines += [f"{address} {name}" for address, names in hosts.items() for name in names]
    (folder / "hosts").write_text("\n".join(lines) + "\n")
    (folder / "bundle.pem").write_bytes(BUNDLE.read_bytes() + (folder / "ca.pem").read_bytes())
    (folder / "tmp").mkdir(mode=0o1777)
    (folder / "tmp").chmod(0o1777)
    _bind(folder / "hosts", pathlib.Path("/etc/hosts"))
    _bind(folder / "bundle.pem", BUNDLE)
    _bind(folder / "tmp", pathlib.Path("/tmp"))


def _bind(source: pathlib.Path, target: pathlib.Path) -> None:
    subprocess.run(["mount", "--bind", str(source), str(target)], check=True)
