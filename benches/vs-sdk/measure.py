"""Builds, runs and compares: see ./run, which sets the environment for this."""

import argparse
import concurrent.futures
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

TARGET = os.environ["BENCH_TARGET"]
BUILDS = Path(os.environ["BENCH_BUILDS"])

# name: (package, features, program for one answer, program for many streams)
SIDES = {
    "SDK": ("on-sdk", [], "sdk-minimal", "sdk-many"),
    "reqwest": ("on-bedrill", ["reqwest", "ring", "webpki-roots"], "minimal", "many"),
    "hyper": ("on-bedrill", ["hyper", "ring", "webpki-roots"], "minimal", "many"),
    "ureq": ("on-ureq", [], "sans_io_ureq", None),
    "bare reqwest": ("bare", [], "bare", None),
}
# Those that are run; the last one is only built, to tell what the HTTP client alone weighs.
RUN = ["SDK", "reqwest", "hyper", "ureq"]
STREAMS = [1, 100, 1000]


def cargo(*arguments, **options):
    return subprocess.run(["cargo", *arguments], check=True, **options)


def selection(side):
    package, features, _, _ = SIDES[side]
    return ["--locked", "--target", TARGET, "-p", package, *(["--features", ",".join(features)] if features else [])]


def target_dir(side):
    return BUILDS / side.replace(" ", "-")


def build(side, profile, clean):
    """Builds all programs of `side`; the seconds that the one-answer program took from nothing, when `clean`."""
    command = ["build", *selection(side), "--profile", profile, "--target-dir", target_dir(side)]
    seconds = None
    if clean:
        shutil.rmtree(target_dir(side), ignore_errors=True)
        start = time.monotonic()
        cargo(*command, "--bin", SIDES[side][2])
        seconds = time.monotonic() - start
    cargo(*command)
    return seconds


def program(side, profile, many=False):
    return target_dir(side) / TARGET / profile / SIDES[side][3 if many else 2]


def crates(side):
    """Every crate that is compiled for the program, build scripts' included, the program itself not."""
    tree = cargo("tree", *selection(side), "-e", "normal,build", "--prefix", "none", "--no-dedupe", "-f", "{p}",
                 capture_output=True, text=True)
    return len({line.split(" (")[0] for line in tree.stdout.splitlines() if line}) - 1


class Server:
    def __init__(self):
        cargo("build", "--locked", "--target", TARGET, "-p", "server", "--profile", "fast",
              "--target-dir", BUILDS / "server")
        self.process = subprocess.Popen([BUILDS / "server" / TARGET / "fast" / "server"], stdout=subprocess.PIPE)
        self.port = int(self.process.stdout.readline())

    def first_request(self):
        """When the first bytes of the next request came, in seconds since 1970."""
        return int(self.process.stdout.readline()) / 1e9


def environment(server, home):
    return {
        "HOME": home,
        "PATH": os.environ["PATH"],
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        "AWS_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": f"http://127.0.0.1:{server.port}",
    }


def peak_memory(pid, ended):
    """Follows a process to its end, and tells the most memory that it held, in MB.

    What `wait4` tells is of no use here: a child starts with the memory of this interpreter on its account.
    """
    peak = 0
    while not ended.wait(0.005):
        try:
            status = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            break
        for line in status.splitlines():
            if line.startswith("VmHWM:"):
                peak = max(peak, int(line.split()[1]))
    return peak * 1024 / 1e6


def run(server, home, path, *arguments, requests=1, follow=False):
    """Runs a program: its seconds of CPU, peak memory in MB when it is followed, wall seconds, and seconds to its first
    request. What it prints is written to /dev/null, or returned when it is followed."""
    with tempfile.TemporaryFile() as output:
        start = time.time()
        process = subprocess.Popen([path, *map(str, arguments)], env=environment(server, home),
                                   stdout=output if follow else subprocess.DEVNULL)
        with concurrent.futures.ThreadPoolExecutor() as pool:
            ended = threading.Event()
            memory = pool.submit(peak_memory, process.pid, ended) if follow else None
            _, status, usage = os.wait4(process.pid, 0)
            ended.set()
        end = time.time()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"{path} {arguments} ended with {process.returncode}")
        first = min(server.first_request() for _ in range(requests))
        output.seek(0)
        return {
            "cpu": usage.ru_utime + usage.ru_stime,
            "memory": memory.result() if memory else 0,
            "wall": end - start,
            "first": first - start,
            "output": output.read(),
        }


