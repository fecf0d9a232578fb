"""A TPM in software with a token of tpm2-pkcs11: swtpm, and tpm2-abrmd on a bus of its own, without which it runs out of room.

usage: tpm.py FOLDER PIN. Prints the variables by which the module finds them as a line of JSON; ends when standard input does.
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import time

folder, pin = pathlib.Path(sys.argv[1]), sys.argv[2]
bus, socket, store = folder / "bus", folder / "tpm", folder / "store"
for path in (folder / "state", store):
    path.mkdir()
started = []


def start(*command, **more):
    started.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more))


def until(found):
    for _ in range(1000):
        if found():
            return
        time.sleep(0.02)
    sys.exit("not started")


def end():
    for process in reversed(started):
        process.send_signal(signal.SIGTERM)
        process.wait()


try:
    start("swtpm", "socket", "--tpm2", "--tpmstate", f"dir={folder / 'state'}", "--ctrl", f"type=unixio,path={socket}.ctrl",
          "--server", f"type=unixio,path={socket}", "--flags", "not-need-init,startup-clear")
    (folder / "bus.conf").write_text(f"""<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={bus}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy></busconfig>""")
    start("dbus-daemon", f"--config-file={folder / 'bus.conf'}", "--nofork")
    until(lambda: bus.exists() and pathlib.Path(f"{socket}.ctrl").exists())
    variables = {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={bus}", "TPM2_PKCS11_STORE": str(store),
                 "TPM2_PKCS11_TCTI": "tabrmd:bus_type=session", "TPM2TOOLS_TCTI": "tabrmd:bus_type=session"}
    environment = os.environ | variables
    start("tpm2-abrmd", "--session", "--allow-root", f"--tcti=swtpm:path={socket}", env=environment)
    ask = ["dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/", "org.freedesktop.DBus.NameHasOwner",
           "string:com.intel.tss2.Tabrmd"]
    until(lambda: b"true" in subprocess.run(ask, env=environment, capture_output=True).stdout)
    ptool = lambda *args: subprocess.run(["tpm2_ptool", *args, "--path", str(store)], env=environment, check=True,
                                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    ptool("init")
    ptool("addtoken", "--pid", "1", "--sopin", "12345678", "--userpin", pin, "--label", "hsm")
    print(json.dumps({"variables": variables, "tpm": started[0].pid}), flush=True)
    sys.stdin.read()
finally:
    end()
