#!/usr/bin/env python3
"""Memory and idle CPU of processes:  bench/idle.py PIDS_FILE SECONDS      (lines `name pid …`)

Prints `rss_mib N` and `idle_cpu_percent N`, sums over all processes; CPU in percent of one core.
"""
import os
import sys
import time


def cpu_seconds(pid):
    """To the nanosecond: /proc/PID/stat counts in hundredths of a second, which is more than a quiet server needs."""
    total = 0
    for task in os.listdir("/proc/%d/task" % pid):
        with open("/proc/%d/task/%s/schedstat" % (pid, task)) as f:
            total += int(f.read().split()[0])
    return total / 1e9


def rss_kib(pid):
    with open("/proc/%d/status" % pid) as f:
        return next((int(line.split()[1]) for line in f if line.startswith("VmRSS:")), 0)


def main():
    with open(sys.argv[1]) as f:
        pids = [int(line.split()[1]) for line in f if line.strip()]
    seconds = float(sys.argv[2])
    if not pids:
        sys.exit("bench/idle.py: no process is recorded in %s" % sys.argv[1])
    time.sleep(3)  # start-up work has to settle
    before = sum(map(cpu_seconds, pids))
    time.sleep(seconds)
    used = sum(map(cpu_seconds, pids)) - before
    print("rss_mib %.1f" % (sum(map(rss_kib, pids)) / 1024))
    print("idle_cpu_percent %.3f" % (100 * used / seconds))


if __name__ == "__main__":
    main()
