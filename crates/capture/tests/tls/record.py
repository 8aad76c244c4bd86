"""Makes the recordings: real TLS connections of OpenSSL, their key logs, and what was sent.

Usage: python3 record.py [NAME...]       (from this folder; needs `openssl` and Python 3.11 or later)
       python3 record.py --seeds         (makes the seeds of the fuzz target of what is recorded)

Each recording is a JSON file: the connections of one run in order, each with the bytes of both sides as they went
("c" or "s", base64), the key log, and what the applications sent. Where two connections stand in one file, the
second resumes the first.
"""

import base64
import json
import os
import pathlib
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

OUT = pathlib.Path(__file__).parent / "recordings"
WORK = pathlib.Path(tempfile.mkdtemp())
NO_ENCRYPT_THEN_MAC = 1 << 19  # SSL_OP_NO_ENCRYPT_THEN_MAC
# None begins with a letter that s_client or s_server takes for a command.
TO_SERVER = ["1: CONNECT of the client\n", "3: PUBLISH of the client\n"]
TO_CLIENT = ["2: CONNACK of the server\n", "4: PUBACK of the server\n"]


def run(*command):
    subprocess.run(command, check=True, capture_output=True)


def certificates():
    for name, key in [("ec", ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]), ("rsa", ["rsa:2048"])]:
        run("openssl", "req", "-x509", "-newkey", *key, "-nodes", "-days", "3650", "-subj", "/CN=broker.example",
            "-addext", "subjectAltName=DNS:broker.example", "-keyout", WORK / f"{name}.key", "-out", WORK / f"{name}.pem")


