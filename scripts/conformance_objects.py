"""The checks of scripts/conformance on object storage: boto3 of two ages, esdk-obs-python, s3cmd."""

import filecmp
import json
import os
import random
import subprocess
import sys
import time
import traceback
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
MIB = 1 << 20
KEYS = 10_000


class Runner:
    """Prints a line for each check and counts those that fail."""

    def __init__(self):
        self.failed = 0

    def run(self, name, check):
        started = time.monotonic()
        try:
            check()
            print(f"ok    {name} ({time.monotonic() - started:.2f} s)", flush=True)
        except Exception:
            self.failed += 1
            print(f"FAIL  {name}", flush=True)
            traceback.print_exc()


class Esdk:
    """The official SDK of object storage."""

    def __init__(self, access, files, signature):
        from obs import ObsClient

        self.files, self.bucket = files, f"esdk-{signature}"
        # With its usual mode the library signs path-style requests the AWS way, whatever it is told.
        self.client = ObsClient(
            access_key_id=access["access_key"], secret_access_key=access["secret_key"], server=access["endpoint"],
            path_style=True, signature=signature, client_mode="workflow", max_retry_count=0)
        assert self.client.signature == signature

    def done(self, answer):
        assert answer.status < 300, (answer.status, answer.errorCode, answer.errorMessage)
        return answer.body

    def objects(self):
        self.done(self.client.createBucket(self.bucket))
        with open(self.files.small, "rb") as file:
            body = file.read()
        self.done(self.client.putFile(self.bucket, "dir/ä b+c.bin", self.files.small, metadata={"origin": "here"}))
        assert self.done(self.client.getObjectMetadata(self.bucket, "dir/ä b+c.bin")).contentLength == len(body)
        from obs import GetObjectHeader

        part = self.client.getObject(
            self.bucket, "dir/ä b+c.bin", headers=GetObjectHeader(range="1000-1999"), loadStreamInMemory=True)
        assert self.done(part).buffer == body[1000:2000]
        self.done(self.client.copyObject(self.bucket, "dir/ä b+c.bin", self.bucket, "copy ü"))
        assert self.done(self.client.getObject(self.bucket, "copy ü", loadStreamInMemory=True)).buffer == body
        url = self.client.createSignedUrl("GET", self.bucket, "copy ü", expires=60)
        request = urllib.request.Request(url.signedUrl, headers=url.actualSignedRequestHeaders)
        assert urllib.request.urlopen(request, timeout=10).read() == body
        assert self.done(self.client.getBucketMetadata(self.bucket)).location == "eu-de"

    def transfers(self):
        checkpoint = os.path.join(self.files.directory, "checkpoint")
        answer = self.done(self.client.uploadFile(
            self.bucket, "big", self.files.big, partSize=5 * MIB, taskNum=4, enableCheckpoint=True,
            checkpointFile=checkpoint, checkSum=True))
        assert answer.etag.endswith(f'-{-(-os.path.getsize(self.files.big) // (5 * MIB))}"'), answer.etag
        back = os.path.join(self.files.directory, "esdk-back")
        self.done(self.client.downloadFile(
            self.bucket, "big", back, partSize=5 * MIB, taskNum=4, enableCheckpoint=True))
        assert filecmp.cmp(self.files.big, back, shallow=False)

    def parts(self):
        from obs import CompleteMultipartUploadRequest, CompletePart, ListMultipartUploadsRequest

        upload = self.done(self.client.initiateMultipartUpload(self.bucket, "parts")).uploadId
        first = self.done(self.client.uploadPart(
            self.bucket, "parts", 1, upload, self.files.small, isFile=True, isAttachMd5=True)).etag
        second = self.done(self.client.copyPart(
            self.bucket, "parts", 2, upload, f"{self.bucket}/big", copySourceRange="0-1048575")).etag
        parts = self.done(self.client.listParts(self.bucket, "parts", upload)).parts
        assert [(part.partNumber, part.size) for part in parts] == [(1, os.path.getsize(self.files.small)), (2, MIB)]
        uploads = self.done(self.client.listMultipartUploads(self.bucket, ListMultipartUploadsRequest())).upload
        assert [entry.uploadId for entry in uploads] == [upload], uploads
        self.done(self.client.completeMultipartUpload(
            self.bucket, "parts", upload,
            CompleteMultipartUploadRequest([CompletePart(1, first), CompletePart(2, second)])))
        with open(self.files.small, "rb") as small, open(self.files.big, "rb") as big:
            expected = small.read() + big.read(MIB)
        assert self.done(self.client.getObject(self.bucket, "parts", loadStreamInMemory=True)).buffer == expected
        gone = self.client.abortMultipartUpload(self.bucket, "parts", upload)
        assert (gone.status, gone.errorCode) == (404, "NoSuchUpload"), gone

    def lists(self):
        found, marker = [], None
        while True:
            page = self.done(self.client.listObjects("many", max_keys=1000, marker=marker))
            found += [entry.key for entry in page.contents]
            if not page.is_truncated:
                break
            assert page.next_marker and page.next_marker != marker, page.next_marker
            marker = page.next_marker
        assert found == self.files.keys, len(found)
        page = self.done(self.client.listObjects("many", delimiter="/"))
        assert [entry.prefix for entry in page.commonPrefixs] == [f"dir{n}/" for n in range(10)], page.commonPrefixs

    def deletes(self):
        from obs import DeleteObjectsRequest, Object

        keys = [entry.key for entry in self.done(self.client.listObjects(self.bucket)).contents]
        answer = self.done(self.client.deleteObjects(
            self.bucket, DeleteObjectsRequest(quiet=False, objects=[Object(key=key) for key in keys])))
        assert len(answer.deleted) == len(keys) == 4 and not answer.error, answer
        self.done(self.client.deleteBucket(self.bucket))

    def checks(self):
        for name, check in [
            ("puts, heads, reads by range, copies, signed URL", self.objects),
            ("uploads and downloads by parts, with checkpoints", self.transfers),
            ("parts one by one, one of them a copy", self.parts), (f"lists {KEYS} keys", self.lists),
            ("deletes many keys and the bucket", self.deletes),
        ]:
            yield f"esdk-obs-python, signature {self.client.signature}: {name}", check


