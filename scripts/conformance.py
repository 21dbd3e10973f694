"""The checks of scripts/conformance: others' clients against a local cloud that this program starts and ends."""

import logging
import os
import shutil
import signal
import sys
import tempfile
import time

import conformance_objects
import localcloud
import openstack
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions import exceptions as huawei_errors
from huaweicloudsdkims import v2 as ims
from otcextensions import sdk as otc

BUCKET = "conformance"
IMAGES = 7


class Cloud:
    """`slipway cloud` as a child."""

    def __init__(self, binary, directory):
        self.process, self.access = localcloud.start(binary, "--data", directory, "--clock-scale", "1000")

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=20)


class Checks(conformance_objects.Runner):
    def __init__(self, cloud, directory):
        super().__init__()
        self.cloud = cloud
        self.directory = directory
        self.access = cloud.access
        self.endpoint = self.access["endpoint"]
        self.jobs = []
        self.ims = self.official(self.access["secret_key"])

    # The official SDK, which signs every request with the access key.

    def official(self, secret):
        credentials = BasicCredentials(self.access["access_key"], secret, self.access["project_id"])
        return ims.ImsClient.new_builder().with_credentials(credentials).with_endpoints([self.endpoint]).build()

    def submit(self, **fields):
        body = ims.QuickImportImageByFileRequestBody(**fields)
        return self.ims.import_image_quick(ims.ImportImageQuickRequest(body=body)).job_id

    def finished(self, job):
        for _ in range(400):
            answer = self.ims.show_job(ims.ShowJobRequest(job_id=job))
            if answer.status in ("SUCCESS", "FAIL"):
                return answer
            assert answer.status in ("INIT", "RUNNING"), answer.status
            time.sleep(0.02)
        raise AssertionError("the job did not end")

    def imports_system(self):
        job = self.submit(
            name="official system", description="by the official SDK", image_url=f"{BUCKET}:system.zvhd2",
            os_version="CentOS 7.0 64bit", min_disk=40, type="ECS", architecture="x86",
            image_tags=[ims.ResourceTag(key="env", value="prod")])
        self.jobs.append(job)
        answer = self.finished(job)
        assert answer.status == "SUCCESS", answer
        assert answer.job_type == "imsImportImageJob", answer
        image = self.listed(id=answer.entities.image_id)[0]
        assert (image.name, image.status, image.min_disk) == ("official system", "active", 40), image
        assert image.tags == ["env.prod"], image

    def imports_data(self):
        job = self.submit(
            name="official data", image_url=f"{BUCKET}:data.raw", os_type="Linux", min_disk=1, type="DataImage",
            tags=["env.prod"])
        answer = self.finished(job)
        assert answer.status == "SUCCESS", answer
        assert self.listed(name="official data")[0].virtual_env_type == "DataImage"

    def reports_failure(self):
        answer = self.finished(self.submit(
            name="official failure", image_url=f"{BUCKET}:none.zvhd2", os_version="CentOS 7.0 64bit", min_disk=40))
        assert answer.status == "FAIL" and answer.error_code == "IMG.0121", answer
        assert "none.zvhd2" in answer.fail_reason, answer

    def refuses(self):
        for fields, code in [
            (dict(name="", min_disk=40), "IMG.0013"), (dict(name="a", min_disk=5000), None),
            (dict(name="a<", min_disk=40), "IMG.0003"),
        ]:
            try:
                self.submit(image_url=f"{BUCKET}:system.zvhd2", os_version="CentOS 7.0 64bit", **fields)
            except huawei_errors.ClientRequestException as error:
                assert error.status_code == 400, error
                assert error.error_code.startswith("IMG."), error
                assert code is None or error.error_code == code, error
                assert error.request_id, error
            else:
                raise AssertionError(f"{fields} was accepted")

    def refuses_wrong_key(self):
        try:
            self.official("wrong").list_images(ims.ListImagesRequest())
        except huawei_errors.ClientRequestException as error:
            assert (error.status_code, error.error_code) == (401, "APIGW.0301"), error
        else:
            raise AssertionError("a wrong secret key was accepted")

    def listed(self, **filters):
        return self.ims.list_images(ims.ListImagesRequest(**filters)).images

    def pages(self):
        jobs = [
            self.submit(name=f"page {n}", image_url=f"{BUCKET}:system.zvhd2", os_version="CentOS 7.0 64bit", min_disk=40)
            for n in range(IMAGES)
        ]
        for job in jobs:
            assert self.finished(job).status == "SUCCESS"
        found, marker = [], None
        while True:
            page = self.listed(limit=3, marker=marker, status="active", imagetype="private")
            if not page:
                break
            found += [image.name for image in page]
            marker = page[-1].id
        assert len(found) == len(set(found)), found
        assert [name for name in found if name.startswith("page")] == [f"page {n}" for n in reversed(range(IMAGES))]
        assert {"official system", "official data"} <= set(found), found

    def tags_and_quota(self):
        image = self.listed(name="official system")[0]
        self.ims.add_image_tag(ims.AddImageTagRequest(
            image_id=image.id, body=ims.AddImageTagRequestBody(tag=ims.ResourceTag(key="owner", value="me"))))
        tags = self.ims.list_image_tags(ims.ListImageTagsRequest(image_id=image.id)).tags
        assert {tag.key: tag.value for tag in tags} == {"env": "prod", "owner": "me"}, tags
        quotas = self.ims.show_image_quota(ims.ShowImageQuotaRequest()).quotas.resources
        used = next(quota.used for quota in quotas if quota.type == "image")
        assert used == IMAGES + 2, used
        changed = self.ims.update_image(ims.UpdateImageRequest(
            image_id=image.id,
            body=[ims.UpdateImageRequestBody(op="replace", path="/name", value="official renamed")]))
        assert changed.name == "official renamed", changed

    def deletes(self):
        image = self.listed(name="official renamed")[0]
        self.ims.glance_delete_image(ims.GlanceDeleteImageRequest(image_id=image.id))
        for _ in range(200):
            if not self.listed(id=image.id):
                return
            time.sleep(0.02)
        raise AssertionError("the deleted image is still there")

    # otcextensions and openstacksdk, which log in by password and find the services in the catalogue.

    def connect(self):
        access = self.access
        self.otc = openstack.connection.Connection(
            auth=dict(
                auth_url=f"{self.endpoint}/v3", username=access["user"], password=access["password"],
                user_domain_name=access["domain"], project_name=access["project"],
                project_domain_name=access["domain"]),
            region_name=access["region"])
        otc.register_otc_extensions(self.otc)
        assert self.otc.current_project_id == access["project_id"]

    def otc_images(self):
        names = {image.name for image in self.otc.imsv2.images(status="active")}
        assert "official system" in names and len(names) == IMAGES + 2, names

    def otc_job(self):
        job = self.otc.imsv1.get_async_job(self.jobs[0])
        assert job.status == "SUCCESS" and job.entities["image_id"], job
        waited = self.otc.imsv1.wait_for_async_job(self.jobs[0])
        assert waited.status == "SUCCESS", waited

    def openstack_images(self):
        images = list(self.otc.image.images(limit=3))
        assert len(images) == IMAGES + 3, len(images)
        image = self.otc.image.find_image("official system")
        assert image.status == "active", image
        assert self.otc.image.get_image(image.id).min_disk == 40