def alternately(sides, times, measure):
    """Runs every side in turn, `times` over, so that a busy moment meets all of them; the medians."""
    runs = {side: [] for side in sides}
    for _ in range(times):
        for side in sides:
            runs[side].append(measure(side))
    return {
        side: {key: statistics.median(run[key] for run in of_side) for key in ("cpu", "memory", "wall", "first")}
        for side, of_side in runs.items()
    }


def measure_profile(server, home, profile, table):
    """The figures of programs built with one profile."""
    label = {"release": "z", "fast": "3"}[profile]
    table[f"binary, opt-level {label} (MB)"] = {
        side: program(side, profile).stat().st_size / 1e6 for side in SIDES
    }

    def one(model, follow=False):
        return lambda side: run(server, home, program(side, profile), model, "hi", follow=follow)

    short = alternately(RUN, 20, one("synthetic.1.0"))
    table[f"start to first request, {label} (ms)"] = {side: short[side]["first"] * 1e3 for side in RUN}
    table[f"start to end of a one-event answer, {label} (ms)"] = {side: short[side]["wall"] * 1e3 for side in RUN}
    slow = alternately(RUN, 3, one("synthetic.1.500", follow=True))
    table[f"peak memory, one event after half a second, {label} (MB)"] = {side: slow[side]["memory"] for side in RUN}
    long = alternately(RUN, 5, one("synthetic.200000.0"))
    table[f"CPU for 200,000 events, {label} (s)"] = {side: long[side]["cpu"] for side in RUN}
    long = alternately(RUN, 1, one("synthetic.200000.0", follow=True))
    table[f"peak memory, 200,000 events, {label} (MB)"] = {side: long[side]["memory"] for side in RUN}

    for streams in STREAMS:
        def hold(side):
            result = run(server, home, program(side, profile, many=True), "synthetic.50.100", streams,
                         requests=streams, follow=True)
            assert int(result["output"]) == 50 * streams, result["output"]
            return result

        held = alternately([side for side in RUN if SIDES[side][3]], 3, hold)
        table[f"peak memory, {streams} streams, {label} (MB)"] = {side: held[side]["memory"] for side in held}
        table[f"CPU, {streams} streams of 54 events, {label} (s)"] = {side: held[side]["cpu"] for side in held}


def print_table(table):
    columns = list(SIDES)
    print(f"| figure | {' | '.join(columns)} | reqwest / SDK | hyper / SDK |")
    print("| --- |" + " ---: |" * (len(columns) + 2))
    for name, row in table.items():
        cells = [f"{row[side]:.4g}" if side in row else "" for side in columns]
        ratios = [f"{row[side] / row['SDK']:.2f}" if row.get("SDK") else "" for side in ("reqwest", "hyper")]
        print(f"| {name} | {' | '.join(cells + ratios)} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="no clean builds, no opt-level 3")
    quick = parser.parse_args().quick
    # A thousand streams are a thousand sockets.
    limit = min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], 65536)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))

    table = {"crates": {side: crates(side) for side in SIDES}}
    profiles = ["release"] if quick else ["release", "fast"]
    for profile in profiles:
        seconds = {side: build(side, profile, clean=not quick and profile == "release") for side in SIDES}
        if all(seconds.values()):
            table["clean build (s)"] = seconds
    server = Server()
    try:
        with tempfile.TemporaryDirectory() as home:
            for profile in profiles:
                measure_profile(server, home, profile, table)
    finally:
        server.process.kill()

    print(f"{TARGET}, {os.cpu_count()} cores, {platform.machine()}, medians\n")
    print_table(table)
    (BUILDS / "table.json").write_text(json.dumps(table, indent=1))


if __name__ == "__main__":
    main()
