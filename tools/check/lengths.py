"""File and function lengths as ratchets: limits, and a list of known exceptions that may only shrink."""
import re

from known import Known
from tree import Problem, bare

FILE_LIMIT, FILE_NEVER = 450, 1000
FUNCTION_LIMIT = 70
MEASURED = (".cc", ".h", ".py", ".sh")

# What precedes the brace of a function's body, since the last ; { or } at the same depth.
NOT_A_FUNCTION = re.compile(r"^\s*(?:template\s*<[^{}]*>\s*)?(?:inline\s+)?"
                            r"(?:namespace|class|struct|union|enum|extern\s|export\s)\b|=\s*$")
NAME = re.compile(r"(~?[A-Za-z_]\w*(?:::~?[A-Za-z_]\w*)*|operator\s*\S+)\s*\($")


def functions(text):
    """(name, first line, number of lines) of every function body of a C++ text, lambdas within theirs."""
    code = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: re.sub(r"[^\n]", " ", m.group(0)),
                  bare(text), flags=re.M)
    stack, begin, inside = [], 0, 0
    for m in re.finditer(r"[{};]", code):
        at = m.start()
        if m.group() == "{":
            head = code[begin:at]
            body = (not inside and 0 < head.count("(") == head.count(")")
                    and not NOT_A_FUNCTION.search(head))
            stack.append((body, begin + len(head) - len(head.lstrip()), head))
            inside += body
        elif m.group() == "}" and stack:
            body, start, head = stack.pop()
            inside -= body
            if body:
                first = code.count("\n", 0, start) + 1
                yield name_of(head), first, code.count("\n", start, at) + 1
        if not inside:
            begin = m.end()


def name_of(head):
    found = NAME.search(head[:head.index("(") + 1].strip())
    words = re.match(r"\s*(TEST(?:_[FP])?)\s*\(([^)]*)\)", head)
    if words:
        return "%s(%s)" % (words.group(1), " ".join(words.group(2).split()))
    return found.group(1) if found else "?"


def check(tree):
    known = Known(tree, "lengths")
    for path in tree.files:
        if not path.endswith(MEASURED):
            continue
        count = len(tree.lines(path))
        if count > FILE_NEVER:
            yield Problem(path, FILE_NEVER, "%d lines, never more than %d: split it" % (count, FILE_NEVER))
        elif count > FILE_LIMIT and not known.covers(path, count):
            yield Problem(path, FILE_LIMIT, "%d lines, limit %d: split it along what it decides" % (
                count, known.limit(path) or FILE_LIMIT))
        if path.endswith((".cc", ".h")):
            for name, line, length in functions(tree.text(path)):
                key = "%s:%s" % (path, name.replace(" ", ""))
                if length > FUNCTION_LIMIT and not known.covers(key, length):
                    yield Problem(path, line, "%s has %d lines, limit %d: name its steps as functions" % (
                        name, length, known.limit(key) or FUNCTION_LIMIT))
    yield from known.problems()


def figures(tree):
    """One line on how the tree stands against the house's sizes."""
    sizes, lengths, tests = [], [], 0
    for path in tree.sources():
        sizes.append(len(tree.lines(path)))
        tests += sizes[-1] if path.endswith("_test.cc") else 0
        lengths += [n for _, _, n in functions(tree.text(path))]
    if not sizes or not lengths:
        return ""

    def share(values, over):
        return 100.0 * sum(v > over for v in values) / len(values)

    return "%d files, %.0f %% over %d lines; %d functions, %.0f %% over 35 lines, %.1f %% over %d; %.0f %% of all " \
           "lines are tests" % (len(sizes), share(sizes, FILE_LIMIT), FILE_LIMIT, len(lengths), share(lengths, 35),
                                share(lengths, FUNCTION_LIMIT), FUNCTION_LIMIT, 100.0 * tests / sum(sizes))