def main():
    logging.disable(logging.CRITICAL)
    directory = tempfile.mkdtemp(prefix="slipway-conformance-")
    os.makedirs(f"{directory}/buckets/{BUCKET}")
    for name, content in [("system.zvhd2", localcloud.zvhd2(3)), ("data.raw", bytes(1 << 20)), ("data.mf", b"bitmap")]:
        with open(f"{directory}/buckets/{BUCKET}/{name}", "wb") as file:
            file.write(content)
    cloud = Cloud(sys.argv[1], directory)
    try:
        checks = Checks(cloud, directory)
        for name, check in [
            ("official SDK: imports a system disk", checks.imports_system),
            ("official SDK: imports a data disk", checks.imports_data),
            ("official SDK: reads why a job failed", checks.reports_failure),
            ("official SDK: reads why a request was refused", checks.refuses),
            ("official SDK: a wrong secret key is refused", checks.refuses_wrong_key),
            ("official SDK: lists images page by page", checks.pages),
            ("otcextensions: logs in by password", checks.connect),
            ("otcextensions: lists images", checks.otc_images),
            ("otcextensions: polls a job", checks.otc_job),
            ("openstacksdk: lists and finds images over the native list", checks.openstack_images),
            ("official SDK: tags, quota, rename", checks.tags_and_quota),
            ("official SDK: deletes an image", checks.deletes),
        ]:
            checks.run(name, check)
        checks.failed += conformance_objects.run(cloud.access, directory)

        def ends():
            status = cloud.end()
            assert status == 0, status

        checks.run("slipway cloud: ends cleanly on SIGTERM", ends)
    finally:
        if cloud.process.poll() is None:
            cloud.process.kill()
        shutil.rmtree(directory, ignore_errors=True)
    sys.exit(1 if checks.failed else 0)


if __name__ == "__main__":
    main()
