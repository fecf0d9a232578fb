"""Starts the loopback Azure in this namespace, and judges what is sent to it.

`world.py FOLDER` needs `ca.pem` and `server.pem` there, writes `requests.jsonl` (one judged request a
line; no token in it) and `issued`, and says `ready` on standard output.
"""

import http.server
import json
import pathlib
import ssl
import sys
import threading
import urllib.parse

import entra
import resources
from tokens import NoToken, Refused, Tokens

ADDRESS = "127.0.0.1"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    folder: pathlib.Path
    tokens: Tokens
    entra: entra.Entra
    lock = threading.Lock()

    def log_message(self, *_):
        pass

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("transfer-encoding", ""):
            return self.rfile.read(int(self.headers.get("content-length", 0) or 0))
        body = b""
        while size := int(self.rfile.readline().strip(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _handle(self):
        body = self._body().decode("utf-8", "replace")
        host = self.headers.get("host", "").split(":")[0].lower()
        url = urllib.parse.urlsplit(self.path)
        path = url.path.strip("/").split("/")
        status, answer, headers = 200, {}, []
        try:
            if host in entra.HOSTS:
                verdict = "Entra"
                status, answer, headers = self._entra(path, url.query, body)
            else:
                given = self.headers.get("authorization", "")
                answer = resources.answer(self.tokens, host, path, given)
                verdict = "accepted"
        except entra.Denied as denied:
            status, answer, verdict = denied.status, denied.body, str(denied)
        except (NoToken, Refused) as refused:
            status = 401
            verdict = f"{type(refused).__name__}: {refused}"
            answer = {"error": {"code": "InvalidAuthenticationToken", "message": verdict}}
            headers = [("WWW-Authenticate", resources.challenge(host))]
        except KeyError as missing:
            status, verdict = 404, f"{missing} is not there"
            answer = {"error": {"code": "NotFound", "message": verdict}}
        self._tell(host, url.path, verdict)
        self._send(status, answer, headers)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = _handle

    def _entra(self, path: list[str], query: str, body: str):
        parsed = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        if path[-1] == "authorize":
            return 302, {}, [("Location", self.entra.authorize(parsed))]
        if self.command == "POST":
            form = dict(urllib.parse.parse_qsl(body, keep_blank_values=True))
            return 200, self.entra.post(path, form), []
        return 200, self.entra.get(path, parsed), []

    def _tell(self, host: str, path: str, verdict: str):
        asked = {"host": host, "method": self.command, "path": path, "verdict": verdict,
                 "agent": self.headers.get("user-agent", "")}
        with self.lock, (self.folder / "requests.jsonl").open("a") as file:
            file.write(json.dumps(asked) + "\n")

    def _send(self, status: int, answer: dict, headers: list):
        data = json.dumps(answer).encode()
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_):
        """A client that hangs up is none."""


def main(folder: pathlib.Path) -> None:
    Handler.folder, Handler.tokens = folder, Tokens(folder)
    Handler.entra = entra.Entra(Handler.tokens)
    server = Server((ADDRESS, 443), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    print("ready", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
