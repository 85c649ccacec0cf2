"""Rules of headers: what is said of each function that is declared."""
# SPDX-License-Identifier: MIT OR Apache-2.0

import re

_ATTRIBUTE = re.compile(
    r"__attribute__\s*\(\((?:[^()]|\([^()]*\))*\)\)")
_PROTOTYPE = re.compile(
    r"(?P<marks>(?:TRIO_[A-Z_]+(?:\([^()]*\))?\s+)*)"
    r"(?P<type>(?:\w+[\s*]+)+)(?P<name>\w+)\s*\(")
_CALL = re.compile(r"\b(trio_\w+)\(")


# These return what they were given: dropping that loses nothing.
_MAY_BE_DROPPED = {"trio_fail", "trio_fail_bare", "trio_fail_os"}


class Declaration:
    """A function that a header declares or defines inline."""

    def __init__(self, match, line, comment):
        self.name = match["name"]
        self.type = match["type"].split()
        self.marks = match["marks"].split()
        self.line = line
        self.comment = comment

    def returns_status(self):
        """Whether it returns a trio_status, not a pointer to one."""
        return self.type[-1] == "trio_status"


def mark_directives(code):
    """Yields (line, whether it belongs to a directive) for each line."""
    continued = False
    for line in code:
        directive = continued or line.lstrip().startswith("#")
        continued = directive and line.rstrip().endswith("\\")
        yield line, directive


def statements(code):
    """Yields (line, text) for each statement outside braces."""
    text, start, depth = "", 0, 0
    for number, (line, directive) in enumerate(mark_directives(code), 1):
        if directive or re.fullmatch(r"TRIO_(BEGIN|END)_DECLS\s*", line):
            continue
        for char in line + "\n":
            if not text.strip():
                text, start = "", number
            if depth == 0:
                text += char
            depth += (char == "{") - (char == "}")
            # A body after a parameter list ends a statement; so does `;`.
            is_function = re.search(r"\)\s*\{$", text) is not None
            if depth == 0 and (char == ";" or char == "}" and is_function):
                yield start, text
                text = ""


def comment_above(lines, number):
    """The comment that ends on the line before `number`."""
    first = number - 1
    while first > 0 and lines[first - 1].startswith("//"):
        first -= 1
    return "\n".join(lines[first:number - 1])


def declarations(source):
    """Yields each function of a header."""
    for line, text in statements(source.code):
        if re.match(r"\s*typedef\b", text) or re.search(r"\{\s*;$", text):
            continue  # A type.
        text = " ".join(_ATTRIBUTE.sub("", text).split())
        text = re.sub(r"^((static|inline|extern) )+", "", text)
        match = _PROTOTYPE.match(text)
        if match:
            yield Declaration(match, line, comment_above(source.lines, line))


def example_lines(sources):
    """Yields each line of the examples: the programs, what is indented in the
    comments of the public headers, and the macros that stand for functions."""
    for source in sources:
        if source.is_c and source.is_in("examples"):
            yield from source.code
        elif source.is_in("include/trio"):
            yield from (line for line in source.lines
                        if line.startswith("//     "))
            yield from (line for line, directive
                        in mark_directives(source.code) if directive)


def check_example(declaration, shown):
    """A public function is called in an example."""
    if not declaration.name.endswith("_") and declaration.name not in shown:
        yield f"{declaration.name}: in no example"


def check_prose(declaration):
    """A public function says when it is a checkpoint, and what it returns."""
    if "// Checkpoint:" not in declaration.comment:
        yield f"{declaration.name}: no `Checkpoint:` in its comment"
    if declaration.returns_status() and (
            "// Returns:" not in declaration.comment):
        yield f"{declaration.name}: returns a status, says no `Returns:`"


def check_marks(declaration):
    """A status may not be dropped."""
    must_be_used = {"TRIO_CHECKPOINT", "TRIO_MUST_USE"}
    if (declaration.returns_status()
            and declaration.name not in _MAY_BE_DROPPED
            and not must_be_used & set(declaration.marks)):
        yield (f"{declaration.name}: returns a status; "
               "mark it TRIO_CHECKPOINT or TRIO_MUST_USE")


def check(sources):
    """Applies the rules of this file."""
    shown = set()
    for line in example_lines(sources):
        shown.update(_CALL.findall(line))
    for source in sources:
        if not source.path.endswith(".h"):
            continue
        rules = [check_marks]
        if source.is_in("include/trio"):
            rules += [check_prose, lambda each: check_example(each, shown)]
        for declaration in declarations(source):
            for rule in rules:
                for message in rule(declaration):
                    yield source.path, declaration.line, message
