"""When scripts/torture kills a client."""

import os
import signal
import time


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
