"""Words that no file of the project may hold: paths of one machine, and hosts that a user may not reach."""
import re

from known import Known
from tree import Problem

MACHINE = re.compile(r"(?<![\w.-])/(?:work|home/\w+|root/\.\w+|var/tmp|tmp/b|usr/local/go)(?=/)")
HOSTS = re.compile(r"\b(?:docker\.io|registry\.k8s\.io|(?:[a-z0-9-]+\.)?gcr\.io|ghcr\.io|quay\.io|"
                   r"registry-1\.docker\.io|proxy\.golang\.org|sum\.golang\.org|registry\.npmjs\.org|"
                   r"pypi\.org|deb\.debian\.org|(?:[a-z0-9-]+\.)?pkg\.dev|mcr\.microsoft\.com)\b")
TEXT = (".cc", ".h", ".py", ".sh", ".md", ".yaml", ".yml", ".txt", ".json", ".cmake", ".lock", ".in", ".go")


def check(tree):
    known = Known(tree, "names")
    for path in tree.files:
        if not (path.endswith(TEXT) or "." not in path.rsplit("/", 1)[-1]):
            continue
        for number, line in enumerate(tree.lines(path), 1):
            found = MACHINE.search(line)
            if found:
                yield Problem(path, number, "%s/ is a path of one machine: take it from a flag, the "
                              "environment or mktemp" % found.group())
            found = HOSTS.search(line)
            if found and not known.covers(path):
                yield Problem(path, number, "%s: nothing here may need a registry or a download host; "
                              "configuration names them" % found.group())
    yield from known.problems()
