"""Rules of the tree as a whole: what has to stand beside what."""
# SPDX-License-Identifier: MIT OR Apache-2.0

import re

SEMANTICS = "docs/semantics.md"
RULE = re.compile(r"\W*\bS(\d+[a-z]?)\b")
CITATION = re.compile(r"\bS(\d+[a-z]?)\b")

# Headers that promise nothing by themselves.
WITHOUT_TEST = {"backend", "base", "note", "trio"}


def check_rules(sources):
    """Each rule of the semantics is cited by a test; each citation is real."""
    defined, tested = {}, set()
    for source in sources:
        if source.path == SEMANTICS:
            for number, line in enumerate(source.lines, 1):
                match = RULE.match(line)
                if match:
                    defined.setdefault(match[1], number)
    for source in sources:
        if not source.is_in("include", "core", "io", "sim", "tests"):
            continue
        for number, line in enumerate(source.lines, 1):
            for rule in CITATION.findall(line):
                if rule not in defined:
                    yield source.path, number, f"S{rule}: no such rule"
                if source.is_in("tests"):
                    tested.add(rule)
    for rule, number in defined.items():
        if rule not in tested:
            yield SEMANTICS, number, f"S{rule}: cited by no test"


def check_stems(sources):
    """Each public header has a test of its name."""
    paths = {source.path for source in sources}
    for source in sources:
        match = re.fullmatch(r"include/trio/(\w+)\.h", source.path)
        if not match or match[1] in WITHOUT_TEST:
            continue
        test = f"tests/{match[1]}_test.c"
        if test not in paths:
            yield source.path, 1, f"no test of its name, {test}"


def check(sources):
    """Applies the rules of this file."""
    yield from check_rules(sources)
    yield from check_stems(sources)
