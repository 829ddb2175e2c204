"""A gateway that has gone mad, as a process of its own: a thousand items a second, doubled, of strangers, broken and forged.

Run: python flood_process.py ADDRESS < JSON {"key", "seconds", "numbers": [...], "messages": [...]}. Prints one JSON line:
what it offered, what the system acknowledged. Like a real gateway it hands in again whatever was not acknowledged.
"""

from __future__ import annotations

import json
import random
import sys
import threading
import time
from collections import Counter
from queue import SimpleQueue

import httpx

from muster.apps.channels.signing import headers

PER_SECOND, BATCH, THREADS, PATIENCE_SECONDS = 1000, 250, 8, 300.0
counts: Counter[str] = Counter()
lock = threading.Lock()


def items_of(rng: random.Random, numbers: list[str], place: int) -> list[dict[str, object]]:
    """A batch: each member's answer twice (the same id), strangers, and items that make no sense."""
    found: list[dict[str, object]] = []
    for step in range(BATCH // 5):
        number = numbers[(place * BATCH // 5 + step) % len(numbers)]
        answer = {"id": f"real-{number}", "from": number, "text": "1"}
        found += [answer, answer, {"id": f"s{place}-{step}", "from": f"+86188{rng.randrange(10**8):08d}", "text": "1"}]
        found += [{"id": "", "from": number, "text": "1"}, {"id": f"x{step}", "txt": "\ud800\0"}]
    rng.shuffle(found)
    return found


def hand_in(client: httpx.Client, key: str, what: str, items: list[dict[str, object]], *, forged: bool) -> None:
    body = json.dumps(items).encode()
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        signed = headers("00" * 32 if forged else key, "actual", int(time.time()), body)
        try:
            answer = client.post(
                f"gateway/sms/actual/{what}", content=body, headers={"Content-Type": "application/json", **signed}
            )
        except httpx.TransportError:
            time.sleep(0.2)
            continue
        with lock:
            counts[f"{'forged' if forged else what}.{answer.status_code}"] += 1
        if answer.status_code in (200, 403):
            if answer.status_code == 200:
                with lock:
                    counts["taken"] += answer.json()["taken"]
                    counts["refused"] += len(answer.json()["refused"])
            return
        time.sleep(0.5)  # told to come again
    with lock:
        counts["given_up"] += 1


def work(jobs: SimpleQueue, address: str, key: str) -> None:
    with httpx.Client(base_url=address, trust_env=False, timeout=60.0) as client:
        while (job := jobs.get()) is not None:
            what, items, forged = job
            hand_in(client, key, what, items, forged=forged)


def main() -> None:
    told = json.loads(sys.stdin.readline())
    rng, jobs = random.Random(7), SimpleQueue()
    threads = [threading.Thread(target=work, args=(jobs, sys.argv[1], told["key"])) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    started = time.monotonic()
    for place in range(told["seconds"] * PER_SECOND // BATCH):
        time.sleep(max(0.0, started + place * BATCH / PER_SECOND - time.monotonic()))
        jobs.put(("inbound", items_of(rng, told["numbers"], place), False))
        counts["offered"] += BATCH
        lies = [
            {"id": one, "status": status} for one in told["messages"] for status in ("failed", "delivered", "failed")
        ]
        jobs.put(("reports", [*lies, {"id": "nobody", "status": "delivered"}], False))
        jobs.put(("inbound", [{"id": f"f{place}", "from": told["numbers"][0], "text": "2"}], True))
    offered_seconds = time.monotonic() - started
    for _ in threads:
        jobs.put(None)
    for thread in threads:
        thread.join()
    print(json.dumps({**counts, "offered_seconds": offered_seconds, "seconds": time.monotonic() - started}))


if __name__ == "__main__":
    main()
