"""The files of the tree, as the rules see them."""
# SPDX-License-Identifier: MIT OR Apache-2.0

import os
import re

SKIPPED = {".git", "out", "__pycache__", "corpus"}
C_SUFFIXES = (".c", ".h", ".cc")

# What is not code: comments, strings, characters.
_NOT_CODE = re.compile(
    r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.S)


class Source:
    """One text file: its path below the root, its lines, its code."""

    def __init__(self, path, text):
        self.path = path
        self.folder, _, self.name = path.rpartition("/")
        self.text = text
        self.lines = text.splitlines()
        self.is_c = path.endswith(C_SUFFIXES)
        # The same lines with all that is not code blanked.
        self.code = blank(text).splitlines() if self.is_c else []

    def is_in(self, *folders):
        """Whether it lies in one of the folders, or below."""
        return any(self.path.startswith(folder + "/") for folder in folders)


def blank(text):
    """Replaces what is not code by spaces; keeps the lines as they are."""
    return _NOT_CODE.sub(lambda match: re.sub(r"\S", " ", match[0]), text)


def read_sources(root):
    """Every text file below the root, in order."""
    sources = []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(set(folders) - SKIPPED)
        for name in sorted(names):
            path = os.path.join(folder, name)
            if name in SKIPPED or os.path.islink(path):
                continue
            try:
                with open(path, encoding="utf-8") as file:
                    text = file.read()
            except UnicodeDecodeError:
                continue
            sources.append(Source(os.path.relpath(path, root), text))
    return sources
