"""Shell scripts: their syntax, that they stop at the first error, and that they can be started."""
import os
import re
import subprocess

from tree import Problem

SHEBANG = re.compile(r"^#!\s*\S*?/(?:env )?(?:\S*/)?(ba|da)?sh\b")
# Made to be sourced: they have no first line of their own.
SOURCED = ("scripts/lib.sh", "scripts/throwaway.sh", "tests/damage/control-plane.sh", "tests/damage/containers.sh")
STRICT = re.compile(r"^set -[a-z]*e|^#.*\bgoes on after errors\b", re.M)


def check(tree):
    for path in tree.files:
        name = path.rsplit("/", 1)[-1]
        if not (path.endswith(".sh") or "." not in name) or path.endswith((".md", "Makefile", "Dockerfile")):
            continue
        head = tree.text(path)[:200]
        found = SHEBANG.match(head)
        if not found:
            if path.endswith(".sh") and path not in SOURCED:
                yield Problem(path, 1, "no first line: begin with #!/usr/bin/env bash")
            if path not in SOURCED:
                continue
        shell = "bash" if path in SOURCED or "bash" in head.splitlines()[0] else "sh"
        done = subprocess.run([shell, "-n", str(tree.root / path)], stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            line = re.search(r"(?:line |: )(\d+):", done.stderr)
            yield Problem(path, int(line.group(1)) if line else 1, done.stderr.strip().splitlines()[0])
        if path in SOURCED:
            continue
        if not os.access(tree.root / path, os.X_OK):
            yield Problem(path, 1, "not executable: chmod +x")
        if len(tree.lines(path)) > 5 and not STRICT.search(tree.text(path)):
            yield Problem(path, 2, "errors are passed over: set -euo pipefail (or say in a comment that it "
                          "goes on after errors)")
