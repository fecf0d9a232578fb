#!/usr/bin/python3
"""A plugin of age that does what the file `mode` beside it says. It hides the file key behind a constant: for
tests of the program that starts it. `seen` beside it gets its variables and descriptors."""

import base64
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))


def beside(name):
    try:
        with open(os.path.join(HERE, name)) as file:
            return file.read().strip()
    except FileNotFoundError:
        return ""


MODE = beside("mode")
with open(os.path.join(HERE, "seen"), "w") as file:
    print(sorted(os.environ), file=file)
    descriptors = []
    for number in sorted(os.listdir("/proc/self/fd"), key=int):
        try:
            descriptors.append(os.readlink(f"/proc/self/fd/{number}"))
        except OSError:
            pass
    print(descriptors, file=file)
    print(os.getcwd(), file=file)


def hidden(key):
    return bytes(byte ^ 0x5A for byte in key)


def encode(body):
    text = base64.b64encode(body).decode().rstrip("=")
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    # A body ends with a line that is shorter than 64.
    if not lines or len(lines[-1]) == 64:
        lines.append("")
    return "\n".join(lines)


def send(*words, body=b""):
    print("-> " + " ".join(words) + "\n" + encode(body), flush=True)


def receive():
    words = sys.stdin.readline().split()[1:]
    text = ""
    while True:
        line = sys.stdin.readline().rstrip("\n")
        text += line
        if len(line) < 64:
            return words, base64.b64decode(text + "=" * (-len(text) % 4))


def ask(*words, body=b""):
    send(*words, body=body)
    return receive()


def before_an_answer():
    if MODE == "hangs":
        time.sleep(600)
    if MODE == "ends":
        sys.exit(1)
    if MODE == "escapes":
        ask("msg", body="\x1b[2J\x1b]0;owned\x07touch the key".encode())
    if MODE == "refuses":
        ask("error", "internal", body="\x1b[31mno such key\nerror: the vault is gone".encode())
        send("done")
        sys.exit(0)
    if MODE == "talks":
        while True:
            ask("msg", body=b"one moment")


received = []
while True:
    words, body = receive()
    if words[0] == "done":
        break
    received.append((words, body))

if sys.argv[1] == "--age-plugin=recipient-v1":
    keys = [body for words, body in received if words[0] == "wrap-file-key"]
    before_an_answer()
    for index, key in enumerate(keys):
        ask("recipient-stanza", str(index), "azvaulttest", body=hidden(key))
else:
    stanzas = [body for words, body in received if words[:3] == ["recipient-stanza", "0", "azvaulttest"]]
    before_an_answer()
    pin = b"4711"
    if MODE == "pin":
        words, pin = ask("request-secret", body=b"PIN of the key")
    if MODE == "confirms":
        words, _ = ask("confirm", base64.b64encode(b"plugged in").decode().rstrip("="), body=b"Plug in the key")
        pin = b"4711" if words[1:] == ["yes"] else b""
    if pin != b"4711":
        ask("error", "internal", body=b"wrong PIN")
    else:
        key = hidden(stanzas[0])
        if MODE == "wrong":
            key = bytes(16)
        if MODE == "short":
            key = key[:8]
        ask("file-key", "0", body=key)
send("done")
