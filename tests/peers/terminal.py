#!/usr/bin/env python3
"""Runs a command on a terminal of its own, and answers it. usage: terminal.py STEPS COMMAND…

STEPS is a JSON array of [what is waited for, what is typed then]; a third member is a command that is run
before it is typed. Prints all that the terminal showed and
ends as the command does. The terminal has as many columns as the variable TERMINAL_COLUMNS says.
"""
import fcntl
import json
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time

steps, command = json.loads(sys.argv[1]), sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    columns = os.environ.pop("TERMINAL_COLUMNS", None)
    if columns:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, int(columns), 0, 0))
    os.execvp(command[0], command)
shown, seen, until = b"", 0, time.monotonic() + 60
while time.monotonic() < until:
    if select.select([terminal], [], [], 0.1)[0]:
        try:
            more = os.read(terminal, 65536)
        except OSError:
            break
        if not more:
            break
        shown += more
    if steps and steps[0][0].encode() in shown[seen:]:
        seen = len(shown)
        # The question stands before the terminal is set up for its answer.
        time.sleep(0.3)
        _, answer, *before = steps.pop(0)
        for other in before:
            subprocess.run(other, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
        os.write(terminal, answer.encode())
else:
    os.kill(pid, 9)
sys.stdout.buffer.write(shown)
sys.stdout.flush()
assert not steps, f"never asked: {steps}"
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
