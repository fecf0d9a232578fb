"""The TPM emulator swtpm at a terminal device, to which LINK leads: programs read and write it as /dev/tpmrm0.

usage: tpm.py STATE-FOLDER LINK
"""

import os
import pty
import socket
import struct
import subprocess
import sys
import tty

state, link = sys.argv[1:]
ours, its = socket.socketpair()
emulator = subprocess.Popen(
    [
        "swtpm", "socket", "--tpm2", "--tpmstate", f"dir={state}",
        "--server", f"type=tcp,fd={its.fileno()}", "--flags", "not-need-init,startup-clear",
    ],
    pass_fds=[its.fileno()],
    stderr=subprocess.DEVNULL,
)
its.close()
master, slave = pty.openpty()
tty.setraw(master)
tty.setraw(slave)
os.symlink(os.ttyname(slave), link + ".new")
os.rename(link + ".new", link)
print("ready", flush=True)


def exactly(read, count):
    got = b""
    while len(got) < count:
        part = read(count - len(got))
        if not part:
            raise SystemExit
        got += part
    return got


def message(read):
    head = exactly(read, 10)
    return head + exactly(read, struct.unpack(">I", head[2:6])[0] - 10)


while True:
    ours.sendall(message(lambda count: os.read(master, count)))
    os.write(master, message(ours.recv))
