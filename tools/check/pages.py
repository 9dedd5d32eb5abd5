"""Holds src/README.md's list of rooms against the tree and the rooms table, and links of pages against files."""
import re

from includes import LAYOUT, table
from tree import Problem

WALK = "src/README.md"
ROW = re.compile(r"^\|\s*`(?:src/)?([a-z_]+)/`\s*\|")
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)[^)]*\)")


def check(tree):
    yield from check_walk(tree)
    for path in tree.files:
        if not path.endswith(".md"):
            continue
        for number, line in enumerate(tree.lines(path), 1):
            for target in LINK.findall(line):
                if "://" in target or target.startswith("mailto:"):
                    continue
                if not ((tree.root / path).parent / target).exists():
                    yield Problem(path, number, "the link leads nowhere: %s" % target)


def check_walk(tree):
    if WALK not in tree.files:
        yield Problem(WALK, 1, "missing: one line for each room, in the order of a request's way")
        return
    listed = {}
    for number, line in enumerate(tree.lines(WALK), 1):
        found = ROW.match(line)
        if found:
            listed[found.group(1)] = number
    rooms = set(tree.rooms())
    for room, number in listed.items():
        if room not in rooms:
            yield Problem(WALK, number, "src/%s/ does not exist (yet): take the line out" % room)
    for room in sorted(rooms - set(listed)):
        yield Problem(WALK, 1, "src/%s/ has no line: say what the room holds, where a request meets it" % room)
    if LAYOUT in tree.files:
        for room in sorted(set(listed) - set(table(tree))):
            yield Problem(WALK, listed[room], "src/%s/ is not in %s" % (room, LAYOUT))
