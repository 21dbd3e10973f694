"""The work of scripts/bench/waits: starts the server and both clients, and measures them from outside."""

import argparse
import datetime
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

LUA = """
local ims, task, time, args = require "ims", require "task", require "time", require "args"
local count = tonumber(args.positional[1])
local numbers = {}
for i = 1, count do numbers[i] = i end
local jobs = task.map(numbers, { concurrency = 16 }, function(i)
  return ims.system_image {
    name = "wait-" .. i, image_url = "images:disk.zvhd2", os_version = "CentOS 7.0 64bit", min_disk = 40,
  }:submit()
end)
print("submitted")
task.map(jobs, { concurrency = count }, function(job)
  local result = job:wait()
  print(("%s %.3f"):format(result.job_id, time.now()))
end)
print("done")
"""


def usage(pid):
    """CPU seconds so far; the most memory ever, and what of it at present belongs to the process alone, in MB."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    ticks = int(fields[11]) + int(fields[12])
    with open(f"/proc/{pid}/status") as file:
        sizes = {line.split()[0]: int(line.split()[1]) / 1024 for line in file if line.endswith("kB\n")}
    return ticks / os.sysconf("SC_CLK_TCK"), sizes["VmHWM:"], sizes["RssAnon:"]


class Watch(threading.Thread):
    """Samples how much memory of its own a process has; pages of files, its program's among them, are shared and can be dropped."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.anonymous, self.over = pid, 0, threading.Event()

    def run(self):
        while not self.over.wait(0.1):
            try:
                self.anonymous = max(self.anonymous, usage(self.pid)[2])
            except (OSError, KeyError):
                return