class S3cmd:
    def __init__(self, access, files):
        self.files = files
        self.config = os.path.join(files.directory, "s3cfg")
        host = access["endpoint"].split("//")[1]
        with open(self.config, "w") as file:
            file.write(
                f"[default]\naccess_key={access['access_key']}\nsecret_key={access['secret_key']}\n"
                f"host_base={host}\nhost_bucket={host}/%(bucket)\nuse_https=False\nbucket_location=eu-de\n"
                "multipart_chunk_size_mb=5\n")

    def call(self, *arguments):
        # Not the script itself, whose first line names an interpreter by a path that may be too long.
        command = [sys.executable, os.path.join(os.path.dirname(sys.executable), "s3cmd"), "-c", self.config]
        answer = subprocess.run(
            [*command, "--no-progress", *arguments], capture_output=True, text=True, timeout=60)
        assert answer.returncode == 0, (arguments, answer.stdout, answer.stderr)
        return answer.stdout

    def objects(self):
        self.call("mb", "s3://s3cmd")
        self.call("put", self.files.small, "s3://s3cmd/dir/ä b.bin")
        self.call("put", self.files.big, "s3://s3cmd/big")
        assert "s3://s3cmd/dir/ä b.bin" in self.call("ls", "-r", "s3://s3cmd")
        assert str(os.path.getsize(self.files.big)) in self.call("info", "s3://s3cmd/big")
        assert "eu-de" in self.call("info", "s3://s3cmd")
        back = os.path.join(self.files.directory, "s3cmd-back")
        self.call("get", "--force", "s3://s3cmd/big", back)
        assert filecmp.cmp(self.files.big, back, shallow=False)
        self.call("mv", "s3://s3cmd/big", "s3://s3cmd/moved")

    def syncs(self):
        there = os.path.join(self.files.directory, "sync")
        back = os.path.join(self.files.directory, "sync-back")
        os.makedirs(f"{there}/sub")
        os.makedirs(back)
        for name in ("one", "sub/two"):
            with open(f"{there}/{name}", "w") as file:
                file.write(name)
        assert self.call("sync", f"{there}/", "s3://s3cmd/s/").count("upload:") == 2
        assert "upload:" not in self.call("sync", f"{there}/", "s3://s3cmd/s/")
        self.call("sync", "s3://s3cmd/s/", f"{back}/")
        assert filecmp.cmpfiles(there, back, ["one", "sub/two"], shallow=False) == (["one", "sub/two"], [], [])

    def lists(self):
        assert self.call("ls", "-r", "s3://many").count("\n") == KEYS

    def deletes(self):
        self.call("del", "s3://s3cmd/moved")
        self.call("del", "-r", "--force", "s3://s3cmd")
        self.call("rb", "s3://s3cmd")

    def checks(self):
        return [
            ("s3cmd: puts by parts, gets, info, moves", self.objects), ("s3cmd: syncs both ways", self.syncs),
            (f"s3cmd: lists {KEYS} keys", self.lists), ("s3cmd: deletes everything", self.deletes),
        ]


class Files:
    """What the clients upload, and a bucket of many keys, which is a directory of files."""

    def __init__(self, directory):
        self.directory = os.path.join(directory, "clients")
        self.small, self.big = os.path.join(self.directory, "small"), os.path.join(self.directory, "big")
        os.makedirs(self.directory)
        for path, size in ((self.small, 300_000), (self.big, 17 * MIB + 1)):
            with open(path, "wb") as file:
                file.write(random.Random(size).randbytes(size))
        self.keys = sorted(
            [f"dir{n % 10}/key-{n:05}" for n in range(KEYS - 1)] + ["dir3/ü &<.bin"], key=lambda key: key.encode())
        for n in range(10):
            os.makedirs(f"{directory}/buckets/many/dir{n}")
        for key in self.keys:
            with open(f"{directory}/buckets/many/{key}", "wb") as file:
                file.write(b"x")
        with open(os.path.join(self.directory, "keys.json"), "w") as file:
            json.dump(self.keys, file)


def run(access, directory):
    """Runs everything and returns how many checks failed."""
    files = Files(directory)
    runner = Runner()
    path = os.path.join(files.directory, "access.json")
    with open(path, "w") as file:
        json.dump(access, file)
    # Two versions of one library do not fit into one process.
    for modules in (None, os.path.join(sys.prefix, "newer")):
        environment = {**os.environ, **({"PYTHONPATH": modules} if modules else {})}
        command = [sys.executable, os.path.join(HERE, "conformance_boto3.py"), path, files.directory]
        runner.failed += subprocess.run(command, env=environment).returncode
    for client in (Esdk(access, files, "obs"), Esdk(access, files, "v4"), S3cmd(access, files)):
        for name, check in client.checks():
            runner.run(name, check)
    return runner.failed
