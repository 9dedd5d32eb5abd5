"""Calls that are banned in some place, each with what to use there instead."""
import re
from typing import NamedTuple

from known import Known
from tree import Problem, bare

# Rooms whose code the simulation runs: what they need of the world is handed in. Plans are pure everywhere.
SIMULATED = ("object", "schema", "client", "admission", "api", "controllers", "scheduler")


class Ban(NamedTuple):
    name: str
    pattern: str
    rooms: tuple  # () is every room, SIMULATED what the simulation runs
    besides: tuple  # path prefixes where it may stand
    instead: str


CLOCKS = r"\b(?:system_clock|steady_clock|high_resolution_clock)\s*::\s*now\b" \
         r"|\bstd::time\s*\(|\btime\s*\(\s*(?:nullptr|NULL|0\s*\)|&)" \
         r"|\b(?:gettimeofday|clock_gettime|localtime(?:_r)?)\s*\("

BANS = (
    Ban("system", r"\bstd::system\s*\(|(?<![\w.:>])system\s*\(|\bpopen\s*\(", (), (),
        "start programs through runtime's processes: no shell, no blocked thread"),
    Ban("fork", r"(?<![\w.>])v?fork\s*\(", (), ("src/runtime/",),
        "use posix_spawn through runtime's processes"),
    Ban("sleep", r"\bsleep_(?:for|until)\b|(?<![\w.>])u?sleep\s*\(|\bnanosleep\s*\(", (), ("src/runtime/",),
        "wait for the event itself, or for a timer of the executor that is handed in"),
    Ban("block", r"\bblock_for\s*\(", (), ("src/runtime/", "src/cli/"),
        "arm a timer of the executor that is handed in: only commands may hold their thread up"),
    Ban("clock", CLOCKS, (), ("src/runtime/", "src/cli/lifecycle/", "src/main/", "src/base/log.cc"),
        "ask the Clock that is handed in"),
    Ban("random", r"\bstd::random_device\b|(?<![\w.>])s?rand\s*\(|\bRAND_bytes\b", (),
        ("src/runtime/", "src/auth/"), "ask the Random that is handed in"),
    Ban("unsafe-c", r"\b(?:strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|atof)\s*\(", (), (),
        "use std::string, fmt or std::from_chars"),
    Ban("iostream", r"\bstd::c(?:out|err|log)\b", (), ("src/cli/", "src/main/", "src/sim/"),
        "log through base/log.h; only commands print"),
    Ban("exit", r"(?<![\w.>])(?:std::)?(?:exit|quick_exit)\s*\(", (), ("src/cli/", "src/main/", "src/sim/"),
        "return a Status; only main ends the process"),
    Ban("throw", r"\bthrow\b", (), (), "return a Status: no exception crosses a room's border"),
    Ban("thread", r"\bstd::j?thread\b|\bstd::async\b|\bpthread_create\b", SIMULATED, (),
        "run on the executor that is handed in: the simulation runs this room"),
    Ban("blocking-lock", r"\bstd::condition_variable\b|\bstd::(?:counting|binary)_semaphore\b|\bstd::latch\b",
        SIMULATED, (), "post to the executor that is handed in: the simulation runs this room"),
    Ban("clock-type", r"\bsystem_clock\b|\bsteady_clock\b", SIMULATED, (),
        "use runtime's time types: the simulation runs this room"),
    Ban("unordered-walk", r"\bfor\s*\([^;)]*:\s*\w*unordered\w*", SIMULATED, (),
        "walk an ordered container: the simulation must replay exactly"),
    Ban("pointer-order", r"\bstd::(?:set|map)<\s*(?:const\s+)?[\w:]+\s*\*", SIMULATED, (),
        "order by name or id, not by address: the simulation must replay exactly"),
)

HEAVY = (
    (re.compile(r"^boost/asio|^asio"), "Asio"), (re.compile(r"^sqlite3\.h"), "SQLite"),
    (re.compile(r"^(?:grpc|grpcpp)/"), "gRPC"), (re.compile(r"^nghttp2/"), "nghttp2"),
    (re.compile(r"^(?:thread|future|condition_variable|semaphore|latch|barrier)$"), "threads"),
    (re.compile(r"^(?:sys/socket|netinet/|sys/epoll|unistd|fcntl|spawn|sys/wait)"), "system calls"),
)
# In no header: each costs its includers seconds.
NOT_IN_HEADERS = re.compile(r"^(?:boost/beast|boost/asio\.hpp|grpcpp/|iostream$|regex$)")


def check(tree):
    known = Known(tree, "calls")
    for path in tree.sources():
        code = bare(tree.text(path))
        for ban in BANS:
            if (ban.rooms and not simulated(path)) or path.startswith(ban.besides or ("\0",)):
                continue
            for found in re.finditer(ban.pattern, code):
                if not known.covers("%s:%s" % (path, ban.name)):
                    yield Problem(path, code.count("\n", 0, found.start()) + 1,
                                  "%s is banned here: %s" % (found.group().strip(" ("), ban.instead))
        yield from heavy_includes(tree, path, known)
    yield from known.problems()


def simulated(path):
    """Does the simulation run this file?"""
    room, name = path.split("/")[1], path.rsplit("/", 1)[-1]
    return room in SIMULATED or "plan" in name.replace(".", "_").split("_")


def heavy_includes(tree, path, known):
    for number, _, target in tree.includes(path):
        if path.endswith(".h") and NOT_IN_HEADERS.match(target) and not known.covers(path + ":heavy"):
            yield Problem(path, number, "<%s> is too heavy for a header: include it in the source" % target)
        if not simulated(path) or path.endswith("_test.cc"):
            continue
        for pattern, what in HEAVY:
            if pattern.match(target) and not known.covers(path + ":include"):
                yield Problem(path, number, "<%s>: the simulation runs this room, so it uses no %s; take it "
                              "through runtime's seam" % (target, what))
