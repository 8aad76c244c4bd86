"""Starts the project's broker on a free port, or names one that runs already.

BROKER=HOST:PORT uses that broker; else `tcp_broker` is built and started.
"""
import atexit
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def start():
    """Host and port of the broker."""
    given = os.environ.get("BROKER")
    if given:
        host, port = given.rsplit(":", 1)
        return host, int(port)
    build = ["cargo", "build", "--quiet", "-p", "mqttscope-broker", "--example", "tcp_broker"]
    subprocess.run(build, cwd=ROOT, check=True)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    process = subprocess.Popen([target / "debug/examples/tcp_broker", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
    atexit.register(process.kill)
    # The broker prints its address once it listens.
    address = process.stdout.readline().split()[-1]
    host, port = address.rsplit(":", 1)
    return host, int(port)
