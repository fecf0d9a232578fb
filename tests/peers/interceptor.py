#!/usr/bin/env python3
"""A proxy that reads what goes through it, with certificates of its own authority.

usage: interceptor.py FOLDER. Writes FOLDER/ca.pem, prints its port and ends when standard input does.
FOLDER/seen has a line for each connection (`CONNECT HOST:PORT`) and each request that it could read
(`READ BODY`). Every request is answered as one that wants multi-factor authentication.
"""
import datetime
import json
import os
import pathlib
import socket
import ssl
import sys
import threading

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

FOLDER = pathlib.Path(sys.argv[1])
NOW = datetime.datetime.now(datetime.timezone.utc)
LOCK = threading.Lock()
KEY = ec.generate_private_key(ec.SECP256R1())
NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "interceptor")])


def certificate(host, key):
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host or "interceptor")]))
        .issuer_name(NAME)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - datetime.timedelta(days=1))
        .not_valid_after(NOW + datetime.timedelta(days=9))
        .add_extension(x509.BasicConstraints(ca=host is None, path_length=None), critical=True)
    )
    if host:
        made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    return made.sign(KEY, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def told(line):
    with LOCK, open(FOLDER / "seen", "a") as file:
        file.write(line + "\n")


def read_until(stream, end):
    data = b""
    while end not in data:
        more = stream.recv(65536)
        if not more:
            raise EOFError
        data += more
    return data


def intercept(stream):
    target = read_until(stream, b"\r\n\r\n").split(b" ")[1].decode()
    told(f"CONNECT {target}")
    stream.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    host = target.rsplit(":", 1)[0]
    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = FOLDER / f"{threading.get_ident()}.pem"
    file.write_bytes(certificate(host, key) + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    tls = context.wrap_socket(stream, server_side=True)
    head, body = read_until(tls, b"\r\n\r\n").split(b"\r\n\r\n", 1)
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    length = int(lengths[0].split(b":")[1]) if lengths else 0
    while len(body) < length:
        body += tls.recv(65536)
    told("READ " + body.decode())
    reply = json.dumps({"error": "invalid_grant", "error_description": "AADSTS50076: no"}).encode()
    head = f"HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: {len(reply)}\r\nConnection: close\r\n\r\n"
    tls.sendall(head.encode() + reply)
    tls.close()


def served(stream):
    try:
        intercept(stream)
    except (EOFError, OSError):
        stream.close()


(FOLDER / "seen").touch()
(FOLDER / "ca.pem").write_bytes(certificate(None, KEY))
listener = socket.create_server(("127.0.0.1", 0))


def accepting():
    while True:
        threading.Thread(target=served, args=(listener.accept()[0],), daemon=True).start()


threading.Thread(target=accepting, daemon=True).start()
print(listener.getsockname()[1], flush=True)
sys.stdin.read()
os._exit(0)
