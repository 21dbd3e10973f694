"""The local cloud of a group of scripts/torture: started, restarted, and told what is to go wrong."""

import http.client
import json
import os
import signal
import subprocess
import time

import localcloud


class Cloud:
    """`slipway cloud` as a child, with its control endpoint."""

    def __init__(self, binary, directory, plan):
        os.makedirs(os.path.join(directory, "buckets", "torture"))
        for name in {entry["object"] for entry in plan["imports"]}:
            with open(os.path.join(directory, "buckets", "torture", name), "wb") as file:
                file.write(localcloud.zvhd2(1))
        self.binary, self.directory, self.plan = binary, directory, plan
        # Those before the last restart.
        self.posts = 0
        self.log = open(os.path.join(directory, "cloud.log"), "wb")
        self.start("0")
        self.address = self.access["endpoint"].split("//")[1]
        self.trouble = {"seed": plan["fault_seed"], "switches": plan["switches"], "faults": plan["faults"]}
        self.control("PUT", "faults", self.trouble)

    def start(self, port):
        options = ["--port", port, "--data", self.directory, "--clock-scale", str(self.plan["scale"])]
        # The switches hold from the first call on, also after a restart.
        for name, value in self.plan["switches"].items():
            options += ["--switch", f"{name}={json.dumps(value) if not isinstance(value, str) else value}"]
        self.process, self.access = localcloud.start(self.binary, *options, stderr=self.log)

    def restart(self):
        """Ends the cloud in order and lets it go on at the same address: calls under way break off."""
        self.posts += self.control("GET", "state")["calls"].get("submit", 0)
        self.stop()
        self.start(self.address.split(":")[1])
        self.control("PUT", "faults", self.trouble)

    def control(self, method, path, body=None):
        end = time.monotonic() + 30
        while True:
            connection = http.client.HTTPConnection(self.address, timeout=60)
            try:
                connection.request(method, f"/_control/{path}", None if body is None else json.dumps(body))
                answer = connection.getresponse()
                data = answer.read()
                break
            except (OSError, http.client.HTTPException):
                # It restarts.
                if time.monotonic() > end:
                    raise
                time.sleep(0.02)
            finally:
                connection.close()
        # A fault is gone after a restart.
        if answer.status >= 300 and (method, answer.status) != ("DELETE", 404):
            raise SystemExit(f"torture: {method} /_control/{path} {body}: {answer.status} {data.decode()}")
        return json.loads(data) if data and answer.status < 300 else None

    def environment(self, signed):
        access = self.access
        values = {
            "OS_AUTH_URL": access["endpoint"] + "/v3",
            "OS_REGION_NAME": access["region"],
            "OS_PROJECT_NAME": access["project"],
            "OS_PROJECT_ID": access["project_id"],
        }
        if signed:
            values.update(OS_ACCESS_KEY=access["access_key"], OS_SECRET_KEY=access["secret_key"])
            values.update(OS_IMAGE_ENDPOINT_OVERRIDE=access["endpoint"])
        else:
            values.update(OS_USERNAME=access["user"], OS_PASSWORD=access["password"])
            values.update(OS_USER_DOMAIN_NAME=access["domain"])
        return values

    def delete(self, image):
        """Deletes an image as its user would; whether the cloud said so."""
        access = self.access
        body = {"auth": {"identity": {"methods": ["password"], "password": {"user": {
            "name": access["user"], "password": access["password"], "domain": {"name": access["domain"]}}}},
            "scope": {"project": {"name": access["project"]}}}}
        connection = http.client.HTTPConnection(self.address, timeout=20)
        try:
            connection.request("POST", "/v3/auth/tokens", json.dumps(body), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            token = answer.headers["X-Subject-Token"]
            connection.request("DELETE", f"/v2/images/{image}", headers={"X-Auth-Token": token or ""})
            answer = connection.getresponse()
            answer.read()
            return answer.status == 204
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def calm(self):
        """Takes all faults back."""
        self.trouble = {**self.trouble, "faults": []}
        self.control("DELETE", "faults")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    def end(self):
        self.stop()
        self.log.close()
