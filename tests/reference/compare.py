#!/usr/bin/env python3
"""Sends the requests of case files to two API servers and compares what they answer.

usage: compare.py REFERENCE-KUBECONFIG OUR-KUBECONFIG [-m PATTERN] FILE... [SECTION...]

The language of the files stands in caselang.py. -m runs only the requests whose line matches, and those before it
in their section that made something.
"""
import argparse
import difflib
import json
import pathlib
import re
import sys
import time

import caselang
import side

PATIENCE_S = 6


class Paths:
    """Where resources are, by the discovery of the reference."""

    def __init__(self, server):
        self.by_name, self.by_kind = {}, {}
        accept = {"Accept": "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"}
        for root in ("/apis", "/api"):
            for group in json.loads(server.call("GET", root, headers=accept)[2])["items"]:
                self.add(root, group)

    def add(self, root, group):
        for version in reversed(group["versions"]):
            name = group["metadata"].get("name")
            base = "%s/%s/%s" % (root, name, version["version"]) if name else "%s/%s" % (root, version["version"])
            for r in version["resources"]:
                self.by_name[r["resource"]] = (base, r["scope"] == "Namespaced")
                self.by_kind[(base.split("/", 2)[2], r["responseKind"]["kind"])] = r["resource"]

    def resource_of(self, body):
        return self.by_kind[(body["apiVersion"], body["kind"])]

    def full(self, target, namespace):
        if target.startswith("/"):
            return target.replace("$ns", namespace)
        name = re.match(r"[a-z]+", target).group()
        base, namespaced = self.by_name[name]
        return "%s/%s%s" % (base, "namespaces/%s/" % namespace if namespaced else "", target.replace("$ns", namespace))


def fresh_namespace(server, name):
    server.call("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
    for path in ("/serviceaccounts/default", "/configmaps/kube-root-ca.crt"):
        end = time.monotonic() + 10
        while server.call("GET", "/api/v1/namespaces/%s%s" % (name, path))[0] != 200 and time.monotonic() < end:
            time.sleep(0.05)


def compare(theirs, ours, case, path, namespace):
    """None, or the two answers that differ."""
    end = time.monotonic() + (PATIENCE_S if case.awaits else 0)
    while True:
        want, got = theirs.ask(case, path, namespace), ours.ask(case, path, namespace)
        if want == got:
            return None
        if time.monotonic() >= end:
            return want, got
        time.sleep(0.2)


def show(section, case, want, got):
    print("FAIL [%s] %s" % (section, case.text))
    lines = list(difflib.unified_diff(want.splitlines(), got.splitlines(), "Kubernetes", "Proa", lineterm="", n=2))
    for line in lines[2:60]:
        print("    " + line)


def run_section(sides, paths, name, cases, counts, only):
    # A new name in each run: one that is still going from the last run would refuse new objects.
    namespace = "ref-%s-%d" % (re.sub(r"[^a-z0-9]+", "-", name), time.time() % 100000)
    for server in sides:
        fresh_namespace(server, namespace)
    before, start = list(counts), time.monotonic()
    for case in cases:
        different = compare(*sides, case, paths.full(case.target, namespace), namespace)
        if only and not re.search(only, case.text):
            continue
        if different and case.known:
            counts[2] += 1
        elif case.differs:
            counts[2 if different else 1] += 1
            if not different:
                print("FAIL [%s] %s\n    is equal now; it was expected to differ: %s" % (name, case.text, case.differs))
        elif different:
            counts[1] += 1
            show(name, case, *different)
        else:
            counts[0] += 1
    print("%s: %d requests, %d differ, %d known to differ, %.1f s"
          % ((name, len(cases)) + tuple(counts[i] - before[i] for i in (1, 2)) + (time.monotonic() - start,)), flush=True)
    for server in sides:
        server.call("DELETE", "/api/v1/namespaces/" + namespace)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("theirs")
    parser.add_argument("ours")
    parser.add_argument("-m", dest="only")
    parser.add_argument("words", nargs="+")
    args = parser.parse_args()
    sides = (side.Side(args.theirs), side.Side(args.ours))
    paths, defined, counts = Paths(sides[0]), {}, [0, 0, 0]
    files = [w for w in args.words if pathlib.Path(w).exists()]
    wanted = [w for w in args.words if w not in files]
    for file in files:
        for name, cases in caselang.read(pathlib.Path(file).read_text(), paths.resource_of, defined):
            if not wanted or name in wanted:
                run_section(sides, paths, name, cases, counts, args.only)
    print("%d passed, %d failed, %d skipped" % (counts[0], counts[1], counts[2]))
    return 1 if counts[1] else 0


if __name__ == "__main__":
    sys.exit(main())
