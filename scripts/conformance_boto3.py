"""The checks of scripts/conformance with boto3, of whatever version the path leads to:

    conformance_boto3.py ACCESS.json DIRECTORY

The exit status is the number of checks that failed.
"""

import filecmp
import hashlib
import io
import json
import os
import sys
import urllib.error
import urllib.request

import boto3
import botocore
import botocore.exceptions
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from conformance_objects import KEYS, MIB, Runner

KEY = "boto/ä b+c.bin"


class Checks:
    def __init__(self, access, directory):
        self.access, self.directory = access, directory
        self.bucket = f"boto-{botocore.__version__}"
        self.s3 = self.client("s3v4")
        with open(os.path.join(directory, "small"), "rb") as file:
            self.body = file.read()
        self.big = os.path.join(directory, "big")

    def client(self, version):
        return boto3.client(
            "s3", endpoint_url=self.access["endpoint"], aws_access_key_id=self.access["access_key"],
            aws_secret_access_key=self.access["secret_key"], region_name=self.access["region"],
            config=Config(signature_version=version, s3={"addressing_style": "path"}, retries={"max_attempts": 1}))

    def read(self, key):
        return self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()

    def objects(self):
        self.s3.create_bucket(Bucket=self.bucket)
        assert self.bucket in [bucket["Name"] for bucket in self.s3.list_buckets()["Buckets"]]
        head = self.s3.head_bucket(Bucket=self.bucket)
        assert head["ResponseMetadata"]["HTTPHeaders"]["x-amz-bucket-region"] == "eu-de"
        assert self.s3.get_bucket_location(Bucket=self.bucket)["LocationConstraint"] == "eu-de"
        put = self.s3.put_object(Bucket=self.bucket, Key=KEY, Body=self.body, Metadata={"origin": "here"})
        assert put["ETag"] == f'"{hashlib.md5(self.body).hexdigest()}"', put
        head = self.s3.head_object(Bucket=self.bucket, Key=KEY)
        assert head["ContentLength"] == len(self.body) and head["Metadata"] == {"origin": "here"}, head
        assert self.read(KEY) == self.body
        part = self.s3.get_object(Bucket=self.bucket, Key=KEY, Range="bytes=1000-1999")
        assert part["Body"].read() == self.body[1000:2000]
        assert part["ContentRange"] == "bytes 1000-1999/300000", part
        self.s3.copy_object(Bucket=self.bucket, Key="copy ü", CopySource={"Bucket": self.bucket, "Key": KEY})
        assert self.read("copy ü") == self.body
        assert self.s3.head_object(Bucket=self.bucket, Key="copy ü")["Metadata"] == {"origin": "here"}

    def checksums(self):
        # A stream makes newer versions send chunks with the checksum behind them.
        for algorithm in ("CRC32", "SHA1", "SHA256"):
            self.s3.put_object(
                Bucket=self.bucket, Key="checked", Body=io.BytesIO(self.body), ChecksumAlgorithm=algorithm)
            assert self.read("checked") == self.body
        try:
            self.s3.put_object(Bucket=self.bucket, Key="checked", Body=b"other", ChecksumSHA256="A" * 43 + "=")
        except botocore.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] == "BadDigest", error
        else:
            raise AssertionError("a wrong checksum was accepted")

    def transfers(self):
        config = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB, max_concurrency=4)
        self.s3.upload_file(self.big, self.bucket, "big", Config=config)
        head = self.s3.head_object(Bucket=self.bucket, Key="big")
        assert head["ETag"].endswith('-4"') and head["ContentLength"] == os.path.getsize(self.big), head
        back = os.path.join(self.directory, self.bucket)
        self.s3.download_file(self.bucket, "big", back, Config=config)
        assert filecmp.cmp(self.big, back, shallow=False)
        source = {"Bucket": self.bucket, "Key": "big"}
        self.s3.copy(source, self.bucket, "big copy", Config=config)
        self.s3.download_file(self.bucket, "big copy", back, Config=config)
        assert filecmp.cmp(self.big, back, shallow=False)

    def uploads(self):
        upload = self.s3.create_multipart_upload(Bucket=self.bucket, Key="parts")["UploadId"]
        names = dict(Bucket=self.bucket, Key="parts", UploadId=upload)
        parts = [
            {"PartNumber": n, "ETag": self.s3.upload_part(PartNumber=n, Body=self.body, **names)["ETag"]} for n in (1, 2)]
        found = [
            part["PartNumber"]
            for page in self.s3.get_paginator("list_parts").paginate(PaginationConfig={"PageSize": 1}, **names)
            for part in page["Parts"]]
        assert found == [1, 2], found
        assert [entry["Key"] for entry in self.s3.list_multipart_uploads(Bucket=self.bucket)["Uploads"]] == ["parts"]
        self.s3.complete_multipart_upload(MultipartUpload={"Parts": parts}, **names)
        assert self.read("parts") == self.body * 2
        try:
            self.s3.abort_multipart_upload(**names)
        except botocore.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] == "NoSuchUpload", error
        else:
            raise AssertionError("a completed upload was aborted")

    def lists(self):
        with open(os.path.join(self.directory, "keys.json")) as file:
            keys = json.load(file)
        for operation in ("list_objects", "list_objects_v2"):
            pages = self.s3.get_paginator(operation).paginate(Bucket="many")
            found = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
            assert found == keys, (operation, len(found))
        folders = self.s3.list_objects_v2(Bucket="many", Delimiter="/")
        assert [entry["Prefix"] for entry in folders["CommonPrefixes"]] == [f"dir{n}/" for n in range(10)], folders
        after = self.s3.list_objects_v2(Bucket="many", StartAfter=keys[9000], MaxKeys=2)
        assert [entry["Key"] for entry in after["Contents"]] == keys[9001:9003], after

    def signed_urls(self):
        for version in ("s3v4", "s3"):
            client = self.client(version)
            url = client.generate_presigned_url("put_object", Params={"Bucket": self.bucket, "Key": version})
            request = urllib.request.Request(url, data=self.body, method="PUT", headers={"Content-Type": ""})
            assert urllib.request.urlopen(request, timeout=10).status == 200
            assert client.get_object(Bucket=self.bucket, Key=version)["Body"].read() == self.body
            url = client.generate_presigned_url("get_object", Params={"Bucket": self.bucket, "Key": version})
            assert urllib.request.urlopen(url, timeout=10).read() == self.body
            try:
                urllib.request.urlopen(url.replace(f"/{version}?", "/parts?"), timeout=10)
            except urllib.error.HTTPError as error:
                assert error.code == 403, error
            else:
                raise AssertionError("a URL was good for another object")

    def deletes(self):
        self.s3.delete_object(Bucket=self.bucket, Key=KEY)
        try:
            self.s3.head_object(Bucket=self.bucket, Key=KEY)
        except botocore.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] == "404", error
        else:
            raise AssertionError("a deleted object is still there")
        keys = [entry["Key"] for entry in self.s3.list_objects_v2(Bucket=self.bucket)["Contents"]]
        answer = self.s3.delete_objects(
            Bucket=self.bucket, Delete={"Objects": [{"Key": key} for key in [*keys, "none"]]})
        assert len(answer["Deleted"]) == len(keys) + 1 and "Errors" not in answer, answer
        self.s3.delete_bucket(Bucket=self.bucket)


def main():
    with open(sys.argv[1]) as file:
        checks = Checks(json.load(file), sys.argv[2])
    runner = Runner()
    for name, check in [
        ("bucket, puts, heads, reads whole and by range, copies", checks.objects),
        ("checksums behind and before the body", checks.checksums),
        ("uploads, downloads and copies by parts in threads", checks.transfers),
        ("parts one by one, their lists", checks.uploads), (f"lists {KEYS} keys both ways", checks.lists),
        ("signed URLs of two kinds", checks.signed_urls), ("deletes one, many, the bucket", checks.deletes),
    ]:
        runner.run(f"boto3 {boto3.__version__}: {name}", check)
    sys.exit(runner.failed)


if __name__ == "__main__":
    main()
