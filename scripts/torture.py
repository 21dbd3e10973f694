"""The work of scripts/torture: a local cloud full of faults, clients that are killed, and a judge of what is left.

A run is a row of groups. Each group has a cloud, a ledger, a list of imports, switches and faults of its own, all
drawn from the seed. Clients run `import_all` over the list and are killed with SIGKILL: after a random time, at a
write to the ledger's log (in the middle of a commit), at an event of their own, or while the cloud holds their POST
back before or after acting on it. When the group has had its kills, it runs on until everything is done, and the judge
compares cloud and ledger. The seed repeats the plan; when exactly a kill strikes is up to the machine.
"""

import collections
import http.client
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

import localcloud

HERE = os.path.dirname(os.path.abspath(__file__))
CLIENT_PATIENCE = 240
# Groups at a time: clients mostly wait.
PARALLEL = 3
RUNS_TO_THE_END = 12
# Done, failed, cloud out of reach, to be continued, not authorised: all that faults may lead to.
EXPECTED = (0, 1, 69, 75, 77)
Client = collections.namedtuple("Client", "killed status results")


# --- The plan of a group, drawn from the seed ---------------------------------------------------------------------


def draw_plan(rng):
    """What a group does, as plain data."""
    policy = rng.choice(["fail", "resubmit"])
    # Proof needs ten measurements, and a cloud that lists markers early.
    proving = policy == "resubmit" and rng.random() < 0.7
    count = rng.randint(24, 36) if proving else rng.randint(12, 28)
    unique = rng.random() < 0.7
    # Without a marker name and origin tell images apart, so one of them has to.
    marked = rng.random() < 0.7
    own_objects = not unique and not marked or rng.random() < 0.2
    if proving:
        marked = True
        late = lambda: rng.choice(["at_submission", "at_submission", "at_submission", "1s"])
    else:
        late = lambda: rng.choice(["at_submission", "at_submission", "at_end", f"{rng.randint(5, 120)}s"])
    again = set(rng.sample(range(count), rng.randint(1, 3))) if marked and rng.random() < 0.25 else set()
    names = (lambda n: f"torture{n:03}") if unique else (lambda n: f"torture{n % 5}")
    return {
        "imports": [
            {"n": n, "name": names(n), "object": f"disk{n}.zvhd2" if own_objects else "disk.zvhd2", "again": n in again}
            for n in range(count)
        ],
        "deletes": rng.random() < 0.25,
        "concurrency": rng.choice([4, 8, 16, 40]),
        "unique": unique,
        "marked": marked,
        "on_not_found": policy,
        "clients": rng.choice([1, 1, 1, 2, 2, 4]),
        "signed": rng.random() < 0.4,
        "scale": rng.choice([100, 200, 400]),
        "kills": rng.randint(8, 16),
        "switches": {
            "image_quota": 100000,
            "concurrent_tasks": rng.choice([3, 10, 40]),
            "image_visibility": late(),
            "tag_visibility": late(),
            # A name that another import of the same takes again would be refused.
            "unique_names": unique and not again and rng.random() < 0.3,
            "keeps_killed_images": rng.random() < 0.5,
            "sub_jobs": rng.random() < 0.3,
        },
        "faults": draw_faults(rng),
        "fault_seed": rng.randint(1, 1 << 30),
    }


