"""Builds the types: Go's facts (JSON name, order, pointers, markers) joined with the protos' (numbers, wire types)."""
import json
from dataclasses import dataclass, field as dc_field
from pathlib import Path

from . import gotypes, protos

FORMS = ["struct", "time", "micro_time", "duration", "int_or_string", "quantity", "raw_extension", "fields_v1",
         "json", "schema_or_bool", "schema_or_array", "schema_or_string_array", "strings"]
SCALARS = ["message", "string", "bool", "int32", "int64", "uint32", "uint64", "float32", "float64", "bytes"]
META = "k8s.io/apimachinery/pkg/apis/meta/v1"
EXTENSIONS = "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
SPECIAL = {
    (META, "Time"): "time", (META, "MicroTime"): "micro_time", (META, "Duration"): "duration",
    (META, "FieldsV1"): "fields_v1",
    ("k8s.io/apimachinery/pkg/util/intstr", "IntOrString"): "int_or_string",
    ("k8s.io/apimachinery/pkg/api/resource", "Quantity"): "quantity",
    ("k8s.io/apimachinery/pkg/runtime", "RawExtension"): "raw_extension",
    (EXTENSIONS, "JSON"): "json", (EXTENSIONS, "JSONSchemaPropsOrBool"): "schema_or_bool",
    (EXTENSIONS, "JSONSchemaPropsOrArray"): "schema_or_array",
    (EXTENSIONS, "JSONSchemaPropsOrStringArray"): "schema_or_string_array",
}
BUILTIN = {"string": "string", "bool": "bool", "int32": "int32", "int64": "int64", "int": "int64",
           "uint32": "uint32", "uint64": "uint64", "float64": "float64", "float32": "float32", "uint8": "int32"}
ZERO = {"string": '""', "bool": "false", "int32": "0", "int64": "0", "uint32": "0", "uint64": "0",
        "float64": "0", "float32": "0"}


class Problem(Exception):
    pass


@dataclass
class Field:
    name: str
    doc: str = ""
    number: int = 0
    via: int = 0              # 1 + index into the owner's inlines
    via_path: str = ""
    scalar: str = "string"
    shape: str = "single"
    type: "Type" = None
    go_type: str = ""
    go_elem: str = ""
    pointer: bool = False
    omit_empty: bool = False
    omit_zero: bool = False
    required: bool = False
    packed: bool = False
    merge: bool = False
    retain_keys: bool = False
    replace: bool = False
    atomic: bool = False
    granular: bool = False
    merge_key: str = ""
    list_type: str = ""
    list_keys: list = dc_field(default_factory=list)
    enums: list = dc_field(default_factory=list)
    enum_lines: list = dc_field(default_factory=list)  # what OpenAPI appends to the description
    default: str = ""         # JSON, as OpenAPI shows it
    elem_default: str = ""
    marked_default: str = ""  # JSON, of the marker +default=, which the server applies too
    rule: dict = dc_field(default_factory=dict)


@dataclass
class Type:
    key: tuple                # (Go path or proto package, name)
    name: str
    model: str
    go_name: str
    form: str = "struct"
    doc: str = ""
    atomic: bool = False
    unions: str = ""
    fields: list = dc_field(default_factory=list)
    inlines: list = dc_field(default_factory=list)   # (Go name, number, Type)
    defaults: list = dc_field(default_factory=list)
    index: int = -1


def proto_package(path):
    return path.replace("/", ".").replace("-", "_")


def model_name(path, name):
    return ("io." + "k8s." + path.removeprefix("k8s.io/").replace("/", ".") + "." + name)


