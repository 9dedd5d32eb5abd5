"""What the checks look at: the files of a checkout, and C++ text without comments and strings."""
import pathlib
import re
import subprocess
from typing import NamedTuple

# Taken in as they are, with words and habits of their own.
FOREIGN = ("tests/acceptance/", "bench/kube/", "LICENSE")
OURS_AMONG_FOREIGN = ("tests/acceptance/run.sh", "tests/acceptance/run-green.sh",
                      "tests/acceptance/green.txt", "tests/acceptance/green-proa.txt")

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]')


class Problem(NamedTuple):
    """One finding: where, what is wrong, and what to do instead."""
    path: str
    line: int
    text: str

    def __str__(self):
        return "%s:%d: %s" % self


class Tree:
    """The files of one checkout, tracked or about to be, read at most once each."""

    def __init__(self, root):
        self.root = pathlib.Path(root).resolve()
        self._texts = {}
        self.files = sorted(f for f in self._listed() if (self.root / f).is_file() and not foreign(f))

    def _listed(self):
        done = subprocess.run(["git", "-C", str(self.root), "ls-files", "-co", "--exclude-standard"],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        if done.returncode == 0:
            return set(done.stdout.splitlines())
        return {str(p.relative_to(self.root)) for p in self.root.rglob("*")}

    def text(self, path):
        if path not in self._texts:
            self._texts[path] = (self.root / path).read_text(errors="replace")
        return self._texts[path]

    def lines(self, path):
        return self.text(path).splitlines()

    def sources(self):
        """C++ files under src/."""
        return [f for f in self.files if f.startswith("src/") and f.endswith((".cc", ".h"))]

    def rooms(self):
        """The folders of src/ that hold sources, in no order."""
        return sorted({f.split("/")[1] for f in self.sources() if f.count("/") >= 2})

    def includes(self, path):
        """(line number, quoted?, target) of each include."""
        for number, line in enumerate(self.lines(path), 1):
            found = INCLUDE.match(line)
            if found:
                yield number, found.group(1) == '"', found.group(2)

    def closure(self, path):
        """The file and every project header that it reaches."""
        seen, todo = set(), [path]
        while todo:
            at = todo.pop()
            if at in seen:
                continue
            seen.add(at)
            for _, _, target in self.includes(at):
                if (self.root / "src" / target).is_file():
                    todo.append("src/" + target)
        return sorted(seen)


def foreign(path):
    return path.startswith(FOREIGN) and path not in OURS_AMONG_FOREIGN


TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/'
    r'|R"([^ ()\\\t\n]{0,16})\((?:.*?)\)\1"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-zA-Z_])'(?:\\.|[^'\\\n])+'", re.S)


def bare(text):
    """C++ text with comments and literals blanked: same length, same lines."""
    return TOKEN.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), text)
