#!/usr/bin/python3
"""A server of HTTP that does what it is asked for, and its worst, too.

    server.py [--tls CERTIFICATE]

CERTIFICATE is a file of PEM with the key. Prints "listening on 127.0.0.1:PORT".
What each path does is in PAGES; "/site/N" are pages that
link to each other.
"""
# SPDX-License-Identifier: MIT OR Apache-2.0

import re
import socketserver
import ssl
import sys
import threading

OK = "HTTP/1.1 200 OK\r\n"
HTML = OK + "Content-Type: text/html\r\n"
CHUNKED = OK + "Transfer-Encoding: chunked\r\n\r\n"
LARGE = 3000000  # Bytes.
SITE = 60  # Pages.

PAGES = {
    "/length": OK + "Content-Length: 6\r\n\r\nhello\n",
    "/chunks": CHUNKED + "3\r\nhel\r\n3;x\r\nlo\n\r\n0\r\nA: b\r\n\r\n",
    "/until-end": OK + "\r\nhello\n",
    "/large": OK + f"Content-Length: {LARGE}\r\n\r\n" + LARGE * "x",
    "/large-chunks": CHUNKED + 100 * ("7530\r\n" + 30000 * "y" + "\r\n")
                     + "0\r\n\r\n",
    "/busy": "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n",
    "/cut": OK + "Content-Length: 10\r\n\r\nhello",
    "/cut-chunk": CHUNKED + "a\r\nhello",
    "/cut-head": OK + "Content-Le",
    "/bad-chunk": CHUNKED + "xyz\r\nhello\r\n0\r\n\r\n",
    "/not-http": "220 mail.example.org ready\r\n",
    "/long-line": OK + "A: " + 100000 * "b" + "\r\n\r\n",
    "/many-lines": OK + 1000 * "A: b\r\n" + "\r\n",
    "/hangs": OK + "Content-Length: 10\r\n\r\nhello",
    "/hangs-html": HTML + "\r\nhello",
    "/bad-site": HTML + "\r\n" + "".join(
        f"<a href={page}>" for page in ("site/1", "cut", "bad-chunk", "gone",
                                        "flaky", "busy")),
    "/hanging-site": HTML + "\r\n<a href=length><a href=hangs-html>",
}


class Handler(socketserver.StreamRequestHandler):
    """One connection: a request, an answer, the end."""

    flaky = 2  # So many times.

    def answer(self, path):
        """Returns what is sent for a path."""
        site = re.fullmatch(r"/site/(\d+)", path)
        if site:
            links = ((int(site[1]) * factor + 1) % SITE for factor in (2, 3))
            return HTML + "\r\n" + "".join(f'<a href="{link}">\n'
                                           for link in links)
        if path == "/flaky" and Handler.flaky > 0:
            Handler.flaky -= 1
            return PAGES["/busy"]
        if path == "/flaky":
            return PAGES["/length"]
        return PAGES.get(path, "HTTP/1.1 404 Not Found\r\n"
                               "Content-Length: 0\r\n\r\n")

    def handle(self):
        if self.rfile.peek(1)[:1] == b"\x16":  # TLS, and we do not speak it.
            self.wfile.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            return
        path = self.rfile.readline().decode("latin-1").split(" ")[1]
        while self.rfile.readline() not in (b"\r\n", b""):
            pass
        self.wfile.write(self.answer(path).encode())
        if path.startswith("/hangs"):
            print("hangs", file=sys.stderr, flush=True)
            threading.Event().wait()
        if isinstance(self.request, ssl.SSLSocket) and path != "/cut":
            self.request.unwrap()


class Server(socketserver.ThreadingTCPServer):
    """Listens, and does the handshake in the connection's own thread."""

    daemon_threads = True
    request_queue_size = 100
    context = None

    def finish_request(self, request, client_address):
        if self.context:
            request = self.context.wrap_socket(request, server_side=True)
        super().finish_request(request, client_address)

    def handle_error(self, request, client_address):
        print(f"{client_address[1]}: {sys.exc_info()[1]}", file=sys.stderr)


def main():
    """Serves for ever."""
    server = Server(("127.0.0.1", 0), Handler)
    if sys.argv[1:2] == ["--tls"]:
        server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.context.load_cert_chain(sys.argv[2])
    print(f"listening on 127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()


main()
