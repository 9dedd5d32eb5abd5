"""The case language of tests/reference: what a line of a case file asks for.

A file of cases is a list of lines. A line at the left margin is one of
    define NAME                  a body for later use; the indented lines below it are YAML
    [section]                    a fresh namespace, $ns, on both sides
    METHOD TARGET [WORD...]      a request; indented lines below it are its body in YAML (or `|` and raw text)
    mutate NAME                  creates the body NAME (dryRun) with each of its members removed and spoilt in turn
    remutate NAME                creates the body NAME and then replaces it (dryRun) with each of those; of the answers
                                 managedFields and status are left out, and what causes tell twice or as a Go diff
    known PATTERN | REASON       the requests of this file whose line matches may differ, for the same sort of reason
    differs REASON               the next request is known to differ; the reason stands in doc/differences.md

TARGET is a path, or `resource/name/subresource`, in $ns where the resource has namespaces, with an optional query.
$rv and $uid are those of the last answer that was an object. Words:
    < NAME                       the body is a copy of NAME
    a.b.0.c=VALUE                sets that member of the body (VALUE is YAML); the last index may be one too many
    ~a.b                         removes that member
    type=json|merge|strategic|apply|yaml|MEDIA-TYPE, accept=table|partial|partiallist|MEDIA-TYPE, as=USER[,GROUP]
    without=NAME[,NAME]          members of that name, at any depth, are left out of the comparison
    keys=a.b,c                   of the answer only the sorted names of the members of a.b and c are compared
    await                        the answers may take some seconds to become equal (controllers are at work)
"""
import copy
import json
import re
import shlex

import yaml

TYPES = {"json": "application/json-patch+json", "merge": "application/merge-patch+json",
         "strategic": "application/strategic-merge-patch+json", "apply": "application/apply-patch+yaml",
         "yaml": "application/yaml"}
ACCEPTS = {"table": "application/json;as=Table;v=v1;g=meta.k8s.io",
           "partial": "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io",
           "partiallist": "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"}
SPOILT = (None, "", -1, 70000, "Bad_Name!", {}, [], True)


class Loader(yaml.SafeLoader):
    """YAML as JSON has it: no dates, and `on` is a string."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()}


class Case:
    def __init__(self, text, method, target):
        self.text, self.method, self.target = text, method, target
        self.body = None  # an object, a str that is sent as it is, or None
        self.headers, self.awaits, self.differs, self.known = {}, False, None, None
        self.without, self.keys, self.told_once = [], [], False


def step(node, key):
    return node[int(key)] if isinstance(node, list) else node[key]


def steps(path):
    """a.b.0.c; a member whose name has dots stands in brackets: metadata.labels.[a.b/c]."""
    return [quoted or plain for quoted, plain in re.findall(r"\[([^]]*)\]|([^.]+)", path)]


def set_member(body, path, value):
    """Sets body.path; members on the way that are missing become maps."""
    *way, last = steps(path)
    for key in way:
        if isinstance(body, dict):
            body = body.setdefault(key, {})
        else:
            body = body[int(key)]
    if isinstance(body, list):
        body[int(last):int(last) + 1] = [value]
    else:
        body[last] = value


def remove_member(body, path):
    *way, last = steps(path)
    for key in way:
        body = step(body, key)
    del body[int(last) if isinstance(body, list) else last]


def member_paths(node, path=""):
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        key = "[%s]" % key if "." in str(key) else str(key)
        here = "%s.%s" % (path, key) if path else key
        yield here
        yield from member_paths(value, here)


def spoilt(base):
    """(what was done, the body) for each member and each way to spoil it."""
    for path in list(member_paths(base)):
        if path in ("apiVersion", "kind"):
            continue
        for value in ("~",) + SPOILT:
            body = copy.deepcopy(base)
            if value == "~":
                remove_member(body, path)
            else:
                set_member(body, path, value)
            yield "~" + path if value == "~" else "%s=%s" % (path, json.dumps(value)), body


def mutations(name, base, resource):
    for said, body in spoilt(base):
        case = Case("mutate %s %s" % (name, said), "POST", resource + "?dryRun=All")
        case.body = body
        yield case


def remutations(name, base, resource):
    made = Case("remutate %s" % name, "POST", resource)
    made.body, made.without = base, ["metadata"]
    yield made
    target = "%s/%s" % (resource, base["metadata"]["name"])
    for said, body in spoilt(base):
        case = Case("remutate %s %s" % (name, said), "PUT", target + "?dryRun=All")
        case.body, case.without, case.told_once = body, ["managedFields", "status"], True
        yield case
    gone = Case("remutate %s end" % name, "DELETE", target + "?gracePeriodSeconds=0")
    gone.keys = ["kind"]
    yield gone


def request(line, block, defined):
    words = shlex.split(line.replace("~", r"\~"))
    case = Case(line, words[0], words[1])
    if block:
        raw = block.lstrip()
        case.body = raw[1:].strip() if raw.startswith("|") else yaml.load(block, Loader)
    rest = words[2:]
    while rest:
        word = rest.pop(0)
        if word == "<":
            case.body = copy.deepcopy(defined[rest.pop(0)])
        elif word == "await":
            case.awaits = True
        elif word.startswith("type="):
            case.headers["Content-Type"] = TYPES.get(word[5:], word[5:])
        elif word.startswith("accept="):
            case.headers["Accept"] = ACCEPTS.get(word[7:], word[7:])
        elif word.startswith("as="):
            case.headers["Impersonate-User"], *groups = word[3:].split(",")
            if groups:
                case.headers["Impersonate-Group"] = groups[0]
        elif word.startswith("without="):
            case.without = word[8:].split(",")
        elif word.startswith("keys="):
            case.keys = word[5:].split(",")
        elif word.startswith("~"):
            remove_member(case.body, word[1:])
        elif "=" in word:
            path, value = word.split("=", 1)
            set_member(case.body, path, yaml.load(value, Loader))
        else:
            raise ValueError("%s: what is %r?" % (line, word))
    return case


def blocks(text):
    """(line, the indented block below it)."""
    found = []
    for line in text.splitlines():
        if not line.strip() or re.match(r"\s*# ", line):
            continue
        if line[0].isspace():
            found[-1][1].append(line)
        else:
            found.append((line, []))
    return [(line, "\n".join(block)) for line, block in found]


def read(text, resource_of, defined):
    """Sections in order: (name, [Case]). `defined` is shared between files."""
    found, known, differs = [], [], None
    for line, block in blocks(text):
        word, _, rest = line.partition(" ")
        if line.startswith("["):
            found.append((line.strip("[]"), []))
        elif word == "define":
            defined[rest] = yaml.load(block, Loader)
        elif word == "known":
            pattern, _, reason = rest.partition(" | ")
            known.append((re.compile(pattern), reason))
        elif word == "differs":
            differs = rest
        elif word == "remutate":
            found[-1][1].extend(remutations(rest, defined[rest], resource_of(defined[rest])))
        elif word == "mutate":
            found[-1][1].extend(mutations(rest, defined[rest], resource_of(defined[rest])))
        else:
            case = request(line, block, defined)
            case.differs, differs = differs, None
            found[-1][1].append(case)
    for case in (c for _, cases in found for c in cases):
        case.known = next((reason for pattern, reason in known if pattern.search(case.text)), None)
    return found
