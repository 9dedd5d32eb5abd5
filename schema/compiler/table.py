"""Writes the table: the records of src/schema/table.h, little-endian, and the list of known member names."""
import struct

from .model import FORMS, SCALARS, Problem
from .overlay import verb_mask

NONE = 0xFFFFFFFF
MAGIC = 0x41504B31
SHAPES = ["single", "list", "map"]
LIST_TYPES = ["atomic", "set", "map", ""]


def name_hash(text):
    """object::name_hash of src/object/names.h."""
    value = 2166136261
    for byte in text.encode():
        value = ((value ^ byte) * 16777619) & 0xFFFFFFFF
    return value & 0x7FFFFFFF


class Writer:
    def __init__(self):
        self.pool = bytearray()
        self.seen = {}
        self.sections = {n: [] for n in ("types", "fields", "inlines", "defaults", "rules", "columns",
                                         "subresources", "kinds", "string_list", "index")}

    def text(self, value):
        if value is not None and not isinstance(value, str):  # YAML takes a bare `no` for false
            raise Problem(f"{value!r} stands where text belongs: quote it")
        data = (value or "").encode()
        if data not in self.seen:
            self.seen[data] = len(self.pool)
            self.pool += data
        return struct.pack("<II", self.seen[data] if data else 0, len(data))

    def add(self, section, records):
        first = len(self.sections[section])
        self.sections[section] += records
        return struct.pack("<II", first, len(records))

    def strings(self, values):
        return self.add("string_list", [self.text(v) for v in values])

    # --- records ---
    def type(self, t):
        t_fields = [self.field(t, f) for f in t.fields]
        by_hash = sorted(range(len(t.fields)), key=lambda i: name_hash(t.fields[i].name))
        by_number = sorted(range(len(t.fields)), key=lambda i: (t.fields[i].via, t.fields[i].number))
        record = self.text(t.name) + self.text(t.model) + self.text(t.go_name) + self.text(t.doc) + self.text(t.unions)
        record += self.add("fields", t_fields)
        record += self.add("inlines", [self.text(n) + struct.pack("<IHH", i.index, number, 0) for n, number, i in t.inlines])
        record += self.add("defaults", [b"".join(self.text(d[k]) for k in ("path", "value", "when", "rule")) for d in t.defaults])
        index = [struct.unpack("<I", self.add("index", [struct.pack("<H", i) for i in order])[:4])[0]
                 for order in (by_hash, by_number)]
        record += struct.pack("<IIBBH", *index, FORMS.index(t.form), (1 if t.atomic else 0) | (2 if t.key in self.below else 0), 0)
        return record

    def field(self, owner, f):
        flags = (f.pointer, f.omit_empty, f.omit_zero, f.required, f.retain_keys, f.merge, f.atomic, f.packed, f.granular, f.replace)
        record = self.text(f.name) + struct.pack("<II", name_hash(f.name), f.type.index if f.type else NONE)
        for text in (f.go_type, f.go_elem, f.doc, f.merge_key, f.via_path, f.default, f.elem_default):
            record += self.text(text)
        record += self.strings(f.list_keys) + self.strings(f.enums)
        record += struct.pack("<I", self.rule(f.rule))
        record += struct.pack("<HHHBBB3x", f.number, f.via, sum(1 << i for i, on in enumerate(flags) if on),
                              SCALARS.index(f.scalar), SHAPES.index(f.shape), LIST_TYPES.index(f.list_type))
        return record

    def rule(self, rule):
        if not rule:
            return NONE
        flags = sum(bit for bit, name in ((1, "required"), (2, "minimum"), (4, "maximum"), (8, "enumEmpty")) if rule.get(name, False) is not False)
        record = self.text(rule.get("format", ""))
        record += struct.pack("<qqIIII", int(rule.get("minimum", 0)), int(rule.get("maximum", 0)),
                              int(rule.get("maxItems", 0)), int(rule.get("maxLength", 0)), flags, 0)
        required = rule.get("required", "")
        record += self.strings(rule.get("enum", [])) + self.text(required if isinstance(required, str) else "")
        first = self.add("rules", [record])
        return struct.unpack("<I", first[:4])[0]

    def kind(self, k):
        f = k.facts
        texts = (k.group, k.version, k.kind, k.kind + "List", f["plural"], f.get("singular", k.kind.lower()))
        record = b"".join(self.text(t) for t in texts)
        record += self.strings(f.get("short", [])) + self.strings(f.get("categories", []))
        record += self.add("subresources", [self.subresource(s) for s in k.subresources])
        record += self.add("columns", [self.column(c) for c in k.columns])
        record += self.text(f.get("storage", f"{k.group}/{k.version}"))
        record += struct.pack("<IIIIII", verb_mask(k.verbs), k.type.index, k.list_type.index if k.list_type else NONE,
                              1 if f.get("scope") == "Namespaced" else 0, k.group_priority, k.version_priority)
        return record

    def subresource(self, s):
        record = b"".join(self.text(s.get(n, "")) for n in ("name", "group", "version", "kind"))
        kind_type, request = s.get("type"), s.get("request")
        return record + struct.pack("<IIII", verb_mask(s["verbs"]), kind_type.index if kind_type else NONE,
                                    request.index if request else NONE, 0)

    def column(self, c):
        record = b"".join(self.text(c.get(n, "")) for n in ("name", "type", "format", "path", "doc"))
        return record + struct.pack("<I", c.get("priority", 0))

    # --- the file ---
    def file(self, types, kinds):
        for i, t in enumerate(types):
            t.index = i
        self.below = with_defaults(types)
        self.sections["types"] = [self.type(t) for t in types]
        self.sections["kinds"] = [self.kind(k) for k in kinds]
        order = ["types", "fields", "inlines", "defaults", "rules", "columns", "subresources", "kinds", "string_list",
                 "index"]
        body, directory = bytearray(), {}
        base = 8 + 8 * (len(order) + 1)
        base += -base % 16
        for name in order:
            body += bytes(-len(body) % 16)
            directory[name] = (base + len(body), len(self.sections[name]))
            body += b"".join(self.sections[name])
        directory["strings"] = (base + len(body), len(self.pool))
        body += self.pool
        header = struct.pack("<II", MAGIC, base + len(body))
        for name in ["strings"] + order:
            header += struct.pack("<II", *directory[name])
        return header + bytes(base - len(header)) + body


def with_defaults(types):
    """Keys of the types that have defaults, or hold such a type anywhere below."""
    found = {t.key for t in types if t.defaults}
    while True:
        more = {t.key for t in types if t.key not in found and any(f.type and f.type.key in found for f in t.fields)}
        if not more:
            return found
        found |= more


def known_names(types):
    names = sorted({f.name for t in types for f in t.fields})
    by_hash = {}
    for name in names:
        other = by_hash.setdefault(name_hash(name), name)
        if other != name:
            raise SystemExit(f"schema: the names {other} and {name} have the same hash")
    return "".join(f'"{name}",\n' for name in names)
