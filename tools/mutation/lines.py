"""Mutants: one line of a source, with a mistake in it."""
# SPDX-License-Identifier: MIT OR Apache-2.0

import collections
import hashlib
import re

Mutant = collections.namedtuple("Mutant", "path line old new rule key")

# A literal or a comment: nothing in it is an operator.
OPAQUE = re.compile(r'"(?:\\.|[^"\\])*"|' r"'(?:\\.|[^'\\])*'|//.*")

# By rule: what stands in a line, and what comes in its place.
SWAPS = [
    ("comparison", r" == ", " != "),
    ("comparison", r" != ", " == "),
    ("comparison", r" < ", " <= "),
    ("comparison", r" <= ", " < "),
    ("comparison", r" > ", " >= "),
    ("comparison", r" >= ", " > "),
    ("junction", r" && ", " || "),
    ("junction", r" \|\| ", " && "),
    ("off by one", r" [-+] 1\b(?!\.)", ""),
    ("off by one", r"\+\+", "--"),
    ("off by one", r"--(?!\w*\")", "++"),
    ("sign", r" \+ ", " - "),
    ("sign", r" - ", " + "),
    ("constant", r"\btrue\b", "false"),
    ("constant", r"\bfalse\b", "true"),
    ("constant", r"\b0\b(?!\.)", "1"),
    ("constant", r"\b1\b(?!\.)", "0"),
    ("constant", r"\bTRIO_OK\b", "TRIO_EINVAL"),
    ("constant", r"\bTRIO_E(?!INVAL)[A-Z]+\b", "TRIO_EINVAL"),
    ("negation", r"!(?=[\w(])", ""),
]
SWAPS = [(rule, re.compile(old), new) for rule, old, new in SWAPS]

# What only says what holds anyway.
ASSERTION = re.compile(r"\s+TRIO_ASSERT\(")

CONDITION = re.compile(r"\b(?:if|while) \(")
STATEMENT = re.compile(
    r"^\s+(?:(?:\(void\))?[\w.>\-\[\]]+\(.*\)"  # A call,
    r"|\*?[\w.>\-\[\]()*]+ [-+|&^*/]?=(?!=) .*"  # an assignment,
    r"|(?:\+\+|--)?[\w.>\-\[\]]+(?:\+\+|--)?"  # a step,
    r"|break|continue|return|goto \w+);$")
BEFORE_STATEMENT = re.compile(r"(?:[;{}:)]|\belse|\bdo)$|^$")


def without_literals(line):
    """The line, as long as before, with blanks for what is no code."""
    return OPAQUE.sub(lambda match: " " * len(match[0]), line).rstrip()


def negated(line, code):
    """The line with its condition turned round, or None."""
    match = CONDITION.search(code)
    if match is None:
        return None
    depth = 0
    for at in range(match.end() - 1, len(code)):
        depth += {"(": 1, ")": -1}.get(code[at], 0)
        if depth == 0:
            return f"{line[:match.end()]}!({line[match.end():at]}){line[at:]}"
    return None


def changes(line, code, code_before):
    """Yields a rule and the changed line, for all changes of a line."""
    for rule, old, new in SWAPS:
        for match in old.finditer(code):
            yield rule, line[:match.start()] + new + line[match.end():]
    turned = negated(line, code)
    if turned is not None:
        yield "condition", turned
    if STATEMENT.match(code) and BEFORE_STATEMENT.search(code_before):
        yield "deletion", re.match(r"\s*", line)[0] + ";"


def key_of(path, number_of_twin, old, new):
    """A number of its own, whatever becomes of the other lines."""
    text = "\0".join((path, str(number_of_twin), old.strip(), new.strip()))
    return hashlib.sha256(text.encode()).hexdigest()


def mutants_of(path, text):
    """Every mutant of a source; `path` is what it is called."""
    found, twins = [], collections.Counter()
    code_before, in_function = "", False
    for number, line in enumerate(text.splitlines(), 1):
        code = without_literals(line)
        # A brace of its own at the margin is a function's.
        if code[:1] in ("{", "}"):
            in_function = code == "{"
        if in_function and code[:1] == " " and not ASSERTION.match(code):
            for rule, new in changes(line, code, code_before):
                twins[line, new] += 1
                key = key_of(path, twins[line, new], line, new)
                found.append(Mutant(path, number, line, new, rule, key))
        code_before = code.strip()
    return found


def sample(mutants, seed, count):
    """Chooses some, and the same again while their lines stay as they are."""
    return sorted(mutants, key=lambda mutant: hashlib.sha256(
        f"{seed} {mutant.key}".encode()).digest())[:count]