def draw_faults(rng):
    """Some of everything that can go wrong between a client and this cloud."""
    status = lambda: rng.choice([500, 502, 503, 504])
    submit = [
        {"effect": "reply_lost_before"},
        {"effect": "reply_lost_after"},
        {"effect": "reply_cut", "bytes": rng.randint(0, 30)},
        {"effect": "request_cut"},
        {"effect": "status", "status": status(), "executed": True, "body": rng.choice(["html", "json", "empty"])},
        {"effect": "status", "status": status(), "executed": False, "body": rng.choice(["html", "json", "empty"])},
        {"effect": "status", "status": 408, "executed": rng.random() < 0.5},
        {"effect": "field", "at": "job_id", "remove": True},
        {"effect": "throttled", "retry_after": rng.choice(["none", 1, "date 1", "date -5"])},
        {"effect": "refused", "code": rng.choice(["IMG.0060", "IMG.0194"])},
        {"effect": "token_refused"},
        {"effect": "slow_headers", "by": f"0.{rng.randint(1, 4)}s"},
        {"effect": "slow_body", "bytes_per_second": rng.randint(60, 600)},
        {"effect": "clock_skew", "seconds": rng.choice([-4000, -90, 90, 4000])},
    ]
    asking = [
        {"effect": "reply_lost_before"},
        {"effect": "reply_cut"},
        {"effect": "status", "status": status()},
        {"effect": "throttled", "retry_after": rng.choice(["none", 1, "date 1"])},
        {"effect": "token_refused"},
        {"effect": "clock_skew", "seconds": rng.choice([-4000, 4000])},
        {"effect": "slow_headers", "by": f"0.{rng.randint(1, 3)}s"},
        {"effect": "slow_body", "bytes_per_second": rng.randint(2000, 9000)},
    ]
    jobs = [
        {"effect": "job_unknown", "younger_than": f"{rng.randint(5, 50)}s"},
        {"effect": "job_unknown", "probability": 0.05},
        {"effect": "field", "at": "status", "value": "WAITING", "probability": 0.2},
        {"effect": "field", "at": "entities", "value": None, "probability": 0.2},
        {"effect": "job_fails", "code": "IMG.0057", "keeps_image": True, "probability": 0.1},
        {"effect": "job_fails", "code": "IMG.0057", "keeps_image": False, "probability": 0.1},
        {"effect": "job_takes", "for": f"{rng.randint(1, 400)}s", "probability": 0.3},
    ]
    faults = []
    for fault in rng.sample(submit, rng.randint(1, 5)):
        faults.append({**fault, "call": "submit", "probability": rng.choice([0.05, 0.15, 0.3])})
    for fault in rng.sample(asking, rng.randint(0, 3)):
        calls = rng.sample(["job", "list", "image", "token"], rng.randint(1, 3))
        faults.append({**fault, "call": calls, "probability": rng.choice([0.03, 0.1])})
    return faults + rng.sample(jobs, rng.randint(0, 3))


# --- The cloud ----------------------------------------------------------------------------------------------------


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


# --- Killing ------------------------------------------------------------------------------------------------------


class Trigger:
    """When a client is to be killed; `wait` returns at that moment, or when the client has ended."""

    kinds = ["time", "early", "event", "event", "commit", "commit", "posting", "posted"]

    def __init__(self, rng, span):
        self.kind = rng.choice(self.kinds)
        self.time = rng.uniform(0, span if self.kind == "early" else span + 1.2)
        self.event = rng.choice(
            ["validated", "submitted", "submitted", "progress", "settling", "waiting", "adopted", "succeeded", "attached"]
        )
        self.nth = rng.randint(1, 12) if rng.random() < 0.6 else rng.randint(1, 60)
        # Ctrl-C instead of a kill now and then: it detaches, and has to lose as little. Or the machine sleeps before the kill.
        self.signal = signal.SIGINT if rng.random() < 0.12 else signal.SIGKILL
        self.sleep = rng.uniform(0.1, 3) if rng.random() < 0.12 else 0
        self.lag = rng.choice([0, 0, rng.uniform(0, 0.003), rng.uniform(0, 0.06)])
        self.limit = span + rng.uniform(0.3, 2.0)

    def __str__(self):
        what = {"time": f"{self.time:.3f} s", "early": f"{self.time:.3f} s", "event": f"{self.event} {self.nth}"}
        sleep = f"asleep for {self.sleep:.1f} s, then " if self.sleep else ""
        return f"{sleep}{self.signal.name} at {self.kind} {what.get(self.kind, self.nth)} + {self.lag * 1000:.1f} ms"

    def wait(self, group, process, events):
        end = time.monotonic() + self.limit
        running = lambda: process.poll() is None and time.monotonic() < end
        if self.kind in ("time", "early"):
            stop = time.monotonic() + self.time
            while process.poll() is None and time.monotonic() < stop:
                time.sleep(min(0.01, max(0, stop - time.monotonic())))
        elif self.kind == "event":
            while running() and events[self.event] < self.nth:
                time.sleep(0.0005)
        elif self.kind == "commit":
            # The log grows or is written over before the commit that fills it reaches the disk.
            seen, writes = self.log_stamp(group), 0
            while running() and writes < self.nth:
                stamp = self.log_stamp(group)
                if stamp != seen:
                    seen, writes = stamp, writes + 1
                time.sleep(0.0002)
        else:
            self.hold(group, running)
        if self.lag:
            time.sleep(self.lag)

    def log_stamp(self, group):
        try:
            status = os.stat(group.ledger + "-wal")
            return status.st_size, status.st_mtime_ns
        except OSError:
            return None

    def hold(self, group, running):
        """Lets the cloud hold one POST back, before or after acting on it, and waits until it does."""
        fault = {"call": "submit", "nth": self.nth, "count": 1}
        if self.kind == "posting":
            fault.update(effect="slow_headers", by="0.4s")
        else:
            fault.update(effect="slow_body", bytes_per_second=80)
        number = group.cloud.control("POST", "faults", fault)[0]["id"]
        while running():
            mine = [entry for entry in group.cloud.control("GET", "faults") if entry["id"] == number]
            if mine and mine[0]["struck"]:
                break
            time.sleep(0.005)
        # A slow body goes on after the fault is gone.
        group.cloud.control("DELETE", f"faults/{number}")


