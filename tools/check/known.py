"""The list of known exceptions, tools/check/known.txt: it may only shrink.

A line is `CHECK KEY VALUE`, e.g. `lengths src/api/patch.cc 512`. Against the list of the last commit no
line may be added and no value may grow, and a line that is no longer needed must go.
"""
import subprocess

from tree import Problem

LIST = "tools/check/known.txt"


def parse(text, name):
    found = {}
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if len(words) >= 2 and not line.startswith("#") and words[0] == name:
            found[words[1]] = (int(words[2]) if len(words) > 2 else 0, number)
    return found


class Known:
    """One check's exceptions; remembers which were needed."""

    def __init__(self, tree, name):
        self.tree, self.name, self.needed = tree, name, set()
        self.entries = parse(tree.text(LIST), name) if LIST in tree.files else {}

    def limit(self, key):
        return self.entries[key][0] if key in self.entries else None

    def covers(self, key, value=0):
        """Is this exception listed, with at least this value?"""
        self.needed.add(key)
        return key in self.entries and value <= self.entries[key][0]

    def before(self):
        """The list as last committed; where the list is as committed, as it was one commit earlier."""
        for revision in ("HEAD", "HEAD~1"):
            done = subprocess.run(["git", "-C", str(self.tree.root), "show", "%s:%s" % (revision, LIST)],
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            if done.returncode != 0:
                return None
            if done.stdout != self.tree.text(LIST):
                return parse(done.stdout, self.name)
        return None

    def problems(self):
        for key, (_, line) in self.entries.items():
            if key not in self.needed:
                yield Problem(LIST, line, "%s is no exception any more: take the line out" % key)
        before = self.before() if self.entries else None
        if not before:  # this check's first exceptions come in at once
            return
        for key, (value, line) in self.entries.items():
            if key not in before:
                yield Problem(LIST, line, "a new exception: this list may only shrink")
            elif value > before[key][0]:
                yield Problem(LIST, line, "%s grew from %d to %d: this list may only shrink" % (
                    key, before[key][0], value))