def registered(cipher):
    """The name that IANA has for a cipher of OpenSSL."""
    names = subprocess.run(["openssl", "ciphers", "-stdname", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"], check=True, capture_output=True)
    return dict(line.split()[:3:2][::-1] for line in names.stdout.decode().splitlines())[cipher]


def connection(segments, keylog, client, server, **expected):
    if "cipher" in expected:
        expected["suite"] = registered(expected.pop("cipher"))
    coded = [[side, base64.b64encode(data).decode()] for side, data in segments]
    return {"expected": expected, "client": "".join(client), "server": "".join(server), "keylog": keylog, "segments": coded}


def write(name, *connections):
    text = json.dumps({"connections": connections}, indent=0)
    (OUT / f"{name}.json").write_text(text + "\n")
    print(name, len(text))


# Python's ssl module, without sockets.


class Memory:
    """One side with its memory buffers."""

    def __init__(self, context, **options):
        self.inward, self.outward = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.inward, self.outward, **options)


def contexts(ciphers, version, certificate, options):
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    server.load_cert_chain(WORK / f"{certificate}.pem", WORK / f"{certificate}.key")
    client.load_verify_locations(WORK / f"{certificate}.pem")
    for context in (server, client):
        if version is not None:
            context.minimum_version = context.maximum_version = version
        if ciphers is not None:
            context.set_ciphers(ciphers + ":@SECLEVEL=0")
        context.options |= options
        context.set_alpn_protocols(["mqtt"])
    return client, server


def in_memory(client_context, server_context, session=None, to_server=TO_SERVER, to_client=TO_CLIENT, fails=False, **expected):
    log = WORK / "memory.log"
    log.write_text("")
    client_context.keylog_filename = str(log)
    client = Memory(client_context, server_hostname="broker.example", session=session)
    server = Memory(server_context, server_side=True)
    segments = []

    def exchange():
        moved = False
        for side, source, sink in [("c", client, server), ("s", server, client)]:
            data = source.outward.read()
            if data:
                segments.append((side, data))
                sink.inward.write(data)
                moved = True
        return moved

    def read(side):
        try:
            return side.tls.read(1 << 16).decode()
        except ssl.SSLWantReadError:
            return ""

    todo = [client, server]
    for _ in range(20):
        for side in list(todo):
            try:
                side.tls.do_handshake()
                todo.remove(side)
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLError:
                assert fails
                todo.remove(side)
        exchange()
    got = {"c": "", "s": ""}
    if not fails:
        for a, b in zip(to_server, to_client):
            client.tls.write(a.encode())
            exchange()
            got["s"] += read(server)
            server.tls.write(b.encode())
            exchange()
            got["c"] += read(client)
        while more := read(server):
            got["s"] += more
        while more := read(client):
            got["c"] += more
        assert got == {"s": "".join(to_server), "c": "".join(to_client)}
        for side in (client, server):
            try:
                side.tls.unwrap()
            except ssl.SSLError:
                pass
            exchange()
        expected.setdefault("version", client.tls.version())
        expected.setdefault("cipher", client.tls.cipher()[0])
        expected.setdefault("alpn", client.tls.selected_alpn_protocol())
        expected.setdefault("resumed", client.tls.session_reused)
    sent = ([], []) if fails else (to_server, to_client)
    client_context.keylog_filename = None
    return connection(segments, log.read_text(), *sent, **expected), None if fails else client.tls.session


def memory(name, ciphers=None, version=ssl.TLSVersion.TLSv1_2, certificate="ec", options=0, resume=False, **more):
    client, server = contexts(ciphers, version, certificate, options)
    first, session = in_memory(client, server, **more)
    found = [first]
    if resume:
        again, _ = in_memory(client, server, session=session, **more)
        assert again["expected"]["resumed"]
        found.append(again)
    write(name, *found)


# openssl s_client and s_server, with a recorder between them.


class Recorder:
    """Passes the bytes of one connection on, and keeps them."""

    def __init__(self, server_port):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.server_port = server_port
        self.segments = []
        self.lock = threading.Lock()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        client, _ = self.listener.accept()
        server = socket.create_connection(("127.0.0.1", self.server_port))
        for side, source, sink in [("c", client, server), ("s", server, client)]:
            threading.Thread(target=self.copy, args=(side, source, sink), daemon=True).start()

    def copy(self, side, source, sink):
        while data := source.recv(1 << 16):
            with self.lock:
                self.segments.append((side, data))
            sink.sendall(data)
        try:
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass


class Server:
    def __init__(self, *options, certificate="ec"):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        cert = [] if certificate is None else ["-cert", WORK / f"{certificate}.pem", "-key", WORK / f"{certificate}.key"]
        certs = ["-nocert"] if certificate is None else cert
        self.log = WORK / "server.out"
        self.process = subprocess.Popen(
            ["openssl", "s_server", "-accept", f"127.0.0.1:{self.port}", *certs, *options],
            stdin=subprocess.PIPE, stdout=open(self.log, "wb"), stderr=subprocess.STDOUT, bufsize=0)
        time.sleep(0.3)

    def say(self, text):
        self.process.stdin.write(text.encode())
        time.sleep(0.3)

    def stop(self):
        self.process.kill()
        self.process.wait()


STEPS = [("c", TO_SERVER[0]), ("s", TO_CLIENT[0]), ("c", TO_SERVER[1]), ("s", TO_CLIENT[1])]


def talk(server, *options, steps=STEPS, early=None, early_taken=True, **expected):
    """One connection. A step is a side and what it sends; a letter with a line end is a command of that side."""
    recorder = Recorder(server.port)
    log = WORK / "openssl.log"
    log.write_text("")
    extra = []
    if early is not None:
        (WORK / "early").write_text(early)
        extra = ["-early_data", WORK / "early"]
    out = WORK / "client.out"
    client = subprocess.Popen(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{recorder.port}", "-keylogfile", log, "-servername",
         "broker.example", *extra, *options],
        stdin=subprocess.PIPE, stdout=open(out, "wb"), stderr=subprocess.STDOUT, bufsize=0)
    time.sleep(0.5)
    sent = {"c": [], "s": []}
    if early is not None and early_taken:
        sent["c"].append(early)
    for side, text in steps:
        if side == "c":
            client.stdin.write(text.encode())
            time.sleep(0.3)
        else:
            server.say(text)
        if len(text) > 2:
            sent[side].append(text)
    client.stdin.write(b"Q\n")
    client.wait(timeout=5)
    time.sleep(0.2)
    report = out.read_text(errors="replace")
    if early is not None:
        assert f"Early data was {'accepted' if early_taken else 'rejected'}" in report, report
    with recorder.lock:
        segments = list(recorder.segments)
    expected.setdefault("resumed", "Reused," in report)
    return connection(segments, log.read_text(), sent["c"], sent["s"], **expected)


def tool(name, server_options=(), client_options=(), certificate="ec", **more):
    server = Server(*server_options, certificate=certificate)
    try:
        write(name, talk(server, *client_options, **more))
    finally:
        server.stop()


# What there is.


