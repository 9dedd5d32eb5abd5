#!/usr/bin/env python3
"""Runs the style checks and prints file:line and what to do instead for each finding.

usage: tools/check/run.py [NAME...]      (names: includes lengths calls names pages shell)
       tools/check/run.py --write-known  takes down today's too long files and functions as exceptions

The last line is "N passed, N failed, N skipped" and counts checks.
"""
import pathlib
import sys

import calls
import includes
import known
import lengths
import names
import pages
import shell
from tree import Tree

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CHECKS = {"includes": includes, "lengths": lengths, "calls": calls, "names": names, "pages": pages,
          "shell": shell}


def write_known(tree):
    """Today's exceptions of lengths; those that exist keep no higher value than they have."""
    old = known.parse(tree.text(known.LIST), "lengths") if known.LIST in tree.files else {}
    kept = [line for line in (tree.lines(known.LIST) if known.LIST in tree.files else [])
            if not line.startswith("lengths ")]
    rows = {}
    for path in tree.files:
        if path.endswith(lengths.MEASURED) and len(tree.lines(path)) > lengths.FILE_LIMIT:
            rows[path] = len(tree.lines(path))
        if path.endswith((".cc", ".h")):
            for name, _, length in lengths.functions(tree.text(path)):
                key = "%s:%s" % (path, name.replace(" ", ""))
                if length > lengths.FUNCTION_LIMIT:
                    rows[key] = max(length, rows.get(key, 0))
    for key, value in sorted(rows.items()):
        kept.append("lengths %s %d" % (key, min(value, old[key][0]) if key in old else value))
    (tree.root / known.LIST).write_text("\n".join(kept) + "\n")


def main():
    tree = Tree(ROOT)
    if sys.argv[1:] == ["--write-known"]:
        write_known(tree)
        return 0
    passed = failed = 0
    for name in sys.argv[1:] or CHECKS:
        found = list(CHECKS[name].check(tree))
        for problem in found:
            print(problem)
        print("%s: %s" % (name, "%d to mend" % len(found) if found else "ok"))
        failed += bool(found)
        passed += not found
    print(lengths.figures(tree))
    print("%d passed, %d failed, 0 skipped" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
