"""A group of scripts/torture: one cloud, one ledger, one list of imports, and the clients that work on it."""

import collections
import json
import os
import signal
import subprocess
import threading
import time

from torture_judge import Evidence, marker_of, number_of, number_of_record
from torture_plan import draw_plan
from torture_cloud import Cloud
from torture_trigger import Trigger

HERE = os.path.dirname(os.path.abspath(__file__))
CLIENT_PATIENCE = 240
RUNS_TO_THE_END = 12
# Done, failed, refused by preflight (as when new tokens are refused), cloud out of reach, to be continued, not authorised: all that faults
# may lead to.
EXPECTED = (0, 1, 65, 69, 75, 77)
Client = collections.namedtuple("Client", "killed status results")


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
        """Users take images away whose imports are on record as done. One that goes between its job's success and the record of it is told
        as made, which it was; the next run sees that it is gone."""
        done = {record["image_id"] for record in self.records() if record["state"] == "succeeded"}
        images = [
            image for image in self.cloud.control("GET", "state")["images"]
            if image["status"] == "active" and image["id"] in done
        ]
        gone = []
        for image in self.rng.sample(images, min(len(images), self.rng.randint(1, 3))):
            if self.cloud.delete(image["id"]):
                self.note(f"image {image['id']} (import {number_of(image)}) is deleted")
                gone.append(image["id"])
        self.deleted += gone
        # The cloud takes its time; who asks meanwhile is rightly told that the image is there.
        end = time.monotonic() + 30
        while any(image["id"] in gone for image in self.cloud.control("GET", "state")["images"]):
            if time.monotonic() > end:
                self.violations.append(f"images that were deleted do not go: {gone}")
                return
            time.sleep(0.02)

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