def sdk(arguments):
    """The other client: a thread a job, each with the pause that keeps all of them within the rate."""
    from huaweicloudsdkcore.auth.credentials import BasicCredentials
    from huaweicloudsdkims import v2 as ims

    access = json.load(open(arguments.access))
    credentials = BasicCredentials(access["access_key"], access["secret_key"], access["project_id"])
    client = ims.ImsClient.new_builder().with_credentials(credentials).with_endpoints([access["endpoint"]]).build()
    jobs = []
    for index in range(arguments.waits):
        body = ims.QuickImportImageByFileRequestBody(
            name=f"sdk-{index}", image_url="images:disk.zvhd2", os_version="CentOS 7.0 64bit", min_disk=40)
        jobs.append(client.import_image_quick(ims.ImportImageQuickRequest(body=body)).job_id)
    print("submitted", flush=True)
    pause = arguments.waits / arguments.rate
    writing = threading.Lock()

    def wait(job, begin):
        time.sleep(begin)
        while client.show_job(ims.ShowJobRequest(job_id=job)).status not in ("SUCCESS", "FAIL"):
            time.sleep(pause)
        with writing:
            print(f"{job} {time.time():.3f}", flush=True)

    threading.stack_size(256 << 10)
    threads = [threading.Thread(target=wait, args=(job, pause * i / len(jobs))) for i, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print("done", flush=True)


def measure(command, environment, base):
    """Runs a client and says what it took."""
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    watch = Watch(process.pid)
    watch.start()
    known, start, end = {}, None, None
    began = time.time()
    for line in process.stdout:
        words = line.split()
        if words == ["submitted"]:
            start = usage(process.pid)[0]
            submitted, middle = time.time() - began, counts(base)
        elif words == ["done"]:
            end, peak, _ = usage(process.pid)
            watch.over.set()
            break
        elif len(words) == 2:
            known[words[0]] = float(words[1])
    process.stdout.close()
    process.wait()
    if end is None:
        raise SystemExit(f"waits: {command[0]} ended with {process.returncode} before all was done")
    after = counts(base)
    calls = {kind: after[kind] - middle.get(kind, 0) for kind in after if after[kind] != middle.get(kind, 0)}
    return {"known": known, "cpu": end - start, "peak": peak, "anonymous": watch.anonymous, "submitting": submitted, "calls": calls}


def counts(base):
    with urllib.request.urlopen(base + "/_control/state") as answer:
        return json.load(answer)["calls"]


def ends(access, jobs):
    """When each job really ended, by the server."""
    body = {"auth": {"identity": {"methods": ["password"], "password": {"user": {
        "name": access["user"], "password": access["password"], "domain": {"name": access["domain"]}}}},
        "scope": {"project": {"name": access["project"]}}}}
    request = urllib.request.Request(
        access["endpoint"] + "/v3/auth/tokens", json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        token = answer.headers["X-Subject-Token"]
    found = {}
    for job in jobs:
        request = urllib.request.Request(
            f"{access['endpoint']}/v1/{access['project_id']}/jobs/{job}", headers={"X-Auth-Token": token})
        with urllib.request.urlopen(request) as answer:
            text = json.load(answer)["end_time"]
        found[job] = datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
    return found


def report(name, outcome, access, waits):
    really = ends(access, outcome["known"])
    lags = sorted(outcome["known"][job] - really[job] for job in really)
    assert len(lags) == waits, f"{len(lags)} of {waits} ended"
    calls = sum(outcome["calls"].values())
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(outcome["calls"].items()))
    print(f"{name:12} {outcome['cpu']:7.2f} s CPU  {outcome['peak']:7.1f} MB ({outcome['anonymous']:.1f} of its own)  lag median {lags[len(lags) // 2]:6.2f} s"
          f"  p99 {lags[len(lags) * 99 // 100]:6.2f} s  {calls} requests ({kinds}); submitted in {outcome['submitting']:.1f} s")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("slipway")
    parser.add_argument("--waits", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=500)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--no-sdk", action="store_true")
    parser.add_argument("--access", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.access:
        return sdk(arguments)
    work = tempfile.mkdtemp(prefix="slipway-waits-")
    cloud = None
    try:
        os.makedirs(f"{work}/data/buckets/images")
        with open(f"{work}/disk.raw", "wb") as file:
            file.truncate(1 << 20)
        subprocess.run([arguments.slipway, "convert", "--quiet", f"{work}/disk.raw",
                        f"{work}/data/buckets/images/disk.zvhd2"], check=True)
        cloud = subprocess.Popen(
            [arguments.slipway, "cloud", "--port", "0", "--data", f"{work}/data", "--clock-scale", "1",
             "--image-quota", "1000000", "--concurrent-tasks", "1000000", "--switch", "job_queue_delay=0s",
             "--switch", f"job_base={arguments.seconds:g}s", "--switch", "job_per_gib=0s"],
            stdout=subprocess.PIPE, text=True)
        line = cloud.stdout.readline()
        access = json.loads(line)
        with open(f"{work}/access.json", "w") as file:
            file.write(line)
        with open(f"{work}/clouds.yaml", "w") as file:
            json.dump({"clouds": {"bench": {"region_name": access["region"], "auth": {
                "auth_url": access["endpoint"] + "/v3", "username": access["user"], "password": access["password"],
                "user_domain_name": access["domain"], "project_name": access["project"],
                "project_id": access["project_id"]}}}}, file)
        with open(f"{work}/waits.lua", "w") as file:
            file.write(LUA)
        environment = dict(os.environ, OS_CLIENT_CONFIG_FILE=f"{work}/clouds.yaml", XDG_STATE_HOME=work)
        print(f"{arguments.waits} waits for jobs of {arguments.seconds:g} s, at most {arguments.rate:g} requests a second")
        outcome = measure(
            [arguments.slipway, "run", "--cloud", "bench", "--ledger", "none", "--log-level", "error",
             "--requests-per-second", f"{arguments.rate:g}", "--concurrent-imports", str(arguments.waits),
             f"{work}/waits.lua", "--", str(arguments.waits)], environment, access["endpoint"])
        report("slipway", outcome, access, arguments.waits)
        if not arguments.no_sdk:
            outcome = measure(
                [sys.executable, __file__, "-", "--access", f"{work}/access.json", "--waits", str(arguments.waits),
                 "--rate", str(arguments.rate)], environment, access["endpoint"])
            report("Python SDK", outcome, access, arguments.waits)
    finally:
        if cloud:
            cloud.terminate()
            cloud.wait()
        shutil.rmtree(work, ignore_errors=True)


main()
