"""What a group of scripts/torture does, and what goes wrong there: drawn from the seed, as plain data."""


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