class Model:
    def __init__(self, source: Path, descriptor_set: Path):
        self.source = source
        self.messages = protos.load(descriptor_set)
        self.packages = {}
        self.types = {}

    def package(self, path):
        if path not in self.packages:
            folder = self.source / path
            self.packages[path] = gotypes.load_package(folder, path) if folder.is_dir() else None
        return self.packages[path]

    # --- Kubernetes types, from Go ---
    def go_type(self, path, name):
        key = (path, name)
        if key in self.types:
            return self.types[key]
        package = self.package(path)
        declared = package.types.get(name) if package else None
        if declared is None:
            raise Problem(f"no Go type {path}.{name}")
        result = Type(key, name, model_name(path, name), f"{package.name}.{name}")
        self.types[key] = result
        result.doc = gotypes.description(declared.comment)
        result.form = SPECIAL.get(key, "struct")
        marks = gotypes.markers(declared.comment)
        result.atomic = ("structType", "atomic") in marks or ("mapType", "atomic") in marks
        message = self.messages.get(f"{proto_package(path)}.{name}")
        if declared.underlying.startswith("[]"):
            result.form = "strings"
            result.fields = [Field("items", number=1, scalar="string", shape="list", omit_empty=True)]
        elif result.form in ("struct", "schema_or_bool", "schema_or_array", "schema_or_string_array"):
            self.fill(result, declared, message)
        else:
            self.fill_from_proto(result, message)
        return result

    def fill(self, result, declared, message):
        result.unions = unions(declared)
        for member in declared.members:
            tag = member.tags.get("protobuf", "")
            if member.embedded and ("inline" in member.json_options or not member.json_name):
                self.embed(result, declared.package, member, tag)
                continue
            if member.json_name == "-" and result.form == "struct":
                continue
            result.fields.append(self.member(declared.package, member, message, tag))

    def embed(self, result, package, member, tag):
        path, name = self.locate(package, member.go_type.lstrip("*"))
        inner = self.go_type(path, name)
        number = wire_number(tag)
        via = 0
        if number:
            result.inlines.append((name, number, inner))
            via = len(result.inlines)
        for field in inner.fields:
            copy = Field(**vars(field))
            copy.via_path = name + ("." + field.via_path if field.via_path else "")
            copy.via = via
            if not number:
                copy.number = 0
            result.fields.append(copy)

    def locate(self, package, written):
        """(import path, name) of a type as written in a package."""
        if "." in written:
            alias, name = written.split(".")
            return package.imports[alias], name
        return package.path, written

    def member(self, package, member, message, tag):
        name = member.json_name
        if name in ("", "-"):
            name = member.name[:1].lower() + member.name[1:]
        f = Field(name, number=wire_number(tag))
        f.doc = gotypes.description(member.comment)
        f.omit_empty = "omitempty" in member.json_options
        f.omit_zero = "omitzero" in member.json_options
        self.resolve(package, member.go_type, f)
        self.mark(f, member, package)
        self.check_wire(f, message)
        return f

    def resolve(self, package, written, f):
        """Pointer, list and map around an element; then the element."""
        if written.startswith("*"):
            f.pointer = True
            written = written[1:]
        f.go_type = self.spell(package, written)
        written, package = self.unalias(package, written)
        if written == "[]byte":
            f.scalar, f.go_type, f.go_elem = "bytes", "[]uint8", "[]uint8"
            return
        if written.startswith("[]"):
            f.shape, written = "list", written[2:]
        elif written.startswith("map["):
            f.shape, written = "map", written[written.index("]") + 1:]
            if written == "[]byte":
                f.scalar, f.go_elem = "bytes", "[]uint8"
                return
        written = written.removeprefix("*")
        f.go_elem = self.spell(package, written)
        if written in BUILTIN:
            f.scalar = BUILTIN[written]
            return
        path, name = self.locate(package, written)
        declared = self.package(path).types.get(name) if self.package(path) else None
        if declared is None:
            raise Problem(f"{package.path}: no type {written}")
        if declared.underlying in BUILTIN:
            f.scalar = BUILTIN[declared.underlying]
            self.enumerate(declared, f)
            return
        f.scalar = "message"
        f.type = self.go_type(path, name)
        f.atomic = f.type.atomic

    def unalias(self, package, written):
        """Follows names of slices and maps (ResourceList) that are no messages of their own."""
        while written[:1].isalpha() and written not in BUILTIN and not written.startswith("map["):
            path, name = self.locate(package, written)
            declared = self.package(path).types.get(name) if self.package(path) else None
            if declared is None or not declared.underlying.startswith(("[]", "map[")):
                break
            if f"{proto_package(path)}.{name}" in self.messages:
                break
            written, package = declared.underlying, declared.package
        return written, package

    def spell(self, package, written):
        """A type as reflect prints it: []v1.Container, map[string]string."""
        if written.startswith("[]"):
            return "[]" + self.spell(package, written[2:])
        if written.startswith("*"):
            return "*" + self.spell(package, written[1:])
        if written.startswith("map["):
            end = written.index("]")
            return f"map[{self.spell(package, written[4:end])}]{self.spell(package, written[end + 1:])}"
        if written == "byte":
            return "uint8"
        if written in BUILTIN:
            return written
        path, name = self.locate(package, written)
        return f"{self.package(path).name}.{name}"

    def enumerate(self, declared, f):
        if not any(m == "enum" or m == "k8s:enum" for m, _ in gotypes.markers(declared.comment)):
            return
        package = declared.package
        values = list(package.constants.get(declared.name, []))
        for go_type, name, alias, there, comment in package.references:
            if go_type == declared.name:
                values.append((name, self.constant_of(package.imports[alias], there), comment))
        notes = {value: " ".join(" ".join(comment).removeprefix(name).split()) for name, value, comment in values}
        f.enums = sorted(notes)
        f.enum_lines = ["", "Possible enum values:"] + [f' - `"{v}"` {notes[v]}'.rstrip() for v in f.enums]

    def constant_of(self, path, wanted):
        for known in self.package(path).constants.values():
            for name, value, _ in known:
                if name == wanted:
                    return value
        raise Problem(f"no constant {wanted} in {path}")

    def mark(self, f, member, package):
        optional, required = f.omit_empty or f.omit_zero, False
        for name, value in gotypes.markers(member.comment):
            if name in ("optional", "k8s:optional"):
                optional = True
            elif name == "listType":
                f.list_type = value
            elif name == "listMapKey":
                f.list_keys.append(value)
            elif name == "patchStrategy":
                f.merge |= "merge" in value
                f.replace |= value == "replace"
                f.retain_keys |= "retainKeys" in value
            elif name == "patchMergeKey":
                f.merge_key = value
            elif name in ("structType", "mapType") and value == "atomic":
                f.atomic = True
            elif name in ("structType", "mapType") and value == "granular":
                f.granular = True
            elif name == "default" and value is not None:
                f.default = f.marked_default = self.constant(package, value.strip().strip("`"))
            if name in ("required", "k8s:required"):
                required = True
        strategy = member.tags.get("patchStrategy", "")
        f.merge |= "merge" in strategy.split(",")
        f.replace |= strategy == "replace"
        f.retain_keys |= "retainKeys" in strategy.split(",")
        f.merge_key = member.tags.get("patchMergeKey", f.merge_key)
        f.required = required or not optional
        self.openapi_defaults(f)
        if f.enum_lines and f.shape == "single":
            f.doc = gotypes.description(member.comment + f.enum_lines)

    @staticmethod
    def constant(package, value):
        """`ref(Name)` of a default: the value of that constant, as JSON."""
        if not value.startswith("ref("):
            return value
        for known in package.constants.values():
            for name, text, _ in known:
                if value == f"ref({name})":
                    return f'"{text}"'
        raise Problem(f"no constant for {value}")

    @staticmethod
    def openapi_defaults(f):
        if f.shape == "single" and not f.pointer and not f.default:
            if f.scalar == "message" and f.type.form in ("struct",):
                f.default = "{}"
            elif f.scalar != "message" and not f.omit_empty:
                f.default = ZERO.get(f.scalar, "")
        if f.shape != "single":
            f.elem_default = "{}" if f.scalar == "message" and f.type.form == "struct" else (
                ZERO.get(f.scalar, "") if f.scalar != "message" else "")

    def check_wire(self, f, message):
        if not f.number or message is None:
            return
        proto = message.by_number.get(f.number)
        if proto is None:
            raise Problem(f"{message.full_name}: {f.name} has number {f.number} in Go, but not in the proto")
        wire = protos.SCALARS[proto.type]
        f_wire = "message" if f.scalar == "message" or f.shape == "map" else f.scalar
        if wire != f_wire and {wire, f_wire} != {"int32", "int64"}:
            raise Problem(f"{message.full_name}.{f.name}: {wire} in the proto, {f_wire} in Go")

    # --- messages without Go facts: JSON name = proto name ---
    def fill_from_proto(self, result, message):
        if message is None:
            raise Problem(f"no message for {result.model}")
        for proto in message.proto.field:
            f = Field(proto.name, number=proto.number, omit_empty=True,
                      scalar=protos.SCALARS[proto.type], go_type=proto.name, go_elem=proto.name)
            f.doc = plain(message.comments.get(proto.number, ""))
            f.shape = "list" if proto.label == protos.F.LABEL_REPEATED else "single"
            f.packed = f.shape == "list" and message.syntax == "proto3" and f.scalar not in ("string", "bytes", "message")
            if f.scalar == "message":
                self.proto_element(f, proto.type_name.lstrip("."))
            result.fields.append(f)

    def proto_element(self, f, full_name):
        message = self.messages[full_name]
        if message.proto.options.map_entry:
            value = message.by_number[2]
            f.shape, f.scalar, f.packed = "map", protos.SCALARS[value.type], False
            if f.scalar == "message":
                f.type = self.plain_type(value.type_name.lstrip("."))
        else:
            f.type = self.plain_type(full_name)
            f.pointer = f.shape == "single"

    def plain_type(self, full_name):
        package, _, name = full_name.rpartition(".")
        key = (package, name)
        if key not in self.types:
            result = Type(key, name, full_name, full_name, doc=plain(self.messages[full_name].comments[None]))
            self.types[key] = result
            self.fill_from_proto(result, self.messages[full_name])
        return self.types[key]


def unions(declared):
    """`+union` of a type as OpenAPI's x-kubernetes-unions, JSON text."""
    if not any(m == "union" for m, _ in gotypes.markers(declared.comment)):
        return ""
    told = [m for m in declared.members if m.json_name and not m.embedded]
    discriminators = [m for m in told if any(k == "unionDiscriminator" for k, _ in gotypes.markers(m.comment))]
    union = {"discriminator": discriminators[0].json_name} if discriminators else {}
    union["fields-to-discriminateBy"] = {m.json_name: m.name for m in told if m not in discriminators}
    return json.dumps([union], separators=(",", ":"))


def plain(comment):
    return " ".join(line.strip() for line in comment.strip().splitlines())


def wire_number(tag):
    for part in tag.split(","):
        if part.isdigit():
            return int(part)
    return 0
