"""Uploads of slipway to moto's S3 server and to `slipway cloud`, both behind a proxy that counts bytes."""

import contextlib
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback

import boto3
from botocore.config import Config

PART = 5 << 20


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Counter:
    """A proxy that counts what clients send."""

    def __init__(self, port):
        self.target = port
        self.bytes = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.create_connection(("127.0.0.1", self.target))
            threading.Thread(target=self.pump, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self.pump, args=(server, client, False), daemon=True).start()

    def pump(self, source, sink, counts):
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 18):
                if counts:
                    self.bytes += len(data)
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


class Store:
    """A store of somebody's, with what is needed to reach it."""

    def __init__(self, name, port, access, secret, region, auth, project, signatures):
        self.name, self.access, self.secret, self.region = name, access, secret, region
        self.auth, self.project, self.signatures = auth, project, signatures
        self.counter = Counter(port)
        self.url = f"http://127.0.0.1:{self.counter.port}"
        self.boto = boto3.client(
            "s3", endpoint_url=f"http://127.0.0.1:{port}", region_name=region, aws_access_key_id=access,
            aws_secret_access_key=secret, config=Config(s3={"addressing_style": "path"}))


class Checks:
    def __init__(self, slipway, directory, store, signature):
        self.slipway, self.store, self.signature = slipway, store, signature
        self.directory = f"{directory}/{store.name}-{signature}"
        os.makedirs(self.directory)
        self.failed = 0
        self.bucket = f"uploads-{signature}"
        store.boto.create_bucket(Bucket=self.bucket)
        with open(f"{self.directory}/clouds.yaml", "w") as file:
            json.dump({"clouds": {"here": {
                "region_name": store.region, "auth_type": "aksk", "access_key": store.access, "secret_key": store.secret,
                "object_store_endpoint_override": store.url, "image_endpoint_override": store.url,
                "auth": {"auth_url": store.auth, "project_id": store.project}, "x_slipway_obs_path_style": True,
                "x_slipway_obs_signature": signature}}}, file)
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": self.directory, "XDG_STATE_HOME": self.directory, "OS_CLOUD": "here",
            "OS_CLIENT_CONFIG_FILE": f"{self.directory}/clouds.yaml",
        }

    def file(self, name, size, seed=7):
        path = f"{self.directory}/{name}"
        with open(path, "wb") as file:
            for number in range(0, size, 1 << 20):
                block = hashlib.sha256(f"{seed}{number}".encode()).digest() * 32768
                file.write(block[: min(1 << 20, size - number)])
        return path

    def start(self, *words, **options):
        return subprocess.Popen(
            [self.slipway, *words], env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            **options)

    def run(self, *words, status=0):
        child = self.start(*words)
        output, errors = child.communicate(timeout=300)
        assert child.returncode == status, (child.returncode, output, errors)
        return output

    def content(self, key):
        return self.store.boto.get_object(Bucket=self.bucket, Key=key)["Body"].read()

    def same(self, path, key):
        with open(path, "rb") as file:
            assert file.read() == self.content(key), f"{key} differs"

    # The checks.

    def small_and_empty(self):
        for size in (0, 1, 70000):
            path = self.file(f"small{size}", size)
            self.run("upload", path, f"{self.bucket}:small/{size} ü+&.raw")
            self.same(path, f"small/{size} ü+&.raw")

    def parts(self):
        path = self.file("parts.raw", 3 * PART + 12345)
        assert self.run("upload", "--part-size", "5MB", path, f"{self.bucket}:") == f"{self.bucket}:parts.raw\n"
        self.same(path, "parts.raw")
        before = self.store.counter.bytes
        self.run("upload", path, f"{self.bucket}:parts.raw", "--part-size", "5MB")
        assert self.store.counter.bytes - before < 100000, "the same object was sent again"
        other = self.file("other.raw", 3 * PART + 12345, seed=8)
        self.run("upload", other, f"{self.bucket}:parts.raw", status=1)
        self.run("upload", "--overwrite", other, f"{self.bucket}:parts.raw")
        self.same(other, "parts.raw")

    def others_objects(self):
        """What boto3 uploaded in its own parts is known to be the same."""
        path = self.file("boto.raw", 20 << 20)
        self.store.boto.upload_file(path, self.bucket, "boto.raw")
        result = json.loads(
            self.run("upload", path, f"{self.bucket}:boto.raw", "--output", "json").splitlines()[-1])
        assert result["was_there"], result

    def killed(self):
        size = 8 * PART
        path = self.file("killed.raw", size)
        before = self.store.counter.bytes
        for stored in (2, 5):
            child = self.start(
                "upload", "--part-size", "5MB", "--limit-rate", "10MB", path, f"{self.bucket}:killed.raw", "--output",
                "json")
            for line in child.stdout:
                if json.loads(line).get("stored_parts", 0) >= stored:
                    break
            child.send_signal(signal.SIGKILL)
            child.communicate()
        uploads = self.store.boto.list_multipart_uploads(Bucket=self.bucket).get("Uploads", [])
        assert len(uploads) == 1, uploads
        self.run("upload", "--part-size", "5MB", path, f"{self.bucket}:killed.raw")
        self.same(path, "killed.raw")
        more = self.store.counter.bytes - before - size
        assert more <= 2 * PART + 200000, f"{more} bytes more than the file after two kills"
        assert not self.store.boto.list_multipart_uploads(Bucket=self.bucket).get("Uploads")

    def orphans(self):
        for number in range(3):
            self.store.boto.create_multipart_upload(Bucket=self.bucket, Key=f"orphan{number}")
        listed = [json.loads(line) for line in self.run(
            "uploads", "list", self.bucket, "--output", "json").splitlines()]
        assert sorted(entry["key"] for entry in listed) == ["orphan0", "orphan1", "orphan2"], listed
        self.run("uploads", "abort", *(f"{self.bucket}:orphan{number}" for number in range(3)))
        assert not self.store.boto.list_multipart_uploads(Bucket=self.bucket).get("Uploads")

    def aborted_elsewhere(self):
        path = self.file("gone.raw", 4 * PART)
        child = self.start(
            "upload", "--part-size", "5MB", "--limit-rate", "4MB", path, f"{self.bucket}:gone.raw", "--output", "json")
        for line in child.stdout:
            if json.loads(line).get("stored_parts", 0) >= 1:
                break
        child.send_signal(signal.SIGKILL)
        child.communicate()
        for upload in self.store.boto.list_multipart_uploads(Bucket=self.bucket)["Uploads"]:
            self.store.boto.abort_multipart_upload(
                Bucket=self.bucket, Key=upload["Key"], UploadId=upload["UploadId"])
        output = self.run("upload", "--part-size", "5MB", path, f"{self.bucket}:gone.raw", "--output", "json")
        assert '"upload_gone"' in output, output
        self.same(path, "gone.raw")

    def scripts(self):
        path = self.file("script.raw", 2 * PART)
        script = f"{self.directory}/script.lua"
        with open(script, "w") as file:
            file.write(f"""
              local obs = require "obs"
              local b = "{self.bucket}"
              assert(obs.upload("{path}", b, "s/one.raw", {{ part_size = "5MB" }}).parts == 2)
              assert(obs.head(b, "s/one.raw").size == {2 * PART})
              assert(#obs.read(b, "s/one.raw", {{ offset = 100, count = 1 }}) == 1)
              for i = 1, 3 do obs.upload("{script}", b, "s/few" .. i) end
              local keys = {{}}
              for object in obs.list(b, {{ prefix = "s/" }}) do keys[#keys + 1] = object.key end
              assert(table.concat(keys, " ") == "s/few1 s/few2 s/few3 s/one.raw", table.concat(keys, " "))
              assert(obs.inspect(b, "s/one.raw").format == "raw")
              obs.delete(b, "s/one.raw")
              assert(not obs.exists(b, "s/one.raw"))
              local ok, err = pcall(obs.head, b, "nothing")
              assert(not ok and err.kind == "not_found")
            """)
        self.run("run", script)

    def all(self):
        for check in (
            self.small_and_empty, self.parts, self.others_objects, self.killed, self.orphans, self.aborted_elsewhere,
            self.scripts,
        ):
            name = f"{self.store.name}, {self.signature}: {check.__name__.replace('_', ' ')}"
            began = time.monotonic()
            try:
                check()
                print(f"ok    {name} ({time.monotonic() - began:.2f} s)", flush=True)
            except Exception:
                self.failed += 1
                print(f"FAIL  {name}\n{traceback.format_exc()}", flush=True)
        return self.failed


