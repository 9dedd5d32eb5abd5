#!/usr/bin/env python3
"""Each header of src/ compiles alone. A header that passed is asked again only when it, or a header that
it reaches, changed.

usage: tools/check/headers.py [HEADER...]      (default: all; build/dev gives the include folders)

The last line is "N passed, N failed, N skipped" and counts headers.
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

from tree import Tree

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build" / "dev"
CACHE = BUILD / "check-cache" / "headers"


def include_flags():
    """-I and -isystem of all sources of the development build, in the order of their first use."""
    database, flags = BUILD / "compile_commands.json", ["-I" + str(ROOT / "src")]
    if database.exists():
        for entry in json.loads(database.read_text()):
            words = shlex.split(entry["command"])
            for i, word in enumerate(words):
                if word == "-isystem":
                    flag = "-isystem" + words[i + 1]
                elif re.match(r"-I.", word):
                    flag = word
                else:
                    continue
                if flag not in flags:
                    flags.append(flag)
    return flags


def fingerprint(tree, path, flags):
    digest = hashlib.sha256(" ".join(flags).encode())
    for name in tree.closure(path):
        digest.update(name.encode() + b"\0" + tree.text(name).encode() + b"\0")
    return digest.hexdigest()


def compile_alone(path, flags):
    """None, or the compiler's first complaint."""
    inner = path[len("src/"):]
    # Twice, so that a header without #pragma once fails too.
    text = '#include "%s"\n#include "%s"\n' % (inner, inner)
    done = subprocess.run(["g++", "-std=c++23", "-fsyntax-only", "-Wall", "-Wextra"] + flags + ["-x", "c++", "-"],
                          input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT)
    if done.returncode == 0:
        return None
    first = [line for line in done.stdout.splitlines() if "error:" in line]
    return (first or done.stdout.splitlines() or ["g++ failed"])[0].replace(str(ROOT) + "/", "")


def main():
    tree, flags = Tree(ROOT), include_flags()
    CACHE.mkdir(parents=True, exist_ok=True)
    headers = sys.argv[1:] or [f for f in tree.sources() if f.endswith(".h")]
    marks = {h: CACHE / fingerprint(tree, h, flags) for h in headers}
    todo = [h for h in headers if not marks[h].exists()]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        for header, wrong in zip(todo, pool.map(lambda h: compile_alone(h, flags), todo)):
            if wrong is None:
                marks[header].touch()
                continue
            failed += 1
            print("%s:1: does not compile alone: include or forward-declare what it uses\n  %s" % (header, wrong))
    print("%d headers, %d asked anew" % (len(headers), len(todo)))
    print("%d passed, %d failed, 0 skipped" % (len(headers) - failed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
