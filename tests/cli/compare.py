#!/usr/bin/env python3
"""Runs the commands of a case file through two programs and compares output, errors and exit status to the byte.

usage: compare.py THEIRS OURS CASES [SECTION...]

A case file has sections, `[name]`, and in each one command a line, as typed after `kubectl`. Each section gets
two fresh namespaces of equally long names, one for each program, and its commands run in order. What reads only
is asked again for some seconds until both agree, because ages and states move on. What no two objects can share
(random suffixes, uids, revisions, times, addresses) is blanked first.
"""
import concurrent.futures
import difflib
import os
import pathlib
import re
import shlex
import subprocess
import sys
import time

READS = {"get", "describe", "rollout", "api-resources", "api-versions", "version", "explain", "logs", "wait", "top",
         "config", "cluster-info", "options", "diff"}
CHANGING_ROLLOUTS = {"undo", "restart", "pause", "resume"}
PATIENCE_S = 8

SAFE = "[bcdfghjklmnpqrstvwxz2456789]"
BLANKED = (
    (re.compile(r"^Waiting for .*\.\.\.\n", re.M), ""),
    (re.compile(r"\bcmp-[ab]([0-9]+)\b"), r"cmp-x\1"),
    (re.compile(r"(-%s{8,10})-%s{5}\b" % (SAFE, SAFE)), r"\1-xxxxx"),
    (re.compile(r"\b(sum-\d|hello)-%s{5}\b" % SAFE), r"\1-xxxxx"),
    (re.compile(r"\bkube-api-access-%s{5}\b" % SAFE), "kube-api-access-xxxxx"),
    (re.compile(r"(?<![\w.:-])\d+[smhd](\d+[smh])?(?![\w.:-]) *"), "<age> "),
    (re.compile(r"\b(CLUSTER-IP|IP|ENDPOINTS) +"), r"\1 "),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "<uid>"),
    (re.compile(r"(resourceVersion\"?: ?\"?)\d+"), r"\1<n>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"), "<time>"),
    (re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}"), "<date>"),
    (re.compile(r"\b10\.\d+\.\d+\.\d+\b *"), "<ip> "),
)


def blank(text):
    for pattern, instead in BLANKED:
        text = pattern.sub(instead, text)
    return text


def sections(path):
    found, name = {}, None
    for line in path.read_text().splitlines():
        line = line.strip()
        if re.fullmatch(r"\[[a-z0-9 -]+\]", line):
            name = line[1:-1]
            found[name] = []
        elif line and not line.startswith("#"):
            found[name].append(line)
    return found


class Side:
    """One program in its own namespace."""

    def __init__(self, program, namespace, folder):
        self.program, self.namespace, self.folder = program, namespace, folder

    def run(self, line):
        words = shlex.split(line)
        if "-A" not in words and "--all-namespaces" not in words:
            words += ["-n", self.namespace]
        done = subprocess.run([self.program] + words, cwd=self.folder, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
        return blank(done.stdout), blank(done.stderr), done.returncode


def reads_only(line):
    words = shlex.split(line)
    return words[0] in READS and not (words[0] == "rollout" and words[1:2] and words[1] in CHANGING_ROLLOUTS)


def compare(theirs, ours, line):
    """None, or the two results that differ."""
    reads = reads_only(line)
    end = time.monotonic() + (PATIENCE_S if reads else 0)
    while True:
        if reads:  # at the same time: what a wait sees must not be older for the second one
            with concurrent.futures.ThreadPoolExecutor(2) as both:
                want, got = both.map(lambda side: side.run(line), (theirs, ours))
        else:
            want, got = theirs.run(line), ours.run(line)
        if want == got:
            return None
        if time.monotonic() >= end:
            return want, got
        time.sleep(0.3)


def show(line, want, got):
    print("FAIL kubectl " + line)
    for what, a, b in zip(("stdout", "stderr"), want, got):
        for d in difflib.unified_diff(a.splitlines(), b.splitlines(), "kubectl's " + what, "our " + what, lineterm=""):
            print("    " + d.replace("\t", "\\t"))
    if want[2] != got[2]:
        print("    exit status %d, kubectl's is %d" % (got[2], want[2]))


def main():
    theirs, ours, path = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    every = sections(path)
    passed = failed = 0
    for number, name in enumerate(every):
        if sys.argv[4:] and name not in sys.argv[4:]:
            continue
        sides = [Side(p, "cmp-%s%d" % (letter, number), path.parent) for p, letter in ((theirs, "a"), (ours, "b"))]
        for side in sides:
            subprocess.run([theirs, "delete", "namespace", side.namespace, "--ignore-not-found"], stdout=subprocess.DEVNULL)
            subprocess.run([theirs, "create", "namespace", side.namespace], check=True, stdout=subprocess.DEVNULL)
        bad = 0
        for line in every[name]:
            different = compare(*sides, line)
            if different:
                bad += 1
                show(line, *different)
        print("%s: %d commands, %d differ" % (name, len(every[name]), bad), flush=True)
        passed, failed = passed + len(every[name]) - bad, failed + bad
        for side in sides:
            subprocess.run([theirs, "delete", "namespace", side.namespace, "--wait=false"], stdout=subprocess.DEVNULL)
    print("%d passed, %d failed, 0 skipped" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    os.environ["LC_ALL"] = "C.UTF-8"
    sys.exit(main())
