"""Reads the facts of Go type declarations: members, struct tags, markers, constants, comments.

Only what gofmt writes is understood: one member a line, tags in back quotes.
"""
import re
from dataclasses import dataclass, field
from pathlib import Path

MEMBER = re.compile(r"^\t(?:(\w+)\s+)?([^\s`]+|map\[[^\]]*\]\S+)\s+`(.*)`")
EMBEDDED = re.compile(r"^\t(\*?[\w.]+)\s+`(.*)`")
TAG = re.compile(r'(\w+):"([^"]*)"')
CONSTANT = re.compile(r'^\s*(\w+)\s+(\w+)\s+=\s+"([^"]*)"')
CONSTANT_CALL = re.compile(r'^\s*(?:const\s+)?(\w+)\s+=\s+(\w+)\("([^"]*)"\)')
CONSTANT_REFERENCE = re.compile(r'^\s*(\w+)\s+=\s+(\w+)\((\w+)\.(\w+)\)')
CONSTANT_ONE = re.compile(r'^const\s+(\w+)\s+(\w+)\s+=\s+"([^"]*)"')


@dataclass
class Member:
    name: str          # Go's; of an embedded struct: its type's
    go_type: str       # as written
    tags: dict
    comment: list
    embedded: bool

    @property
    def json_name(self):
        return self.tags.get("json", "").split(",")[0]

    @property
    def json_options(self):
        return self.tags.get("json", "").split(",")[1:]


@dataclass
class GoType:
    name: str
    package: "Package"
    underlying: str    # "struct", or the type as written
    comment: list
    members: list = field(default_factory=list)


@dataclass
class Package:
    path: str
    name: str = ""
    types: dict = field(default_factory=dict)
    constants: dict = field(default_factory=dict)  # type -> [(name, value, comment)]
    references: list = field(default_factory=list) # (type, name, alias, name there, comment)
    imports: dict = field(default_factory=dict)    # file alias -> path


def markers(comment):
    """The `+name=value` lines of a comment, in order, as (name, value or None)."""
    found = []
    for line in comment:
        line = line.strip()
        if line.startswith("+"):
            name, _, value = line[1:].partition("=")
            found.append((name, value if "=" in line else None))
    return found


def description(comment):
    """A comment as OpenAPI shows it: markers and TODOs left out, lines joined, paragraphs and indented lines kept."""
    text = ""
    for line in comment:
        if line == "---":
            break
        line = line.rstrip(" ")
        if not line:
            text = text[:-1] + "\n\n"
        elif line.lstrip(" ").startswith(("TODO", "+")):
            continue
        elif line[0] in " \t":
            text = text[:-1] + "\n" + line + "\n"
        else:
            text += line + " "
    return text.rstrip("\n").strip(" ")


def clean(comment):
    """Comment text lines as Go's ast gives them: runs of blank lines made one, none at the ends."""
    lines = []
    for line in comment:
        line = line.rstrip()
        if line or (lines and lines[-1]):
            lines.append(line)
    while lines and not lines[-1]:
        lines.pop()
    return lines


def comment_text(line):
    text = line.strip()[2:]
    return text[1:] if text.startswith(" ") else text


def load_package(folder: Path, path: str) -> Package:
    package = Package(path)
    for file in sorted(folder.glob("*.go")):
        if file.name.endswith("_test.go") or file.name.startswith(("zz_", "generated.pb")):
            continue
        read_file(file.read_text(), package)
    return package


def read_imports(text, package):
    block = re.search(r"^import \(\n(.*?)^\)", text, re.M | re.S)
    lines = block.group(1).splitlines() if block else re.findall(r"^import (.*)$", text, re.M)
    for line in lines:
        found = re.match(r'\s*(\w+)?\s*"([^"]+)"', line)
        if found:
            package.imports[found.group(1) or found.group(2).split("/")[-1]] = found.group(2)


def read_file(text, package):
    name = re.search(r"^package (\w+)", text, re.M)
    package.name = name.group(1)
    read_imports(text, package)
    comment, current, in_constants = [], None, False
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith("//"):
            comment.append(comment_text(line))
            continue
        if current is not None:
            if line == "}":
                current = None
            elif stripped:
                add_member(current, line, clean(comment))
        elif line.startswith("type ") and line.endswith("struct {"):
            current = GoType(line.split()[1], package, "struct", clean(comment))
            package.types[current.name] = current
        elif found := re.match(r"^type (\w+) struct ?\{\}", line):
            package.types[found.group(1)] = GoType(found.group(1), package, "struct", clean(comment))
        elif found := re.match(r"^type (\w+) (?:= )?([^{=]+)$", line):
            package.types[found.group(1)] = GoType(found.group(1), package, found.group(2).strip(), clean(comment))
        elif line.startswith("const (") or line.startswith("var ("):
            in_constants = line.startswith("const")
        elif line == ")":
            in_constants = False
        elif found := ((CONSTANT.match(line) or CONSTANT_CALL.match(line)) if in_constants else CONSTANT_ONE.match(line)):
            name, go_type, value = found.groups()
            package.constants.setdefault(go_type, []).append((name, value, clean(comment)))
        elif in_constants and (found := CONSTANT_REFERENCE.match(line)):
            name, go_type, alias, there = found.groups()
            package.references.append((go_type, name, alias, there, clean(comment)))
        comment = []


def add_member(current, line, comment):
    line = re.sub(r"\s+//.*$", "", line)
    found = EMBEDDED.match(line)
    if found:
        go_type = found.group(1)
        name, embedded = go_type.lstrip("*").split(".")[-1], True
    else:
        found = re.match(r"^\t(\w+)\s+(.+?)\s+`(.*)`$", line)
        if not found:
            return
        name, go_type, embedded = found.group(1), found.group(2), False
    tags = dict(TAG.findall(found.group(2) if embedded else found.group(3)))
    current.members.append(Member(name, go_type, tags, comment, embedded))