def suites_of_1_2():
    for name, ciphers, certificate in [
        ("aes128-gcm", "ECDHE-ECDSA-AES128-GCM-SHA256", "ec"),
        ("aes256-gcm", "ECDHE-RSA-AES256-GCM-SHA384", "rsa"),
        ("rsa-aes128-gcm", "AES128-GCM-SHA256", "rsa"),
        ("chacha20", "ECDHE-ECDSA-CHACHA20-POLY1305", "ec"),
        ("aes128-ccm", "ECDHE-ECDSA-AES128-CCM", "ec"),
        ("aes256-ccm", "ECDHE-ECDSA-AES256-CCM", "ec"),
        ("aes128-ccm8", "ECDHE-ECDSA-AES128-CCM8", "ec"),
        ("aes256-ccm8", "ECDHE-ECDSA-AES256-CCM8", "ec"),
        ("aes128-cbc-sha", "ECDHE-ECDSA-AES128-SHA", "ec"),
        ("aes256-cbc-sha", "ECDHE-ECDSA-AES256-SHA", "ec"),
        ("aes128-cbc-sha256", "ECDHE-ECDSA-AES128-SHA256", "ec"),
        ("rsa-aes256-cbc-sha256", "AES256-SHA256", "rsa"),
        ("aes256-cbc-sha384", "ECDHE-ECDSA-AES256-SHA384", "ec"),
    ]:
        yield f"1.2-{name}", lambda n, c=ciphers, e=certificate: memory(n, c, certificate=e)
        if "cbc" in name:
            yield f"1.2-{name}-mac-then-encrypt", lambda n, c=ciphers, e=certificate: memory(
                n, c, certificate=e, options=NO_ENCRYPT_THEN_MAC)
    for name, cipher in [("ccm8", "PSK-AES128-CCM8"), ("cbc", "ECDHE-PSK-AES128-CBC-SHA256")]:
        options = ["-tls1_2", "-psk", "0123456789abcdef", "-psk_identity", "device", "-cipher", cipher + ":@SECLEVEL=0"]
        yield f"1.2-psk-{name}", lambda n, o=options: tool(
            n, [*o[:3], *o[5:]], o, certificate=None, version="TLSv1.2", cipher=o[6].split(":")[0])


def features_of_1_2():
    ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256"
    yield "1.2-resumed-by-ticket", lambda n: memory(n, ciphers, resume=True)
    yield "1.2-resumed-by-id", lambda n: memory(n, ciphers, resume=True, options=ssl.OP_NO_TICKET)
    yield "1.2-alert", lambda n: write(n, in_memory(
        contexts(ciphers, ssl.TLSVersion.TLSv1_2, "rsa", 0)[0],
        contexts(ciphers, ssl.TLSVersion.TLSv1_2, "ec", 0)[1], fails=True)[0])
    common = ["-tls1_2", "-cipher", ciphers]
    for name, side in [("client", "c"), ("server", "s")]:
        letter = "R\n" if side == "c" else "r\n"
        steps = [*STEPS[:2], (side, letter), *STEPS[2:]]
        yield f"1.2-renegotiation-of-{name}", lambda n, s=steps: tool(
            n, [*common, "-client_renegotiation"], common, steps=s, renegotiations=1, version="TLSv1.2", cipher=ciphers)
    yield "1.2-small-records", lambda n: tool(
        n, common, [*common, "-max_send_frag", "512"], steps=[("c", "".join(f"{i} " for i in range(500)) + "\n"), *STEPS], version="TLSv1.2",
        cipher=ciphers)
    other = ["-tls1_2", "-cipher", "ECDHE-ECDSA-CAMELLIA128-SHA256"]
    yield "1.2-camellia", lambda n: tool(n, other, other, version="TLSv1.2")
    old = ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"]
    yield "1.1", lambda n: tool(n, old, old, version="TLSv1.1")


def suites_of_1_3():
    for suite in ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
                  "TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_8_SHA256"]:
        name = suite.removeprefix("TLS_").lower().replace("_", "-").rsplit("-", 1)[0]
        options = ["-tls1_3", "-ciphersuites", suite, "-alpn", "mqtt"]
        yield f"1.3-{name}", lambda n, o=options, s=suite: tool(n, o, o, version="TLSv1.3", suite=s, alpn="mqtt")


