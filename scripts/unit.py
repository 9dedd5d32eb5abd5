#!/usr/bin/env python3
"""Runs the unit tests of one build folder and counts their cases, not only their programs.

usage: scripts/unit.py BUILD_DIR [ctest arguments]

The last line is "N passed, N failed, N skipped". A program that dies counts as one failure.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import xml.etree.ElementTree


def programs(build):
    """The program of each test."""
    text = subprocess.run(
        ["ctest", "--test-dir", str(build), "--show-only=json-v1"],
        check=True, stdout=subprocess.PIPE).stdout
    for test in json.loads(text)["tests"]:
        # A program that is not built has no command here.
        yield pathlib.Path(test.get("command", [test["name"]])[0]).name


def count(report):
    """Passed, failed and skipped cases of one GoogleTest report; None when the program wrote none.
    Disabled cases are no tests: they are processes that tests start."""
    if not report.exists() or report.stat().st_size == 0:
        return None
    passed = failed = skipped = 0
    for case in xml.etree.ElementTree.parse(report).getroot().iter("testcase"):
        why = case.find("skipped")
        if case.get("result") == "suppressed":
            continue
        if case.find("failure") is not None:
            failed += 1
        elif why is not None or case.get("status") == "notrun":
            skipped += 1
            reason = (why.get("message", "") if why is not None else "").splitlines()
            print("skipped: %s.%s: %s" % (case.get("classname"), case.get("name"), " ".join(reason[1:]) or "no reason"))
        else:
            passed += 1
    return passed, failed, skipped


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    reports = build / "unit-reports"
    shutil.rmtree(reports, ignore_errors=True)
    reports.mkdir(parents=True)
    env = dict(os.environ, GTEST_OUTPUT="xml:%s/" % reports, GTEST_COLOR="no")
    run = subprocess.run(
        ["ctest", "--test-dir", str(build), "--output-on-failure", "--timeout", "300",
         "-j", str(os.cpu_count() or 2)] + sys.argv[2:], env=env)
    total = [0, 0, 0]
    ran = list(programs(build))
    for program in ran:
        counted = count(reports / (program + ".xml"))
        if counted is None:  # it died, was not built, or is no test program
            print("failed: %s wrote no report" % program)
            counted = (0, 1, 0)
        total = [a + b for a, b in zip(total, counted)]
    if run.returncode != 0 and total[1] == 0:  # e.g. a leak that is found after the last case
        total[1] = 1
    if not ran:
        print("no unit tests are built in %s" % build)
    print("%d passed, %d failed, %d skipped" % tuple(total))
    return 1 if total[1] else 0


if __name__ == "__main__":
    sys.exit(main())
