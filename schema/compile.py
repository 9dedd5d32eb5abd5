#!/usr/bin/python3
"""The schema compiler: upstream's protos and Go types plus our overlays make one read-only table.

    schema/compile.py --source DIR --descriptors FILE --out DIR

DIR is what fetch.sh laid out, FILE what protoc made of it with --include_source_info. Writes schema_table.bin
(linked into the program) and known_names.inc (for the object room).
"""
import argparse
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from compiler import model, overlay, table  # noqa: E402


def write_if_changed(path, data):
    if not path.exists() or path.read_bytes() != data:
        path.write_bytes(data)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--source", type=Path, required=True)
    parser.add_argument("--descriptors", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    here = Path(__file__).resolve().parent
    try:
        built = model.Model(args.source, args.descriptors)
        kinds = overlay.load(sorted(here.glob("*.yaml")), built)
        kinds.sort(key=lambda k: (-k.group_priority, k.group, -k.version_priority, k.version, k.facts["plural"]))
        types = list(built.types.values())
        data = table.Writer().file(types, kinds)
    except model.Problem as problem:
        raise SystemExit(f"schema: {problem}")
    write_if_changed(args.out / "schema_table.bin", data)
    write_if_changed(args.out / "known_names.inc", table.known_names(types).encode())


if __name__ == "__main__":
    main()