# --- A group ------------------------------------------------------------------------------------------------------


class Group:
    """One cloud, one ledger, one list of imports, and the clients that work on it."""

    def __init__(self, binary, directory, number, rng):
        self.binary, self.directory, self.number, self.rng = binary, directory, number, rng
        self.plan = draw_plan(rng)
        self.ledger = os.path.join(directory, "ledger.sqlite")
        self.plan_file = os.path.join(directory, "plan.json")
        self.kills = collections.Counter()
        self.interrupts, self.restarts = 0, 0
        self.spawned = 0
        self.forgotten = []
        self.deleted = []
        self.violations = []
        self.results = {}
        self.lock = threading.Lock()
        os.makedirs(directory)
        with open(self.plan_file, "w") as file:
            json.dump(self.plan, file, indent=1)
        self.cloud = Cloud(binary, os.path.join(directory, "cloud"), self.plan)

    def note(self, text):
        with self.lock, open(os.path.join(self.directory, "torture.log"), "a") as file:
            file.write(f"{time.strftime('%H:%M:%S')}.{int(time.time() * 1000) % 1000:03} {text}\n")

    def command(self, what):
        options = ["--ledger", self.ledger, "--clock-scale", str(self.plan["scale"]), "--output", "json"]
        if what.startswith("run"):
            if not self.plan["marked"]:
                options.append("--no-marker")
            options += ["--on-not-found", self.plan["on_not_found"]]
            return [self.binary, "run", *options, os.path.join(HERE, "torture.lua"), "--", self.plan_file, what]
        return [self.binary, "jobs", what, *options]

    def environment(self):
        environment = {"HOME": self.directory, "PATH": os.environ.get("PATH", ""), "LC_ALL": "C"}
        return {**environment, **self.cloud.environment(self.plan["signed"])}

    def client(self, what, trigger):
        """Runs a client; with a trigger it is killed when that strikes."""
        with self.lock:
            self.spawned += 1
            number = self.spawned
        log = os.path.join(self.directory, f"client{number:03}-{what}.log")
        self.note(f"client {number} {what} begins; kill: {trigger or 'none'}")
        events = collections.Counter()
        results = {}
        with open(log, "wb") as file:
            process = subprocess.Popen(
                self.command(what), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=file,
                env=self.environment(), cwd=self.directory,
            )

            def read():
                for line in process.stdout:
                    try:
                        event = json.loads(line)
                    except ValueError:
                        event = {}
                    events[event.get("event")] += 1
                    if event.get("event") == "output" and event.get("text", "").startswith("{"):
                        entry = json.loads(event["text"])
                        results[entry["n"]] = entry
                    file.write(line)

            reader = threading.Thread(target=read)
            reader.start()
            killed = False
            if trigger:
                trigger.wait(self, process, events)
                if trigger.sleep and process.poll() is None:
                    process.send_signal(signal.SIGSTOP)
                    time.sleep(trigger.sleep)
                    process.send_signal(signal.SIGCONT)
                    time.sleep(self.rng.choice([0, 0.05, 1]))
                if process.poll() is None:
                    process.send_signal(trigger.signal)
            try:
                status = process.wait(timeout=CLIENT_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                status = None
            reader.join()
        killed = trigger is not None and status == -signal.SIGKILL
        self.note(f"client {number} {what} {'killed' if killed else f'ended with {status}'}; events {dict(events)}")
        if status is None:
            self.violations.append(f"client {number} ({what}) did not end within {CLIENT_PATIENCE} s: {log}")
        elif trigger and trigger.signal == signal.SIGINT and status in (130, -signal.SIGINT):
            with self.lock:
                self.interrupts += 1
        elif not killed and status not in EXPECTED:
            how = f"crashed with signal {-status}" if status < 0 else f"ended with status {status}"
            self.violations.append(f"client {number} ({what}) {how}: {log}")
        with self.lock:
            if killed:
                self.kills[trigger.kind] += 1
        return Client(killed, status, results)

    def together(self, jobs):
        """Runs clients side by side."""
        clients = [None] * len(jobs)

        def run(index, what, trigger, delay):
            time.sleep(delay)
            clients[index] = self.client(what, trigger)

        threads = [threading.Thread(target=run, args=(index, *job)) for index, job in enumerate(jobs)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return clients

    def records(self):
        command = [self.binary, "jobs", "export", "--format", "json", "--ledger", self.ledger]
        output = subprocess.run(command, stdout=subprocess.PIPE, env=self.environment(), check=True).stdout
        return [json.loads(line) for line in output.splitlines()]

    def order(self):
        """Clients beside each other do not go through the list the same way."""
        return self.rng.choice(["run", "run", "run-backwards"])

    def torment(self, span, is_over):
        """The kills of this group, as many as planned unless `is_over` says that there were enough in all."""
        wanted = self.plan["kills"]
        idle = 0
        while sum(self.kills.values()) < wanted and idle < 3 and not self.violations and not is_over():
            word = lambda: self.rng.choice(["resume", "resume", "watch"]) if self.spawned and self.rng.random() < 0.2 else self.order()
            jobs = [(word(), Trigger(self.rng, span), 0)]
            for _ in range(self.plan["clients"] - 1):
                jobs.append((word(), Trigger(self.rng, span), self.rng.choice([0, 0, self.rng.uniform(0, 0.5)])))
            restart = None
            if self.rng.random() < 0.08:
                restart = threading.Timer(self.rng.uniform(0, span + 1), self.cloud.restart)
                restart.start()
                self.restarts += 1
            clients = self.together(jobs)
            if restart:
                restart.join()
            if self.plan["deletes"] and self.rng.random() < 0.4:
                self.delete_some()
            idle = 0 if any(client.killed for client in clients) else idle + 1

    def delete_some(self):
        """Users take images away, though their imports are on record."""
        images = [image for image in self.cloud.control("GET", "state")["images"] if image["status"] == "active"]
        for image in self.rng.sample(images, min(len(images), self.rng.randint(1, 3))):
            if self.cloud.delete(image["id"]):
                self.note(f"image {image['id']} (import {number_of(image)}) is deleted")
                self.deleted.append(image["id"])

    def finish(self):
        """Runs on until everything is done. What never reached the cloud and is left to a decision is decided here, by what the cloud
        itself says."""
        for attempt in range(RUNS_TO_THE_END):
            if self.violations:
                return
            if attempt == 2:
                self.note("faults are taken back")
                self.cloud.calm()
            jobs = [("run", None, 0)]
            for _ in range(self.plan["clients"] - 1):
                jobs.append((self.order(), None, self.rng.uniform(0, 0.3)))
            clients = self.together(jobs)
            # Of several at once one may see a failure that another has made good since.
            if any(client.status == 0 for client in clients):
                done = [client for client in clients if client.status == 0]
                self.results = done[0].results
                if any(
                    client.results.get(n, {}).get("image_id") != entry.get("image_id")
                    for client in done for n, entry in self.results.items() if not self.plan["imports"][n]["again"]
                ):
                    self.violations.append("clients that ended well name different images")
                return
            if attempt >= 2:
                self.decide()
        self.violations.append(f"not done after {RUNS_TO_THE_END} runs without a kill")

    def decide(self):
        state = self.cloud.control("GET", "state")
        alive = {number_of(image) for image in state["images"] if image["status"] != "killed"}
        markers = {marker_of(image) for image in state["images"]}
        again = {entry["n"] for entry in self.plan["imports"] if entry["again"]}
        for record in self.records():
            number = number_of_record(record)
            if record["state"] in ("sent", "unknown", "not_found") and (
                # Of one that is made anew each time an earlier image says nothing.
                record["id"] not in markers if number in again else number not in alive
            ):
                self.note(f"record {record['id']} (import {number}) never arrived; it is forgotten")
                subprocess.run(
                    [self.binary, "jobs", "forget", record["id"], "--ledger", self.ledger], check=True,
                    env=self.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                )
                self.forgotten.append(record)

    def evidence(self):
        state = self.cloud.control("GET", "state")
        with open(os.path.join(self.directory, "state.json"), "w") as file:
            json.dump(state, file, indent=1)
        return Evidence(self.plan, state, self.records(), self.forgotten, self.results, self.deleted)


# --- The judge ----------------------------------------------------------------------------------------------------


def number_of(image):
    tags = dict(tag.split("=", 1) for tag in image["tags"])
    return int(tags["n"]) if "n" in tags else None


def marker_of(image):
    return dict(tag.split("=", 1) for tag in image["tags"]).get("slipway")


def number_of_record(record):
    return next(int(tag["value"]) for tag in record["request"]["image_tags"] if tag["key"] == "n")


Evidence = collections.namedtuple("Evidence", "plan state records forgotten results deleted")


def judge(evidence):
    """Everything that is not as promised, as sentences; empty when all is well."""
    faults = []
    images, records = evidence.state["images"], evidence.records
    jobs = {job["id"]: job for job in evidence.state["jobs"]}
    alive = collections.defaultdict(list)
    for image in images:
        if image["status"] != "killed":
            alive[number_of(image)].append(image)
    by_number = collections.defaultdict(list)
    for record in records:
        by_number[number_of_record(record)].append(record)
    known = {record["image_id"] for record in records if record["state"] == "succeeded"}
    forgotten = collections.Counter(number_of_record(record) for record in evidence.forgotten)

    for entry in evidence.plan["imports"]:
        number = entry["n"]
        mine, held = alive[number], by_number[number]
        about = f"import {number} ({entry['name']}, key {held[0]['key'][:12] if held else 'unknown'})"
        ids = ", ".join(image["id"] for image in mine)
        if not mine:
            faults.append(f"lost: {about} has no image")
        # What users deleted meanwhile was done all the same.
        done = [
            record for record in held if record["state"] == "succeeded" and record["image_id"] not in evidence.deleted
        ]
        allowed = max(1, len(done)) if entry["again"] else 1
        if len(mine) > allowed:
            faults.append(f"duplicate: {about} has {len(mine)} images: {ids}")
        if len({record["image_id"] for record in done}) != len(done):
            faults.append(f"mixed up: {about} has several records of one image")
        if len(done) < 1 or len(done) > allowed:
            faults.append(f"lost: {about} has {len(done)} records of success: {[(r['id'], r['state']) for r in held]}")
        still = [record for record in held if record["state"] not in ("succeeded", "failed", "resubmitted", "given_up")]
        if still:
            faults.append(f"open: {about} is done, but record {still[0]['id']} is {still[0]['state']}")
        for record in done:
            if record["image_id"] not in [image["id"] for image in mine]:
                faults.append(f"lost: {about}: record {record['id']} names the image {record['image_id']}, the cloud: {ids}")
            job = jobs.get(record.get("job_id"))
            if record.get("job_id") and (job is None or job["image_id"] != record["image_id"]):
                faults.append(f"mixed up: {about}: job {record['job_id']} of record {record['id']} made another image")
        # Without results the group was not done, which was reported already.
        result = evidence.results.get(number, {})
        if evidence.results and result.get("image_id") not in [image["id"] for image in mine]:
            faults.append(f"wrong answer: {about}: the script was told {result.get('image_id')}, the cloud has {ids}")
        if len({record["key"] for record in held}) > 1:
            faults.append(f"mixed up: {about} has several keys")

    for image in images:
        if image["status"] != "killed" and image["id"] not in known:
            faults.append(f"orphan: image {image['id']} ({image['name']}, import {number_of(image)}) is in no record of success")
    names = {entry["n"] for entry in evidence.plan["imports"]}
    strangers = [number for number in alive if number not in names]
    if strangers:
        faults.append(f"orphan: images of no import: {strangers}")

    # A record is acted on at most once, also where the job failed and left nothing: one marker, one job.
    markers = collections.Counter(marker_of(image) for image in images if marker_of(image))
    for marker, count in markers.items():
        if count > 1:
            faults.append(f"duplicate: the POST of record {marker} was acted on {count} times")
        if not any(record["id"] == marker for record in records + evidence.forgotten):
            faults.append(f"orphan: an image carries the marker {marker}, which no record has")
    started = collections.Counter(job["image_name"] for job in jobs.values())
    room = collections.Counter(record["request"]["name"] for record in records + evidence.forgotten)
    for name, count in started.items():
        if count > room[name]:
            faults.append(f"duplicate: {count} jobs for the name {name}, but only {room[name]} records")
    return faults


def judge_the_judge(evidence):
    """Spoils good evidence in every way that matters; a judge who does not notice is no judge.

    Returns the spoilings that went unnoticed.
    """
    copy = lambda: json.loads(json.dumps(evidence._asdict()))
    unnoticed = []

    def check(word, spoil):
        spoiled = copy()
        spoil(spoiled)
        spoiled["results"] = {int(number): entry for number, entry in spoiled["results"].items()}
        found = judge(Evidence(**spoiled))
        if not any(fault.startswith(word + ":") for fault in found):
            unnoticed.append(word)

    plain = {entry["n"] for entry in evidence.plan["imports"] if not entry["again"]}

    def alive(spoiled):
        return next(
            image for image in spoiled["state"]["images"] if image["status"] != "killed" and number_of(image) in plain)

    def success(spoiled):
        return next(
            record for record in spoiled["records"]
            if record["state"] == "succeeded" and record["image_id"] == alive(spoiled)["id"])

    check("duplicate", lambda s: s["state"]["images"].append({**alive(s), "id": "another"}))
    check("orphan", lambda s: s["state"]["images"].append({**alive(s), "id": "another"}))
    check("duplicate", lambda s: s["state"]["jobs"].extend({**s["state"]["jobs"][0], "id": f"another{i}"} for i in range(99)))
    check("lost", lambda s: s["state"]["images"].remove(alive(s)))
    check("lost", lambda s: s["records"].remove(success(s)))
    check("lost", lambda s: success(s).update(image_id="another"))
    check("open", lambda s: s["records"].append({**success(s), "state": "unknown"}))
    check("wrong answer", lambda s: next(iter(s["results"].values())).update(image_id="another"))
    return unnoticed


# --- The run ------------------------------------------------------------------------------------------------------


def start_up_time(binary, directory):
    """How long a client takes to its first statement, on this machine and now."""
    script = os.path.join(directory, "empty.lua")
    with open(script, "w") as file:
        file.write("print(1)\n")
    times = []
    for _ in range(3):
        begun = time.monotonic()
        subprocess.run([binary, "run", "--cloud", "local", script], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, env={"HOME": directory, "PATH": ""})
        times.append(time.monotonic() - begun)
    return sorted(times)[1]


def check_ledger(path):
    """What SQLite says about the file, after all those kills."""
    database = sqlite3.connect(path)
    try:
        return [] if database.execute("PRAGMA integrity_check").fetchone()[0] == "ok" else ["the ledger is damaged"]
    finally:
        database.close()


class Tally:
    """What all groups have come to; workers take groups from it until there were enough kills."""

    def __init__(self, cycles, begun):
        self.cycles, self.begun = cycles, begun
        self.kills, self.number, self.failed = 0, 0, 0
        self.kinds, self.totals = collections.Counter(), collections.Counter()
        self.running = {}
        self.judged, self.broken = False, False
        self.lock = threading.RLock()

    def is_over(self):
        with self.lock:
            live = sum(sum(group.kills.values()) for group in self.running.values())
            return self.kills + live >= self.cycles or self.failed >= 3 or self.broken

    def work(self, binary, root, seed, span):
        try:
            while not self.is_over():
                with self.lock:
                    self.number += 1
                    number = self.number
                directory = os.path.join(root, f"group{number:04}")
                self.run(Group(binary, directory, number, random.Random(f"{seed}/{number}")), seed, span)
        except BaseException as error:
            self.broken = True
            if isinstance(error, SystemExit):
                # Threads end without a word on that.
                print(error, file=sys.stderr, flush=True)
            raise

    def run(self, group, seed, span):
        with self.lock:
            self.running[group.number] = group
        try:
            group.torment(span, self.is_over)
            group.finish()
            evidence = group.evidence()
            group.violations += judge(evidence) + check_ledger(group.ledger)
            if not group.violations and not self.judged:
                self.judged = True
                unnoticed = judge_the_judge(evidence)
                if unnoticed:
                    raise SystemExit(f"torture: the judge does not notice: {unnoticed}")
        finally:
            group.cloud.end()
        with self.lock:
            self.report(group, evidence, seed)

    def report(self, group, evidence, seed):
        plan = group.plan
        count = sum(group.kills.values())
        del self.running[group.number]
        self.kills += count
        self.kinds += group.kills
        posts = group.cloud.posts + evidence.state["calls"].get("submit", 0)
        states = collections.Counter(record["state"] for record in evidence.records)
        self.totals.update(imports=len(plan["imports"]), posts=posts, jobs=len(evidence.state["jobs"]),
                           forgotten=len(group.forgotten), crowds=int(plan["clients"] > 1), interrupts=group.interrupts,
                           restarts=group.restarts, deleted=len(group.deleted))
        self.totals.update({f"records {state}": number for state, number in states.items()})
        words = [f"{plan['clients']} at once"] if plan["clients"] > 1 else []
        words += ["signed"] if plan["signed"] else []
        words += [] if plan["marked"] else ["no marker"]
        words += [] if plan["unique"] else ["names shared"]
        words += ["some again"] if any(entry["again"] for entry in plan["imports"]) else []
        words += [f"{len(group.deleted)} deleted"] if group.deleted else []
        print(
            f"{'FAIL' if group.violations else 'ok  '} group {group.number}: {count} kills (of {self.kills}), {group.spawned} clients, "
            f"{len(plan['imports'])} imports, {posts} POSTs, {len(evidence.state['jobs'])} jobs, "
            f"{', '.join(f'{number} {state}' for state, number in sorted(states.items()))}"
            f"{'; ' + ', '.join(words) if words else ''}; {time.monotonic() - self.begun:.0f} s",
            flush=True,
        )
        if not group.violations:
            shutil.rmtree(group.directory)
            return
        self.failed += 1
        for violation in group.violations:
            print(f"     {violation}", flush=True)
        print(f"     kept: {group.directory}; again with: scripts/torture {self.cycles} {seed}", flush=True)


def main():
    binary = sys.argv[1]
    try:
        cycles = int(sys.argv[2]) if len(sys.argv) > 2 else 200
        seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.SystemRandom().randint(1, 10**9)
        if cycles < 1:
            raise ValueError
    except ValueError:
        print("usage: scripts/torture [CYCLES] [SEED]", file=sys.stderr)
        return 64
    keep = os.environ.get("TORTURE_KEEP")
    if keep:
        os.makedirs(keep, exist_ok=True)
    root = tempfile.mkdtemp(prefix="slipway-torture-", dir=keep or None)
    begun = time.monotonic()
    span = start_up_time(binary, root)
    print(f"torture: {cycles} cycles, seed {seed}; a client starts in {span:.2f} s; logs in {root}", flush=True)

    tally = Tally(cycles, begun)
    workers = [threading.Thread(target=tally.work, args=(binary, root, seed, span)) for _ in range(PARALLEL)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    totals = tally.totals
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(tally.kinds.items()))
    print(
        f"torture: {tally.kills} kills ({kinds}), {totals['interrupts']} interrupts and {totals['restarts']} restarts of the cloud "
        f"in {tally.number} groups, {totals['crowds']} of them with 2 or 4 clients at once; {totals['imports']} imports, "
        f"{totals['posts']} POSTs, {totals['jobs']} jobs, {totals['records resubmitted']} sent again by proof, "
        f"{totals['forgotten']} decided by hand, {totals['deleted']} images deleted by users; violations in {tally.failed} groups; seed {seed}; {time.monotonic() - begun:.0f} s"
    )
    if tally.broken:
        return 70
    if not tally.failed:
        shutil.rmtree(root)
    return 1 if tally.failed else 0


sys.exit(main())
