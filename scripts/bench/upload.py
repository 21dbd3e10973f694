"""The work of scripts/bench/upload: a server that discards, and clients that send to it, each a process of its own."""

import hashlib
import multiprocessing
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

PART = 16 << 20
BOTO3 = """
import sys, boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
client = boto3.client("s3", endpoint_url=sys.argv[1], region_name="eu-de", aws_access_key_id="AK",
                      aws_secret_access_key="SK", config=Config(s3={"addressing_style": "path"}))
client.upload_file(sys.argv[2], "bench", "boto3", Config=TransferConfig(multipart_threshold=%d, multipart_chunksize=%d))
""" % (PART, PART)


class Connection(threading.Thread):
    """One connection of the server: as much of S3 as an upload needs. Parts are hashed, since clients compare the tags."""

    def __init__(self, connection, hashes):
        super().__init__(daemon=True)
        self.connection = connection
        self.hashes = hashes
        self.buffer = memoryview(bytearray(1 << 20))

    def run(self):
        try:
            with self.connection:
                self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.serve()
        except OSError:
            pass

    def serve(self):
        rest = b""
        while True:
            while b"\r\n\r\n" not in rest:
                some = self.connection.recv(65536)
                if not some:
                    return
                rest += some
            head, rest = rest.split(b"\r\n\r\n", 1)
            lines = head.decode("latin-1").split("\r\n")
            method, target, _ = lines[0].split(" ", 2)
            headers = {k.strip().lower(): v.strip() for k, v in (line.split(":", 1) for line in lines[1:])}
            length = int(headers.get("content-length", 0))
            if headers.get("expect", "").lower() == "100-continue":
                self.connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            chunked = headers.get("transfer-encoding", "").lower() == "chunked"
            if chunked:
                raise SystemExit("a client sends chunks; this server knows none")
            digest = hashlib.md5()
            body = rest[:length]
            rest = rest[length:]
            done = len(body)
            if self.hashes:
                digest.update(body)
            kept = body if length < 1 << 20 else b""
            while done < length:
                count = self.connection.recv_into(self.buffer, min(len(self.buffer), length - done))
                if count == 0:
                    return
                if self.hashes:
                    digest.update(self.buffer[:count])
                if length < 1 << 20:
                    kept += bytes(self.buffer[:count])
                done += count
            self.answer(method, target, digest.hexdigest() if self.hashes else "0-0")

    def answer(self, method, target, tag):
        path, _, query = target.partition("?")
        names = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        status, body, extra = "200 OK", b"", ""
        if method == "POST" and "uploads" in names:
            body = b"<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>"
        elif method == "POST":
            body = b'<CompleteMultipartUploadResult><ETag>"0-0"</ETag></CompleteMultipartUploadResult>'
        elif method == "PUT":
            extra = f'ETag: "{tag}"\r\n'
        elif method == "HEAD":
            status = "404 Not Found"
        elif method == "GET" and "location" in names:
            body = b"<LocationConstraint>eu-de</LocationConstraint>"
        head = f"HTTP/1.1 {status}\r\nContent-Type: application/xml\r\n{extra}Content-Length: {len(body)}\r\n\r\n"
        self.connection.sendall(head.encode() + (b"" if method == "HEAD" else body))


def server(listener, hashes):
    while True:
        connection, _ = listener.accept()
        Connection(connection, hashes).start()


def start(hashes):
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    process = multiprocessing.get_context("fork").Process(target=server, args=(listener, hashes), daemon=True)
    process.start()
    return process, f"http://127.0.0.1:{listener.getsockname()[1]}"


def run(command, environment):
    """Wall seconds, CPU seconds and the greatest memory in MB of a command."""
    began = time.monotonic()
    child = subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    output = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise SystemExit(f"{command[0]} ended with {child.returncode}:\n{output.decode(errors='replace')}")
    return time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    slipway, mib, runs, sparse = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    directory = tempfile.mkdtemp()
    servers = []
    try:
        hashing, url = start(True)
        servers.append(hashing)
        host = url.removeprefix("http://")
        path = f"{directory}/disk.raw"
        block = os.urandom(1 << 20)
        with open(path, "wb") as file:
            for _ in range(mib):
                file.write(block)
        environment = {
            "PATH": os.environ["PATH"], "HOME": directory, "XDG_STATE_HOME": directory, "OS_CLOUD": "bench",
            "OS_CLIENT_CONFIG_FILE": f"{directory}/clouds.yaml",
        }

        def configure(endpoint):
            with open(f"{directory}/clouds.yaml", "w") as file:
                file.write(
                    "clouds:\n  bench:\n    region_name: eu-de\n    auth_type: aksk\n    access_key: AK\n"
                    f"    secret_key: SK\n    object_store_endpoint_override: {endpoint}\n"
                    f"    image_endpoint_override: {endpoint}\n    auth: {{auth_url: {endpoint}/v3, project_id: p}}\n"
                    "    x_slipway_obs_path_style: true\n    x_slipway_obs_signature: aws-v4\n")

        configure(url)
        clients = {
            "slipway upload": [slipway, "upload", "--quiet", path, "bench:slipway"],
            "boto3 upload_file": [sys.executable, "-c", BOTO3, url, path],
        }
        if shutil.which("s3cmd"):
            clients["s3cmd put"] = [
                "s3cmd", "--access_key=AK", "--secret_key=SK", f"--host={host}", f"--host-bucket={host}/%(bucket)s",
                "--no-ssl", "--region=eu-de", "--multipart-chunk-size-mb=16", "--no-progress", "put", path,
                "s3://bench/s3cmd"]
        else:
            print("s3cmd is not installed (apt-get install s3cmd)", flush=True)
        figures = {name: [] for name in clients}
        for _ in range(runs):
            for name, command in clients.items():
                figures[name].append(run(command, environment))
        per_cpu = {}
        for name, list_ in figures.items():
            wall, cpu, memory = (statistics.median(column) for column in zip(*list_))
            per_cpu[name] = (mib << 20) / cpu / 1e6
            print(f"{name:20} {wall:7.2f} s {(mib << 20) / wall / 1e6:7.0f} MB/s {cpu:7.2f} s CPU "
                  f"{per_cpu[name]:7.0f} MB a CPU second {memory:6.0f} MB of memory", flush=True)
        for name in list(per_cpu)[1:]:
            print(f"per CPU second, slipway is {per_cpu['slipway upload'] / per_cpu[name]:.2f} times {name}", flush=True)
        if sparse > 0:
            discarding, url = start(False)
            servers.append(discarding)
            configure(url)
            with open(f"{directory}/sparse.raw", "wb") as file:
                file.truncate(sparse << 30)
            wall, cpu, memory = run([slipway, "upload", "--quiet", f"{directory}/sparse.raw", "bench:sparse"], environment)
            print(f"{sparse} GiB, sparse: {wall:.1f} s, {cpu:.1f} s CPU, {memory:.0f} MB of memory", flush=True)
    finally:
        for process in servers:
            process.terminate()
        shutil.rmtree(directory, ignore_errors=True)


main()
