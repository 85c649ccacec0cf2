"""Which tests find a mutant."""
# SPDX-License-Identifier: MIT OR Apache-2.0

import bisect
import collections
import pathlib
import tempfile

from mutation import programs
from mutation.programs import Failed

Verdict = collections.namedtuple("Verdict", "word by seconds")

ORIGIN = "__sanitizer_cov_trace_pc"


class Bench:
    """The library as it is, its tests, and who of them goes where."""

    def __init__(self, folder):
        """Builds all of it in a folder."""
        self.folder = folder
        self.files = programs.files()
        self.programs = programs.programs()
        self.objects = {}  # By source.
        self.includes = {}  # By source, all that goes into it.
        self.seconds = {}  # By program.
        self.reached = {}  # By file, line by line, a set of programs.
        self.build()
        self.trace()

    def build(self):
        """Compiles everything, with notes of where a program goes."""
        tests = {path for program in self.programs for path in program.sources}
        sources = [*self.files, *programs.kit(), *sorted(tests)]
        for path, (result, includes) in zip(sources, programs.in_parallel(
                lambda path: programs.compile_source(path, self.folder),
                sources)):
            self.objects[path] = result
            self.includes[path] = includes
        programs.run(("ar", "rcs", str(self.folder / "kit.a"),
                      *(str(self.objects[path]) for path in programs.kit())))

    def trace(self):
        """Runs every test, and sees where it goes."""
        folder = self.folder / "traced"
        folder.mkdir()
        notes = folder / "trace.o"
        programs.run((*programs.COMPILE, "-c", str(
            pathlib.Path(__file__).parent / "trace.c"), "-o", str(notes)))
        traced = programs.in_parallel(
            lambda path: programs.compile_source(
                path, folder, flags=programs.TRACED)[0], self.files)
        whole = programs.archive([notes, *traced], folder / "library.o")
        ends = programs.in_parallel(
            lambda program: self.trace_one(program, whole, folder),
            self.programs)
        for name, end, _ in ends:
            if not end.passed:
                print(f"{name} fails by itself, and is left out:\n"
                      f"{end.text[-500:]}", flush=True)
        self.programs = [program for program, (_, end, _) in
                         zip(self.programs, ends) if end.passed]
        self.locate({name: blocks for name, end, blocks in ends if end.passed},
                    whole)

    def trace_one(self, program, whole, folder):
        """Runs one test twice; returns its end and the blocks it was in."""
        path = folder / program.name.replace("/", "-")
        notes = path.with_suffix(".trace")
        self.link(program, map(self.objects.get, self.files), path)
        end = self.execute(path, program, 120)
        self.seconds[program.name] = end.seconds
        if end.passed:
            self.link(program, [whole], path)
            self.execute(path, program, 300, MUTATION_TRACE=str(notes))
        path.unlink()
        data = notes.read_bytes() if notes.exists() else b""
        return program.name, end, [at for at, byte in enumerate(data) if byte]

    def link(self, program, library, path):
        """Links a test with a library."""
        tests = [self.objects[source] for source in program.sources]
        programs.link([*library, *tests, self.folder / "kit.a"], path)

    @staticmethod
    def execute(path, program, seconds, **environment):
        """Runs a program in a folder of its own."""
        with tempfile.TemporaryDirectory() as folder:
            return programs.execute(path, program, folder, seconds,
                                    **environment)

    def locate(self, offsets, whole):
        """Finds out which lines the blocks are."""
        symbols = programs.run(("nm", str(whole)))
        origin = next(int(line.split()[0], 16) for line in symbols.split("\n")
                      if line.endswith(f"T {ORIGIN}"))
        every = sorted({at for blocks in offsets.values() for at in blocks})
        text = programs.run(
            ("addr2line", "-e", str(whole), "-j", ".text"),
            input="".join(f"{origin + at - 1:#x}\n" for at in every))
        lines = {}
        for at, place in zip(every, text.splitlines()):
            path, _, number = place.split(" ")[0].rpartition(":")
            path = path.removeprefix(f"{programs.ROOT}/").removeprefix("./")
            lines[at] = (path, int(number) if number.isdigit() else 0)
        for name, blocks in offsets.items():
            for at in blocks:
                path, number = lines[at]
                by_line = self.reached.setdefault(path, {})
                by_line.setdefault(number, set()).add(name)

    def tests_of(self, mutant):
        """The programs that go where a mutant is, the likeliest first."""
        by_line = self.reached.get(mutant.path, {})
        numbers = sorted(by_line)
        at = bisect.bisect_right(numbers, mutant.line)
        names = by_line[numbers[at - 1]] if at > 0 else set()
        noun = pathlib.Path(mutant.path).stem
        return sorted((program for program in self.programs
                       if program.name in names
                       and self.seconds[program.name] < programs.SLOW),
                      key=lambda program: (
                          f"/{noun}_" not in program.name,
                          self.seconds[program.name]))

    def judge(self, mutant):
        """Returns who finds a mutant."""
        with tempfile.TemporaryDirectory() as name:
            try:
                changed = self.compile_mutant(mutant, pathlib.Path(name))
            except Failed:
                return Verdict("no program", "", 0)
            if not changed:
                return Verdict("the same", "", 0)
            return self.try_tests(mutant, changed, pathlib.Path(name))

    def compile_mutant(self, mutant, folder):
        """Compiles what a mutant changes; returns objects by source."""
        text = (programs.ROOT / mutant.path).read_text().split("\n")
        text[mutant.line - 1] = mutant.new
        users = [path for path in self.files
                 if mutant.path in self.includes[path]]
        tree = folder / "tree"
        self.shadow(tree, mutant.path, "\n".join(text))
        changed = {}
        for path in users:
            result, _ = programs.compile_source(path, folder, tree)
            if result.read_bytes() != self.objects[path].read_bytes():
                changed[path] = result
        return changed

    @staticmethod
    def shadow(tree, path, text):
        """Makes a tree like ours, all links but for one file."""
        here, real = tree, programs.ROOT
        for part in pathlib.Path(path).parts:
            here.mkdir()
            for entry in real.iterdir():
                if entry.name != part:
                    (here / entry.name).symlink_to(entry)
            here, real = here / part, real / part
        here.write_text(text)

    def try_tests(self, mutant, changed, folder):
        """Runs the tests of a mutant until one fails."""
        objects = [changed.get(path, self.objects[path])
                   for path in self.files]
        spent = 0
        for program in self.tests_of(mutant):
            result = folder / "program"
            self.link(program, objects, result)
            limit = programs.TIMEOUT * (1 + self.seconds[program.name])
            end = self.execute(result, program, limit)
            spent += end.seconds
            if not end.passed:
                return Verdict("killed", program.name, spent)
        return Verdict("SURVIVED", "", spent)
