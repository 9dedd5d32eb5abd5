#!/usr/bin/env python3
"""Each check refuses a bad sample and passes a good one. Samples are whole small trees."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import calls
import includes
import known
import lengths
import names
import pages
import shell
from tree import Tree, bare

LAYOUT = "proa_room(base)\nproa_room(api DEPS store base LIBS Some::lib)\nproa_room(store DEPS base)\n"


def found(check, files, **commits):
    """What a check says of a tree with these files; `before` is the content of an earlier commit."""
    with tempfile.TemporaryDirectory() as root:
        top = pathlib.Path(root)
        for content in (commits.get("before"), files):
            if content is None:
                continue
            for path, text in content.items():
                (top / path).parent.mkdir(parents=True, exist_ok=True)
                (top / path).write_text(text)
                os.chmod(top / path, 0o755)
            if content is commits.get("before"):
                git = ["git", "-C", root, "-c", "user.name=t", "-c", "user.email=t@t"]
                subprocess.run(git + ["init", "-q"], check=True)
                subprocess.run(git + ["add", "-A"], check=True)
                subprocess.run(git + ["commit", "-q", "-m", "before"], check=True)
        return [str(p) for p in check(Tree(root))]


class Includes(unittest.TestCase):
    def says(self, path, line, layout=LAYOUT):
        extra = {"src/base/a.h": "", "src/api/a.h": "", "src/store/a.h": ""}
        return found(includes.check, {**extra, path: "// about\n" + line + "\n", "cmake/layout.cmake": layout})

    def test_a_room_may_use_what_the_table_says(self):
        self.assertEqual(self.says("src/api/b.cc", '#include "store/a.h"'), [])
        self.assertEqual(self.says("src/api/b.cc", "#include <vector>"), [])

    def test_a_room_may_not_use_another(self):
        out = self.says("src/store/b.cc", '#include "api/a.h"')
        self.assertEqual(len(out), 1)
        self.assertTrue(out[0].startswith("src/store/b.cc:2: store may not use api"), out)

    def test_libraries_of_the_table_are_no_rooms(self):
        out = self.says("src/base/b.h", '#include "store/a.h"')
        self.assertIn("base may not use store", out[0])

    def test_headers_are_named_from_src(self):
        self.assertIn('"api/a.h"', self.says("src/api/b.cc", '#include "a.h"')[0])
        self.assertIn('"store/a.h"', self.says("src/api/b.cc", "#include <store/a.h>")[0])

    def test_a_folder_outside_the_table_is_refused(self):
        self.assertIn("no room of the table", self.says("src/util/b.cc", "")[0])

    def test_rooms_that_use_each_other_are_refused(self):
        out = self.says("src/api/b.cc", "", LAYOUT.replace("store DEPS base", "store DEPS base api"))
        self.assertIn("use each other", out[0])


class Lengths(unittest.TestCase):
    def test_a_long_file_is_refused(self):
        out = found(lengths.check, {"src/api/b.cc": "int a;\n" * 451})
        self.assertIn("451 lines, limit 450", out[0])

    def test_a_known_long_file_may_not_grow(self):
        list_ = {known.LIST: "lengths src/api/b.cc 460\n"}
        self.assertEqual(found(lengths.check, {**list_, "src/api/b.cc": "int a;\n" * 460}), [])
        self.assertIn("limit 460", found(lengths.check, {**list_, "src/api/b.cc": "int a;\n" * 461})[0])

    def test_nothing_may_pass_a_thousand_lines(self):
        out = found(lengths.check, {known.LIST: "lengths src/api/b.cc 2000\n", "src/api/b.cc": "int a;\n" * 1001})
        self.assertIn("never more than 1000", out[0])

    def test_an_exception_that_is_not_needed_must_go(self):
        out = found(lengths.check, {known.LIST: "lengths src/api/b.cc 460\n", "src/api/b.cc": "int a;\n"})
        self.assertIn("take the line out", out[0])

    def test_the_list_may_only_shrink(self):
        before = {known.LIST: "lengths src/a.cc 500\n", "src/a.cc": "int a;\n" * 500}
        longer = {known.LIST: "lengths src/a.cc 510\n", "src/a.cc": "int a;\n" * 510}
        self.assertIn("grew from 500 to 510", found(lengths.check, longer, before=before)[0])
        more = {known.LIST: before[known.LIST] + "lengths src/b.cc 500\n", "src/b.cc": "int a;\n" * 500}
        self.assertIn("may only shrink", found(lengths.check, more, before=before)[0])

    def test_a_long_function_is_refused_by_name(self):
        body = "  call();\n" * 70
        out = found(lengths.check, {"src/a.cc": "namespace p {\n\nint Thing::f(int a,\n  int b) {\n%s}\n}\n" % body})
        self.assertEqual(out, ["src/a.cc:3: Thing::f has 73 lines, limit 70: name its steps as functions"])

    def test_functions_are_found_and_nothing_else(self):
        text = '''namespace a::b {
struct S {
  int x = f({1, 2});
  S() : x(1) { g("{"); }
  auto m() const noexcept -> int { if (x) { return '{'; } return 0; }
};
enum class E { kA };
constexpr int kList[] = {1, 2};
auto k = [](int i) { return i; };
TEST(Suite, name) {
  for (;;) {
  }
}
// void no() {
bool operator==(const S& a, const S& b) { return true; }
}
'''
        self.assertEqual([(n, c) for n, _, c in lengths.functions(text)],
                         [("S", 1), ("m", 1), ("?", 1), ("TEST(Suite, name)", 4), ("operator==", 1)])


class Calls(unittest.TestCase):
    def says(self, path, code):
        return found(calls.check, {path: code + "\n"})

    def test_banned_calls_name_their_replacement(self):
        for path, code, instead in (
                ("src/node/a.cc", 'int r = std::system("ls");', "processes"),
                ("src/node/a_test.cc", "std::this_thread::sleep_for(1s);", "wait for the event"),
                ("src/node/a.cc", "runtime::block_for(1);", "arm a timer"),
                ("src/store/a.cc", "auto t = std::chrono::system_clock::now();", "Clock"),
                ("src/store/a.cc", "auto t = time(nullptr);", "Clock"),
                ("src/controllers/x/a.cc", "std::thread t(f);", "executor"),
                ("src/node/pod_plan.cc", "std::thread t(f);", "executor"),
                ("src/scheduler/a.cc", "#include <boost/asio/post.hpp>", "no Asio"),
                ("src/api/a.h", "#include <sqlite3.h>", "no SQLite"),
                ("src/client/a.cc", "std::set<Pod*> pods;", "not by address"),
                ("src/http/a.h", "#include <boost/beast/http.hpp>", "too heavy"),
                ("src/http/a.cc", "throw 1;", "Status"),
        ):
            out = self.says(path, code)
            self.assertEqual(len(out), 1, (path, code, out))
            self.assertTrue(out[0].startswith(path + ":1: "), out)
            self.assertIn(instead, out[0])

    def test_the_same_words_are_fine_elsewhere(self):
        for path, code in (
                ("src/runtime/clock.cc", "auto t = std::chrono::system_clock::now();"),
                ("src/store/a.cc", "std::thread t(f);"),
                ("src/node/a.cc", '// std::system("ls") is banned\nauto s = "throw sleep(1)";'),
                ("src/api/a.cc", "auto t = event.time();  pod.exit(); clock.sleep(5);"),
                ("src/net/a.cc", "#include <boost/asio/post.hpp>"),
        ):
            self.assertEqual(self.says(path, code), [], (path, code))


class Names(unittest.TestCase):
    def test_machine_paths_and_hosts_are_refused(self):
        out = found(names.check, {"a.md": "see /wor" + "k/shared/x here\n", "b.cc": "pull(\"quay" + ".io/x\");\n"})
        self.assertEqual([line.split(":")[0] for line in out], ["a.md", "b.cc"])

    def test_paths_that_every_machine_has_are_fine(self):
        self.assertEqual(found(names.check, {"a.md": "/var/lib/proa, src/work/x, k8s.io/api\n"}), [])


class Pages(unittest.TestCase):
    def says(self, walk, **more):
        return found(pages.check, {"src/base/a.h": "", "src/api/a.h": "", "cmake/layout.cmake": LAYOUT,
                                   "src/README.md": walk, **more})

    def test_the_walk_names_each_room_and_no_other(self):
        self.assertEqual(self.says("| `base/` | x |\n| `api/` | x |\n"), [])
        self.assertIn("src/api/ has no line", self.says("| `base/` | x |\n")[0])
        self.assertIn("does not exist", self.says("| `base/` | x |\n| `api/` | x |\n| `store/` | x |\n")[0])

    def test_links_lead_somewhere(self):
        walk = "| `base/` | x |\n| `api/` | x |\n"
        self.assertEqual(self.says(walk + "[a](base/a.h) [b](https://example.com)\n"), [])
        self.assertIn("leads nowhere", self.says(walk + "[a](none.md)\n")[0])


class Shell(unittest.TestCase):
    def test_scripts_parse_stop_at_errors_and_can_start(self):
        good = "#!/bin/sh\nset -eu\n" + "true\n" * 5
        self.assertEqual(found(shell.check, {"a.sh": good}), [])
        self.assertIn("a.sh:3", found(shell.check, {"a.sh": "#!/bin/sh\nset -e\nif; then\n"})[0])
        self.assertIn("passed over", found(shell.check, {"a.sh": good.replace("set -eu\n", "true\n")})[0])
        self.assertIn("no first line", found(shell.check, {"a.sh": "set -eu\n"})[0])


class Headers(unittest.TestCase):
    def test_a_header_that_needs_another_fails(self):
        sys.modules.pop("headers", None)
        import headers
        with tempfile.TemporaryDirectory() as root:
            top = pathlib.Path(root)
            (top / "src/api").mkdir(parents=True)
            (top / "src/api/good.h").write_text("#pragma once\n#include <string>\nstruct A { std::string s; };\n")
            (top / "src/api/bad.h").write_text("#pragma once\nstruct A { std::string s; };\n")
            (top / "src/api/twice.h").write_text("struct A {};\n")
            flags = ["-I" + str(top / "src")]
            self.assertIsNone(headers.compile_alone("src/api/good.h", flags))
            self.assertIn("error", headers.compile_alone("src/api/bad.h", flags))
            self.assertIn("redefinition", headers.compile_alone("src/api/twice.h", flags))


class Bare(unittest.TestCase):
    def test_comments_and_literals_go_and_lines_stay(self):
        text = 'a; // b\n/* c\n d */ e("f\\"g", \'h\', 1\'000);\nR"x(i\n)x" j;\n'
        self.assertEqual(bare(text).split(), ["a;", "e(", ",", ",", "1'000);", "j;"])
        self.assertEqual(bare(text).count("\n"), text.count("\n"))


def main():
    result = unittest.main(exit=False, verbosity=1, argv=sys.argv).result
    bad = len(result.failures) + len(result.errors)
    sys.stderr.flush()
    print("%d passed, %d failed, %d skipped" % (result.testsRun - bad - len(result.skipped), bad,
                                               len(result.skipped)))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
