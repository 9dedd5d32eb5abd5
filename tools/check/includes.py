"""Holds the includes of each room against the rooms table of cmake/layout.cmake, the one place that tells it."""
import re

from tree import Problem

LAYOUT = "cmake/layout.cmake"
ROOM = re.compile(r"proa_room\(\s*(\S+?)\s*(?:\)|\s(.*?)\))", re.S)


def table(tree):
    """room -> the rooms that it may include."""
    rooms = {}
    text = re.sub(r"#[^\n]*", "", tree.text(LAYOUT))
    for name, rest in ROOM.findall(text):
        words = rest.split()
        deps = []
        if "DEPS" in words:
            for word in words[words.index("DEPS") + 1:]:
                if word in ("LIBS", "EXCLUDE"):
                    break
                deps.append(word)
        rooms[name] = deps
    return rooms


def check(tree):
    rooms = table(tree)
    for name in tree.rooms():
        if name not in rooms:
            yield Problem(LAYOUT, 1, "src/%s is no room of the table: add proa_room(%s DEPS …)" % (name, name))
    for name, deps in rooms.items():
        for dep in deps:
            if dep in rooms and name in rooms[dep]:
                yield Problem(LAYOUT, 1, "rooms %s and %s use each other: one must be handed the other's "
                              "interface instead" % (name, dep))
    for path in tree.sources():
        parts = path.split("/")
        if len(parts) < 3 or parts[1] not in rooms:
            continue
        room, allowed = parts[1], rooms[parts[1]]
        for number, quoted, target in tree.includes(path):
            used = target.split("/")[0]
            if not quoted:
                if used in rooms and (tree.root / "src" / target).is_file():
                    yield Problem(path, number, 'a header of ours: write #include "%s"' % target)
                continue
            if used not in rooms or used == room:
                if (tree.root / path).parent.joinpath(target).is_file() and used not in rooms:
                    yield Problem(path, number, "name the header from src/: #include \"%s/%s\"" % (
                        "/".join(parts[1:-1]), target))
                continue
            if used not in allowed:
                yield Problem(path, number, "%s may not use %s (%s): take what is needed through an "
                              "interface that is handed in, or move it to a room both may use" % (
                                  room, used, LAYOUT))
