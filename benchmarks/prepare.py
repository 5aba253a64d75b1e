"""What preparing a large source costs: time, memory, and what a killed preparation loses.

    python benchmarks/prepare.py --items 50000 --store /tmp/astor-prepare

Generates JSONL of that many functions, one in ten of them a copy and one in fifty nearly one, with a tenth of a percent
of them evaluated; prepares it against those in a process of its own, kills that once on its way, and lets it go on. The
last line is JSON: items a second and the peak of resident memory, without the sandbox unless `--verify` is given.
"""

import argparse
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

from astor.run.code import code_digest

STEPS = ("x = x + {0}", "x = x * {0} - {1}", "x = [{0}, x, {1}][x % 3]", "x = max(x, {0}) if x > {1} else -x")
NAMES = ("value", "total", "amount", "score", "level", "count", "rate", "size", "price", "depth", "width", "age")


def record(number: int) -> dict[str, object]:
    """Function `number`: eight random steps, and a description that says them."""
    random = Random(number)
    name = f"{random.choice(NAMES)}_{random.choice(NAMES)}_{number}"
    steps = [random.choice(STEPS).format(random.randrange(10_000), random.randrange(10_000)) for _ in range(8)]
    source = f"def {name}(x):\n" + "".join(f"    {step}\n" for step in steps) + "    return x"
    scope: dict[str, object] = {}
    exec(source, scope)
    calls = [{"arguments": f"({x},)", "returns": repr(scope[name](x))} for x in (0, 1, 7)]  # type: ignore[operator]
    said = ", then ".join(step.removeprefix("x = ") for step in steps)
    return {"entry": name, "source": source, "description": f"Number {number}: {said}.", "calls": calls}


def lines(count: int) -> Iterator[dict[str, object]]:
    """Records, of which some are copies of earlier ones."""
    for number in range(count):
        if number % 10 == 3 and number > 100:
            yield record(Random(number).randrange(number)) | {"id": str(number)}
        elif number % 50 == 7 and number > 100:
            near = record(Random(number).randrange(number))
            yield near | {"id": str(number), "description": f"{near['description']} Please."}
        else:
            yield record(number) | {"id": str(number)}


def write(path: Path, count: int) -> None:
    with path.open("w") as file:
        file.writelines(f"{json.dumps(line)}\n" for line in lines(count))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=50_000)
    parser.add_argument("--verify", action="store_true")
    parser.add_argument("--store", type=Path, required=True)
    arguments = parser.parse_args()
    arguments.store.mkdir(parents=True, exist_ok=True)
    data, held = arguments.store / f"{arguments.items}.jsonl", arguments.store / f"{arguments.items}-held.jsonl"
    if not data.exists():
        write(data, arguments.items)
        with held.open("w") as file:
            file.writelines(f"{json.dumps(record(number))}\n" for number in range(0, arguments.items, 1000))
    out = arguments.store / f"{arguments.items}{'-verified' if arguments.verify else ''}"
    verify = "--verify" if arguments.verify else "--no-verify"
    command = ["-m", "astor.cli", "data", "prepare", str(data), "--out", str(out), "--against", str(held), verify]

    shutil.rmtree(out, ignore_errors=True)
    started = time.perf_counter()
    with subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE) as first:
        while first.poll() is None and len(list(out.glob("work/*/*.json"))) < 3:
            time.sleep(0.2)
        first.send_signal(signal.SIGKILL)
    stood = len(list(out.glob("work/*/*.json")))
    killed_after = time.perf_counter() - started
    done = subprocess.run([sys.executable, *command], stdout=subprocess.PIPE, check=True, text=True)
    seconds = time.perf_counter() - started
    result = json.loads(done.stdout.splitlines()[-1])
    print(
        json.dumps(
            {
                "items": arguments.items,
                "verified": arguments.verify,
                "seconds": round(seconds, 1),
                "killed_after_seconds": round(killed_after, 1),
                "parts_that_stood": stood,
                "items_per_second": round(result["read"] / seconds),
                "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024),
                "bytes_read": data.stat().st_size,
                "cores": len(os.sched_getaffinity(0)),
                "code": code_digest()[:12],
                **result,
            }
        )
    )


if __name__ == "__main__":
    main()
