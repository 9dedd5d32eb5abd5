#!/usr/bin/env python3
"""Runs the project's tests in stages, the fast ones first, and counts them all.

usage: scripts/test.py all | fast | STAGE...      (scripts/test.py --list names the stages)

A stage is a command. Its last line may say "N passed, N failed, N skipped", and then that many count;
otherwise its exit status counts as one test. Exit status 77 means skipped: the last line says why.
A folder of tests/ that holds an executable run.sh is a slow stage of its own, run before acceptance.

Each stage prints its name, what it does, its time and its counts; the last line counts all.
What a stage printed lies in build/test-logs/STAGE.log.
"""
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
LOGS = ROOT / "build" / "test-logs"
COUNTS = re.compile(r"^(\d+) passed, (\d+) failed, (\d+) skipped\s*$")
SKIPPED = 77


class Stage:
    """One command with its time limit; a stage that others need ends the run when it fails."""

    def __init__(self, name, about, command, minutes=5, speed="fast", needed=False):
        self.name, self.about, self.command = name, about, command
        self.minutes, self.speed, self.needed = minutes, speed, needed


def stages():
    yield Stage("deps", "packages that building and testing need",
                ["scripts/install-deps.sh", "build", "run", "check"], 15, "always", needed=True)
    yield Stage("build", "everything, for development, into build/dev",
                ["scripts/build.sh", "dev"], 40, "always", needed=True)
    yield Stage("style", "includes, lengths, banned calls, names, pages, shell scripts",
                ["tools/check/run.py"], 2)
    yield Stage("style-tests", "each style check refuses a bad sample",
                ["tools/check/checks_test.py"], 2)
    yield Stage("format", "clang-format", ["scripts/fmt.sh", "--check"], 2)
    yield Stage("unit", "unit tests of every room", ["scripts/unit.py", "build/dev"], 10)
    yield Stage("headers", "each header compiles alone", ["tools/check/headers.py"], 5)
    # Only for whoever changes something (make check); of the whole tree it is a target of its own (make tidy).
    yield Stage("tidy", "clang-tidy on changed files", ["scripts/tidy.py", "--changed"], 4, "check")
    yield Stage("release", "the program that users run, which all that follows runs too",
                ["scripts/build.sh", "release", "proa"], 30, "slow", needed=True)
    yield Stage("sim", "simulated rollouts, 200 seeds",
                ["env", "SEEDS=" + os.environ.get("SEEDS", "200"), "scripts/sim.sh"], 5, "slow")
    for run in sorted((ROOT / "tests").glob("*/run.sh")):
        if os.access(run, os.X_OK):
            yield Stage(run.parent.name, first_comment(run), [str(run.relative_to(ROOT))], 20, "slow")
    yield Stage("acceptance", "the scenarios that are green so far, on real containers",
                ["tests/acceptance/run-green.sh"], 40, "slow")


def first_comment(script):
    """What a stage is about: its script's first comment line, up to the colon or full stop."""
    for line in script.read_text().splitlines():
        if line.startswith("# "):
            return line[2:].rstrip(".:")
    return ""


def run_stage(stage):
    """Runs the command, shows what it prints, ends it at its limit; returns (passed, failed, skipped)."""
    seen = {"counts": None}

    def show(pipe):
        with open(LOGS / (stage.name + ".log"), "w") as keep:
            for line in pipe:
                print("  " + line, end="", flush=True)
                keep.write(line)
                seen["counts"] = COUNTS.match(line) or seen["counts"]

    proc = subprocess.Popen(stage.command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, errors="replace",
                            start_new_session=True)
    reader = threading.Thread(target=show, args=(proc.stdout,), daemon=True)
    reader.start()
    try:
        status = proc.wait(stage.minutes * 60)
    except subprocess.TimeoutExpired:
        os.killpg(proc.pid, signal.SIGKILL)
        status = proc.wait()
        print("  no end within %g minutes" % stage.minutes)
    # A server that the stage left running holds the pipe open: its output is no longer waited for.
    reader.join(5)
    if status == SKIPPED:
        return 0, 0, 1
    if seen["counts"]:
        passed, failed, skipped = (int(n) for n in seen["counts"].groups())
        return passed, max(failed, 1 if status else 0), skipped
    return (0, 1, 0) if status else (1, 0, 0)


def chosen(words):
    every = list(stages())
    if words == ["all"]:
        os.environ.setdefault("PROA", str(ROOT / "build" / "release" / "proa"))
        return [s for s in every if s.speed != "check"]
    if words == ["fast"]:
        return [s for s in every if s.speed != "slow"]
    unknown = set(words) - {s.name for s in every}
    if unknown:
        sys.exit("unknown stage %s; scripts/test.py --list names them" % ", ".join(sorted(unknown)))
    return [s for s in every if s.name in words or s.speed == "always"]


def main():
    words = sys.argv[1:] or ["all"]
    if words == ["--list"]:
        for s in stages():
            print("%-12s %-6s %s" % (s.name, s.speed, s.about))
        return 0
    LOGS.mkdir(parents=True, exist_ok=True)
    begin, total, rows = time.time(), [0, 0, 0], []
    todo = chosen(words)
    for number, stage in enumerate(todo, 1):
        print("== %d/%d %s: %s" % (number, len(todo), stage.name, stage.about), flush=True)
        start = time.time()
        counts = run_stage(stage)
        took = time.time() - start
        total = [a + b for a, b in zip(total, counts)]
        rows.append((stage.name, took) + counts)
        print("-- %s: %d passed, %d failed, %d skipped, %.1f s" % ((stage.name,) + counts + (took,)),
              flush=True)
        if counts[1] and stage.needed:
            print("-- the rest needs %s: stopping here" % stage.name)
            break
    print("\n%-14s %8s %7s %7s %8s" % ("stage", "passed", "failed", "skipped", "seconds"))
    for name, took, passed, failed, skipped in rows:
        print("%-14s %8d %7d %7d %8.1f" % (name, passed, failed, skipped, took))
    print("took %.0f s; logs are in %s" % (time.time() - begin, LOGS.relative_to(ROOT)))
    print("%d passed, %d failed, %d skipped" % tuple(total))
    return 1 if total[1] else 0


if __name__ == "__main__":
    sys.exit(main())
