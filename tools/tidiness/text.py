"""Rules of form: lengths, white space, licence, words."""
# SPDX-License-Identifier: MIT OR Apache-2.0

import re

COLUMNS_MAX = 80
FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 600

LICENCE = "SPDX-License-Identifier: MIT OR Apache-2.0"
# Nothing but the mark of a comment stands before it.
LICENCE_LINE = re.compile(r"^\W*" + LICENCE + r"\W*$", re.MULTILINE)

# Written so that this file does not contain what it looks for.
MARKS = re.compile(r"\b(TO[D]O|FIX[M]E|XX[X]|HAC[K])\b")
# What belongs to somebody's desk, not to the project.
WORDS = re.compile(r"\b(sess[i]ons?|CE[O])\b")
PATHS = re.compile(r"(?<![\w.])/(roo[t]|wor[k]|hom[e])/")


def is_program(source):
    """Whether somebody wrote it in a programming language."""
    return (source.path.endswith((".c", ".h", ".cc", ".S", ".py", ".bzl"))
            or source.text.startswith("#!"))


def check_lines(source):
    """No line is too wide, ends in blanks or is indented by a tab."""
    for number, line in enumerate(source.lines, 1):
        if len(line) > COLUMNS_MAX:
            yield number, f"{len(line)} columns, more than {COLUMNS_MAX}"
        if line != line.rstrip():
            yield number, "blanks at the end of the line"
        if line.startswith("\t") and not source.path.endswith(".S"):
            yield number, "indented by a tab, not by 4 spaces"


def check_file(source):
    """Not too long; says its licence; ends with a newline."""
    if len(source.lines) > FILE_LINES_MAX:
        yield 1, f"{len(source.lines)} lines, more than {FILE_LINES_MAX}"
    if not LICENCE_LINE.search(source.text) and source.path[-4:] != ".bzl":
        yield 1, f"no line `{LICENCE}`"
    if not source.text.endswith("\n"):
        yield len(source.lines), "no newline at the end of the file"


def check_functions(source):
    """No function is too long. Its braces are those at the margin."""
    start = None
    for number, line in enumerate(source.code, 1):
        if line.rstrip() == "{":
            start = number
        elif line.startswith("}") and start is not None:
            length = number - start + 1
            if length > FUNCTION_LINES_MAX:
                yield start, (f"a function of {length} lines, "
                              f"more than {FUNCTION_LINES_MAX}")
            start = None


def check_words(source):
    """No left-over marks, nothing that is not about the project."""
    for number, line in enumerate(source.lines, 1):
        for pattern, why in (
            (MARKS, "do it, or write a decision record"),
            (WORDS, "not a word of this project"),
            (PATHS, "a path of somebody's machine"),
        ):
            match = pattern.search(line)
            if match:
                yield number, f"`{match[0]}`: {why}"


def check(sources):
    """Applies the rules of this file."""
    for source in sources:
        rules = [check_words]
        if is_program(source):
            rules += [check_lines, check_file, check_functions]
        for rule in rules:
            for number, message in rule(source):
                yield source.path, number, message
