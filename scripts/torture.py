"""The work of scripts/torture: a local cloud full of faults, clients that are killed, and a judge of what is left.

A run is a row of groups. Each group has a cloud, a ledger, a list of imports, switches and faults of its own, all
drawn from the seed. Clients run `import_all` over the list and are killed with SIGKILL: after a random time, at a
write to the ledger's log (in the middle of a commit), at an event of their own, or while the cloud holds their POST
back before or after acting on it. When the group has had its kills, it runs on until everything is done, and the judge
compares cloud and ledger. The seed repeats the plan; when exactly a kill strikes is up to the machine.
"""

import collections
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time

from torture_group import Group
from torture_judge import check_ledger, judge, judge_the_judge

# Groups at a time: clients mostly wait.
PARALLEL = int(os.environ.get("TORTURE_PARALLEL", "3"))


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
