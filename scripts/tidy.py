#!/usr/bin/env python3
"""clang-tidy on sources, findings as errors.

usage: scripts/tidy.py --changed | --all | FILE...

--changed asks the files that differ from TIDY_BASE (default: HEAD, or HEAD~1 where nothing differs from
HEAD), for at most TIDY_SECONDS (default 60); files there was no time for count as skipped, and say so.
A file that passed is asked again only when it, a header that it reaches, or .clang-tidy changed.
The last line is "N passed, N failed, N skipped" and counts files. Needs the development build.
"""
import concurrent.futures
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools" / "check"))
from tree import Tree  # noqa: E402

BUILD = ROOT / "build" / "dev"
CACHE = BUILD / "check-cache" / "tidy"


def git(*words):
    done = subprocess.run(["git", "-C", str(ROOT)] + list(words), stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True)
    return done.stdout.splitlines() if done.returncode == 0 else []


def changed():
    base = os.environ.get("TIDY_BASE")
    if base:
        return git("diff", "--name-only", base)
    return (git("diff", "--name-only", "HEAD") + git("ls-files", "-o", "--exclude-standard", "src")
            or git("diff", "--name-only", "HEAD~1", "HEAD"))


def fingerprint(tree, path):
    digest = hashlib.sha256((ROOT / ".clang-tidy").read_bytes())
    for name in tree.closure(path):
        digest.update(name.encode() + b"\0" + tree.text(name).encode() + b"\0")
    return digest.hexdigest()


def ask(tool, path):
    """What clang-tidy finds in one source, or an empty text."""
    done = subprocess.run([tool, "--quiet", "--extra-arg=-Wno-unknown-warning-option",
                           "--extra-arg=-Wno-deprecated-declarations", "-p", str(BUILD), path], cwd=ROOT, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True)
    return "" if done.returncode == 0 else done.stdout.replace(str(ROOT) + "/", "") or "clang-tidy failed"


def main():
    tool = shutil.which("clang-tidy-19")
    if not tool or not (BUILD / "compile_commands.json").exists():
        print("skipped: needs clang-tidy-19 (scripts/install-deps.sh check) and build/dev (make build)")
        return 77
    words = sys.argv[1:] or ["--changed"]
    tree = Tree(ROOT)
    sources = [f for f in tree.sources() if f.endswith(".cc")]
    limit = float("inf")
    if words == ["--changed"]:
        limit = float(os.environ.get("TIDY_SECONDS", "60"))
        sources = [f for f in sources if f in set(changed())]
    elif words != ["--all"]:
        sources = words
    CACHE.mkdir(parents=True, exist_ok=True)
    marks = {f: CACHE / fingerprint(tree, f) for f in sources}
    todo = [f for f in sources if not marks[f].exists()]
    end, failed, late = time.monotonic() + limit, 0, []

    def one(path):
        return None if time.monotonic() > end else ask(tool, path)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for path, found in zip(todo, pool.map(one, todo)):
            if found is None:
                late.append(path)
            elif found:
                failed += 1
                print(found, flush=True)
            else:
                marks[path].touch()
    if late:
        print("no time for %d files; scripts/tidy.py FILE asks them: %s" % (len(late), " ".join(late[:5])))
    print("%d passed, %d failed, %d skipped" % (len(sources) - failed - len(late), failed, len(late)))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
