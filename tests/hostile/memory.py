"""How much memory an answer may take, and how long: measured in a process of its own.

python -m tests.hostile.memory
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from tests.hostile.behaviour import Behaviour
from tests.hostile.test_transport import BEHAVIOURS

MOST_MB = 64
LATE_S = 0.25

_CHILD = """
import json, resource, sys, time
from conformance.address import parse_target_url
from tests.hostile.serving import CERTIFICATES, class_of
from tests.scripted import plan_of_the_suite
from conformance.target import Target

plan = plan_of_the_suite()
def rss():
    for line in open("/proc/self/status"):
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
def send(url, timeout_s):
    secure = url.startswith("https")
    with Target(parse_target_url(url), timeout_s=timeout_s, ca_file=CERTIFICATES / "ca.pem"
                if secure else None, connect_timeout_s=timeout_s, sleep=lambda _: None) as target:
        begun = time.monotonic()
        exchange = target.send(plan.preflight)
        return exchange, time.monotonic() - begun
warm = sys.stdin.readline().strip()
class_of(plan, send(warm, 10.0)[0])
before = rss()
print(json.dumps(before), flush=True)
for line in sys.stdin:
    url, timeout_s = json.loads(line)
    exchange, seconds = send(url, timeout_s)
    found = class_of(plan, exchange)
    print(json.dumps([found, seconds, rss()]), flush=True)
"""


def measure(rows: tuple[Behaviour, ...]) -> tuple[float, list[tuple[str, str, float, float]]]:
    """Return the idle baseline in MB, and (name, class, seconds over the deadline, peak MB)."""
    from tests.hostile.serving import hostile

    good = next(each for each in BEHAVIOURS if each.name == "in-three-pieces")
    found = []
    with subprocess.Popen(
        [sys.executable, "-c", _CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        cwd=Path(__file__).parents[2],
    ) as child:
        assert child.stdin
        assert child.stdout

        def ask(text: str) -> object:
            assert child.stdin
            assert child.stdout
            child.stdin.write(text + "\n")
            child.stdin.flush()
            return json.loads(child.stdout.readline())

        with hostile(good) as url:
            idle = ask(str(url))
        assert isinstance(idle, float)
        for each in rows:
            with hostile(each) as url:
                answer = ask(json.dumps([str(url), each.timeout_s]))
            assert isinstance(answer, list)
            said, seconds, peak = answer
            found.append((each.name, said, seconds - each.timeout_s, peak))
        child.stdin.close()
    return idle, found


def main() -> int:
    """Run the command."""
    begun = time.monotonic()
    idle, found = measure(BEHAVIOURS)
    slowest = max(found, key=lambda each: each[2])
    peak, late = max(each[3] for each in found), max(each[2] for each in found)
    grown = [
        (name, mb)
        for (name, _, _, mb), last in zip(found, [idle, *(f[3] for f in found)], strict=False)
        if mb > last + 1
    ]
    for name, mb in grown:
        sys.stdout.write(f"  peak {mb:.0f} MB at {name}\n")
    sys.stdout.write(
        f"{len(found)} behaviours in {time.monotonic() - begun:.0f} s: idle {idle:.0f} MB, "
        f"at most {peak - idle:.0f} MB more; at most {late * 1000:.0f} ms behind the deadline "
        f"({slowest[0]})\n"
    )
    return 0 if peak - idle <= MOST_MB and late <= LATE_S else 1


if __name__ == "__main__":
    sys.exit(main())
