#!/usr/bin/env python3
"""Prints the results of `make bench` as one table, both sides and their ratio:  bench/table.py RESULTS_DIR

RESULTS_DIR holds proa.jsonl and, where it was measured, kube.jsonl: the load generator's records, and notes of ours.
A ratio over 1 says by how much Proa is better (less time, CPU or memory; more per second).
"""
import json
import pathlib
import sys


def records(path):
    return [json.loads(line) for line in path.read_text().splitlines() if line.startswith("{")] if path.exists() else []


def find(rows, phase, **params):
    """The last record of a phase whose parameters are these; None when there is none."""
    for r in reversed(rows):
        if r["phase"] == phase and all(r.get("params", {}).get(k) == v for k, v in params.items()):
            return r
    return None


def value(r):
    return r["result"]["value"]


def cpu_ms_per(count):
    return lambda r: 1000 * r["server_cpu_total_s"] / r["params"][count]


def result(*path):
    def get(r):
        at = r["result"]
        for key in path:
            at = at[key]
        return at
    return get


def pod_kib(rows):
    """Growth of resident memory over the creation of pods, per pod, in KiB."""
    before = None
    for r in rows:
        memory = sum(r.get("rss_after_kib", {}).values())
        if r["phase"] == "pods-create" and before and memory:
            return (memory - before) / r["params"]["n"]
        before = memory or before
    return None


JSON_LIST = dict(content="json", gzip=False, resourceVersion="unset(quorum)")
# (what, unit, smaller is better, phase, parameters, how to read it)
ROWS = (
    ("ready, control plane alone", "s", True, "ready_s", {}, value),
    ("ready, with a node", "s", True, "ready_with_node_s", {}, value),
    ("memory when idle", "MiB", True, "rss_mib", {}, value),
    ("CPU when idle", "% of a core", True, "idle_cpu_percent", {}, value),
    ("creates, 1 client, durable", "1/s", False, "create-seq", dict(content="json"), result("ops_per_s")),
    ("  server CPU each", "ms", True, "create-seq", dict(content="json"), cpu_ms_per("n")),
    ("creates, 32 clients, durable", "1/s", False, "create-conc", dict(content="json"), result("ops_per_s")),
    ("  server CPU each", "ms", True, "create-conc", dict(content="json"), cpu_ms_per("n")),
    ("gets, 32 clients", "1/s", False, "get-conc", dict(content="json"), result("ops_per_s")),
    ("  server CPU each", "ms", True, "get-conc", dict(content="json"), cpu_ms_per("n")),
    ("updates, 32 clients, durable", "1/s", False, "update-conc", dict(content="json"), result("ops_per_s")),
    ("  server CPU each", "ms", True, "update-conc", dict(content="json"), cpu_ms_per("n")),
    ("LIST of 10,000 pods", "s", True, "pods-list", JSON_LIST, lambda r: r["result"]["total"]["p50_ms"] / 1000),
    ("  server CPU", "s", True, "pods-list", JSON_LIST, result("server_cpu_s_per_list")),
    ("watch, 100 watchers, burst", "events/CPU-s", False, "watch", dict(watchers=100, mode="burst"),
     result("events_per_server_cpu_s")),
    ("watch, 1,000 watchers, burst", "events/CPU-s", False, "watch", dict(watchers=1000, mode="burst"),
     result("events_per_server_cpu_s")),
    ("rollout of 1,000 simulated replicas", "s", True, "rollout-apply", {}, result("complete_s")),
    ("  to a new image", "s", True, "rollout-image", {}, result("complete_s")),
)


def read(rows, phase, params, how):
    r = find(rows, phase, **params)
    try:
        return how(r) if r and not r.get("errors") else None
    except (KeyError, TypeError, ZeroDivisionError):
        return None


def text(v):
    if v is None:
        return "–"
    return "%.0f" % v if v >= 1000 else "%.4g" % v


def main():
    folder = pathlib.Path(sys.argv[1])
    proa, kube = records(folder / "proa.jsonl"), records(folder / "kube.jsonl")
    rows = [(what, unit, smaller, read(proa, *rest), read(kube, *rest)) for what, unit, smaller, *rest in ROWS]
    rows.append(("memory per pod", "KiB", True, pod_kib(proa), pod_kib(kube)))
    print("\n| what | unit | Proa | Kubernetes | times better |\n|---|---|---:|---:|---:|")
    for what, unit, smaller, ours, theirs in rows:
        ratio = None
        if ours and theirs:
            ratio = theirs / ours if smaller else ours / theirs
        print("| %s | %s | %s | %s | %s |" % (what, unit, text(ours), text(theirs), text(ratio)))
    for r in (r for r in proa + kube if r.get("errors")):
        print("%s %s: %d errors, first: %s" % (r.get("label"), r["phase"], r["errors"], r.get("first_error", "")[:200]))
    noisy = [r["phase"] for r in proa + kube if r.get("other_cpu_s", 0) > 0.25 * r.get("wall_s", 1e9)]
    if noisy:
        print("The machine was busy with other things during: %s. Repeat before quoting." % ", ".join(sorted(set(noisy))))


if __name__ == "__main__":
    main()
