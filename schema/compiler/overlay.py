"""Reads the overlays (schema/*.yaml): kinds, defaults and facts that upstream's protos and Go types do not tell.

An overlay, in short (schema/README.md tells it in full):

    group: apps
    priority: 17800                  # among groups, in discovery
    versions:
      v1:
        go: k8s.io/api/apps/v1
        priority: 15
        kinds:
          Deployment: {plural: deployments, short: [deploy], categories: [all], sub: {status: , scale: }}
        defaults:
          DeploymentSpec: {replicas: 1, strategy.type: RollingUpdate}
        facts:
          DeploymentSpec: {minReadySeconds: {minimum: 0}}
"""
import json
from dataclasses import dataclass, field

import yaml

from .model import Problem

VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
STANDARD = {
    "status": {"verbs": ["get", "patch", "update"]},
    "scale": {"verbs": ["get", "patch", "update"], "group": "autoscaling", "version": "v1", "kind": "Scale",
              "type": "k8s.io/api/autoscaling/v1.Scale"},
}
KIND_KEYS = {"plural", "singular", "short", "categories", "scope", "verbs", "sub", "columns", "storage", "go", "list"}

FACTS = {"required", "minimum", "maximum", "maxItems", "maxLength", "format", "enum", "enumEmpty"}


@dataclass
class Kind:
    group: str
    version: str
    kind: str
    facts: dict
    type: object = None
    list_type: object = None
    subresources: list = field(default_factory=list)
    columns: list = field(default_factory=list)
    group_priority: int = 0
    version_priority: int = 0

    @property
    def verbs(self):
        return self.facts.get("verbs", VERBS)


def verb_mask(names):
    return sum(1 << VERBS.index(n) for n in names)


def split_type(written):
    path, _, name = written.rpartition(".")
    return path, name


def load(files, model):
    kinds = []
    for file in files:
        data = yaml.safe_load(file.read_text())
        try:
            read(data, model, kinds)
        except (Problem, KeyError) as problem:
            raise Problem(f"{file.name}: {problem}") from problem
    for t in list(model.types.values()):
        marked = [dict(path=f.name, value=f.marked_default, when="", rule="") for f in t.fields
                  if f.marked_default and (f.pointer or f.marked_default not in ('""', "0", "false"))]
        t.defaults = marked + t.defaults
    return kinds


def read(data, model, kinds):
    for package in data.get("packages", []):
        for full_name, message in list(model.messages.items()):
            if full_name.startswith(package + ".") and not message.proto.options.map_entry:
                model.plain_type(full_name)
    for written in data.get("types", []):
        model.go_type(*split_type(written))
    for version, content in data.get("versions", {}).items():
        for name, facts in content.get("kinds", {}).items():
            kinds.append(read_kind(data, version, content, name, facts or {}, model))
        for name, entries in content.get("defaults", {}).items():
            read_defaults(model.go_type(content["go"], name), entries)
        for name, members in content.get("facts", {}).items():
            read_facts(model.go_type(content["go"], name), members)


def read_kind(data, version, content, name, facts, model):
    unknown = set(facts) - KIND_KEYS
    if unknown:
        raise Problem(f"{name}: unknown {sorted(unknown)}")
    kind = Kind(data.get("group", ""), version, name, facts)
    kind.type = model.go_type(*split_type(facts.get("go", content["go"] + "." + name)))
    if "list" in kind.verbs:
        kind.list_type = model.go_type(kind.type.key[0], name + "List")
    kind.group_priority = data["priority"]
    kind.version_priority = content["priority"]
    for sub, given in facts.get("sub", {}).items():
        entry = dict(STANDARD.get(sub, {}), **(given or {}))
        entry["name"] = sub
        entry.setdefault("kind", name)
        for role in ("type", "request"):
            if role in entry:
                entry[role] = model.go_type(*split_type(entry[role]))
        if sub == "status" or entry.get("same"):
            entry["type"] = kind.type
        kind.subresources.append(entry)
    kind.columns = [read_column(kind.type, c) for c in facts.get("columns", [])]
    return kind


def read_column(owner, given):
    """`Name` and `Age` are what they always are. `path` is where the cell comes from; without one code fills it, and
    `of` or `doc` tells what it is about."""
    if given == "Name":
        given = {"name": "Name", "format": "name", "of": "metadata.name"}
    elif given == "Age":
        given = {"name": "Age", "of": "metadata.creationTimestamp"}
    column = {"name": given["name"], "type": given.get("type", "string"), "format": given.get("format", ""),
              "path": given.get("path", ""), "doc": given.get("doc", ""), "priority": 1 if given.get("wide") else 0}
    about = given.get("of", column["path"])
    if about and not column["doc"]:
        column["doc"] = find_path(owner, about).doc
    return column


def read_defaults(owner, entries):
    for path, value in entries.items():
        entry = {"path": path, "value": "", "when": "", "rule": ""}
        if path in ("rule", "(rule)"):
            for rule in value if isinstance(value, list) else [value]:
                owner.defaults.append(dict(entry, path="", rule=rule))
            continue
        find_path(owner, path)
        cases = value if isinstance(value, list) and value and all(is_case(v) for v in value) else [value]
        for case in cases:
            when = case["if"] if is_case(case) else ""
            plain = case["value"] if is_case(case) else case
            owner.defaults.append(dict(entry, when=when, value=json.dumps(plain, separators=(",", ":"))))


def is_case(value):
    return isinstance(value, dict) and set(value) == {"if", "value"}


def find_path(owner, path):
    at = owner
    for step in path.split("."):
        found = [f for f in at.fields if f.name == step] if at else []
        if not found:
            raise Problem(f"{owner.name} has no {path}")
        at = found[0].type
    return found[0]


def read_facts(owner, members):
    for name, facts in members.items():
        found = find_path(owner, name)
        facts = dict(facts)
        if facts.get("enum") is True:
            facts["enum"] = found.enums
        unknown = set(facts) - FACTS
        if unknown:
            raise Problem(f"{owner.name}.{name}: unknown {sorted(unknown)}")
        found.rule = dict(found.rule, **facts)