def features_of_1_3():
    new = {"version": "TLSv1.3", "suite": "TLS_AES_256_GCM_SHA384"}
    short = {"version": "TLSv1.3", "suite": "TLS_AES_128_GCM_SHA256"}
    suite = ["-tls1_3", "-ciphersuites", "TLS_AES_128_GCM_SHA256"]
    yield "1.3-python", lambda n: memory(n, version=None, resume=True)
    yield "1.3-alert", lambda n: write(n, in_memory(
        contexts(None, None, "rsa", 0)[0], contexts(None, None, "ec", 0)[1], fails=True)[0])
    yield "1.3-long", lambda n: memory(n, version=None, to_server=["".join(f"line {i}\n" for i in range(2600))], to_client=["ok\n"])
    yield "1.3-retry", lambda n: tool(n, [*suite, "-groups", "P-384"], [*suite, "-groups", "X25519:P-384"], retried=True, **short)
    yield "1.3-no-middlebox", lambda n: tool(n, [*suite, "-no_middlebox"], [*suite, "-no_middlebox"], **short)
    yield "1.3-padding", lambda n: tool(n, [*suite, "-record_padding", "64"], [*suite, "-record_padding", "256"], **short)
    yield "1.3-client-certificate", lambda n: tool(
        n, ["-tls1_3", "-Verify", "1"], ["-tls1_3", "-cert", WORK / "ec.pem", "-key", WORK / "ec.key"], **new)
    yield "1.3-certificate-later", lambda n: tool(
        n, ["-tls1_3", "-verify", "1"], ["-tls1_3", "-enable_pha", "-cert", WORK / "ec.pem", "-key", WORK / "ec.key"],
        steps=[*STEPS[:2], ("s", "c\n"), *STEPS[2:]], **new)
    steps = [*STEPS]
    for n, (side, letter) in enumerate([("c", "k"), ("s", "k"), ("c", "K"), ("s", "K")], 1):
        steps += [(side, f"{letter}\n"), *((side, f"{n}{text}") for side, text in STEPS)]
    yield "1.3-key-update", lambda n: tool(n, suite, suite, steps=steps, key_updates=6, **short)

    def early(name):
        server = Server(*suite, "-early_data")
        session = WORK / "session"
        try:
            first = talk(server, *suite, "-sess_out", session, **short)
            taken = talk(server, *suite, "-sess_in", session, early="0: early CONNECT\n", early_data="Accepted", **short)
            again = talk(server, *suite, "-sess_in", session, early="0: early CONNECT\n", early_taken=False, early_data="Rejected", **short)
            write(name, first, taken, again)
        finally:
            server.stop()

    yield "1.3-early", early

    def early_retry(name):
        server = Server(*suite, "-early_data", "-groups", "P-384")
        session = WORK / "session"
        try:
            first = talk(server, *suite, "-groups", "P-384", "-sess_out", session, **short)
            again = talk(server, *suite, "-groups", "X25519:P-384", "-sess_in", session, early="0: early CONNECT\n",
                         early_taken=False, early_data="Rejected", retried=True, **short)
            write(name, first, again)
        finally:
            server.stop()

    yield "1.3-early-retry", early_retry


# Recordings that make good seeds: short, and each with another way through the code.
SEEDS = ["1.2-psk-ccm8", "1.2-psk-cbc", "1.2-chacha20", "1.2-aes128-gcm", "1.2-aes256-cbc-sha384-mac-then-encrypt", "1.2-resumed-by-id",
         "1.2-renegotiation-of-server", "1.3-aes-128-gcm", "1.3-retry", "1.3-early", "1.3-early-retry", "1.3-key-update"]


def seeds():
    """The key log behind its length, then the segments, each behind its side and its length."""
    folder = pathlib.Path(__file__).parents[4] / "fuzz" / "corpus" / "tls"
    folder.mkdir(parents=True, exist_ok=True)
    for name in SEEDS:
        for n, found in enumerate(json.loads((OUT / f"{name}.json").read_text())["connections"]):
            keylog = found["keylog"].encode()
            seed = len(keylog).to_bytes(2, "big") + keylog
            for side, data in found["segments"]:
                data = base64.b64decode(data)
                seed += ("cs".index(side)).to_bytes(1, "big") + len(data).to_bytes(2, "big") + data
            (folder / f"{name}-{n}").write_bytes(seed)


def main():
    if sys.argv[1:] == ["--seeds"]:
        return seeds()
    OUT.mkdir(exist_ok=True)
    certificates()
    for group in [suites_of_1_2, features_of_1_2, suites_of_1_3, features_of_1_3]:
        for name, make in group():
            if len(sys.argv) < 2 or name in sys.argv[1:]:
                make(name)


main()