def main():
    slipway = os.path.abspath(sys.argv[1])
    failed = 0
    with tempfile.TemporaryDirectory() as directory, contextlib.ExitStack() as ends:
        cloud = subprocess.Popen(
            [slipway, "cloud", "--port", "0", "--data", f"{directory}/cloud", "--clock-scale", "1000"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        ends.callback(lambda: (cloud.terminate(), cloud.wait(20)))
        access = json.loads(cloud.stdout.readline())
        port = int(access["endpoint"].rsplit(":", 1)[1])
        moto_port = free_port()
        moto = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(moto_port)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        ends.callback(lambda: (moto.terminate(), moto.wait(20)))
        for _ in range(600):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", moto_port), 1):
                break
            time.sleep(0.1)
        stores = [
            Store("local cloud", port, access["access_key"], access["secret_key"], access["region"],
                  access["endpoint"] + "/v3", access["project_id"], ["obs", "aws-v2", "aws-v4"]),
            Store("moto", moto_port, "AK", "SK", "us-east-1", f"http://127.0.0.1:{moto_port}/v3", "p",
                  ["aws-v2", "aws-v4"]),
        ]
        for store in stores:
            for signature in store.signatures:
                failed += Checks(slipway, directory, store, signature).all()
    sys.exit(1 if failed else 0)


main()
