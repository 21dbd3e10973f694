"""Who compares the cloud of a group of scripts/torture with its ledger, and proves that it would notice."""

import collections
import json
import sqlite3


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


def check_ledger(path):
    """What SQLite says about the file, after all those kills."""
    database = sqlite3.connect(path)
    try:
        return [] if database.execute("PRAGMA integrity_check").fetchone()[0] == "ok" else ["the ledger is damaged"]
    finally:
        database.close()


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
