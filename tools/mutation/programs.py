"""The library and its tests, built by the compiler itself, piece by piece."""
# SPDX-License-Identifier: MIT OR Apache-2.0

import collections
import concurrent.futures
import os
import pathlib
import re
import resource
import signal
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORKERS = os.cpu_count() or 1

# Folders of the library that are not for this system, or no part of it.
ELSEWHERE = re.compile(r"io/(?:tls|bsd|macos|windows)/|sim/runner/")
COMPILE = ("gcc", "-std=c11", "-O1", "-w", "-fstack-clash-protection",
           "-D_GNU_SOURCE", "-I", "include", "-I", ".")
OF_IO = ("-D_FILE_OFFSET_BITS=64",)  # As its BUILD has it.
TRACED = ("-O0", "-g1", "-fsanitize-coverage=trace-pc")

# Tests with needs of their own, or about nothing that is mutated.
NOT_TESTS = re.compile(
    r"tests/(?:cancel_moments|depth|golden|kqueue|many_connections|"
    r"rapidcheck|tls|world_contract/windows)")

TIMEOUT = 5  # In seconds, and as many times what the program takes by itself.
SLOW = 12  # In seconds, too: such tests are not tried.
MEMORY = 6 << 30  # Of an address space; a mutant may well allocate for ever.

# How they are run, as "$0".
TEST = 'exec "$0"'
SCENARIO = 'exec "$0" --runs=200'
MISUSE = f'exec {ROOT}/tests/misuse/misuse_test.sh "$0"'

Program = collections.namedtuple("Program", "name sources script")
End = collections.namedtuple("End", "passed seconds text")


class Failed(Exception):
    """What a command has said that had to succeed."""


def run(command, **kwargs):
    """Runs a command that has to succeed; returns what it wrote."""
    result = subprocess.run(command, text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, check=False, **kwargs)
    if result.returncode != 0:
        raise Failed(result.stdout.strip() or f"{command[0]} failed")
    return result.stdout


def in_parallel(function, items):
    """What a function returns for each, in their order."""
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(function, items))


def matching(*patterns):
    """The paths of the tree's files that match, in order."""
    return sorted({str(path.relative_to(ROOT))
                   for pattern in patterns for path in ROOT.glob(pattern)})


def files():
    """The sources of the library that are built here."""
    machine = os.uname().machine
    return [path for path in matching("core/**/*.c", f"core/arch/*{machine}*.S",
                                      "io/**/*.c", "sim/**/*.c")
            if not ELSEWHERE.match(path)]


def kit():
    """What tests share: they take of it what they need."""
    return [path for path in matching("tests/*.c", "tests/posix/*.c",
                                      "tests/streams/*.c")
            if not path.endswith(("_test.c", "_scenario.c",
                                  "cmocka_bridge.c"))]


def programs():
    """The tests: programs with a name each."""
    guards = matching("sim/runner/guard*.c")
    runner = matching("sim/runner/*.c", "sim/runner/posix/*.c")
    contract = [path for path in matching("tests/world_contract/*.c")
                if not path.endswith("_test.c")]
    found = []
    for path in matching("tests/*_test.c"):
        found.append(Program(path[:-2], [path, *guards], TEST))
    for path in matching("tests/world_contract/*_world_test.c"):
        found.append(Program(path[:-2], [path, *contract, *guards], TEST))
    for path in matching("tests/scenarios/*_scenario.c"):
        found.append(Program(path[:-2], [path, *runner], SCENARIO))
    misuse = [path for path in matching("tests/misuse/*.c")
              if not path.endswith("/tls.c")]
    found.append(Program("tests/misuse", [*misuse, *guards], MISUSE))
    return [program for program in found if not NOT_TESTS.match(program.name)]


def object_of(folder, path):
    """Where the object of a source lies."""
    return folder / (path.replace("/", "-") + ".o")


def compile_source(path, folder, tree=ROOT, flags=()):
    """Compiles a source; returns its object and what it includes."""
    result = object_of(folder, path)
    if path.startswith("io/"):
        flags = (*OF_IO, *flags)
    run((*COMPILE, *flags, "-MMD", "-c", path, "-o", str(result)), cwd=tree)
    words = result.with_suffix(".d").read_text().replace("\\\n", " ").split()
    return result, words[1:]


def archive(objects, result):
    """Makes one object of many; returns it."""
    run(("ld", "-r", *map(str, objects), "-o", str(result)))
    return result


def link(objects, result):
    """Links a test of its objects."""
    run(("gcc", "-no-pie", "-fuse-ld=lld", *map(str, objects),
         f"@{ROOT}/sim/runner/guards.ld", "-lm", "-pthread", "-o",
         str(result)))


def limit():
    """Holds a process back that a mistake has run wild in."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))


def execute(path, program, folder, seconds, **environment):
    """Runs a program in a folder, with a time limit; returns its end."""
    began = time.monotonic()
    with subprocess.Popen(
            ("sh", "-c", program.script, str(path)), cwd=folder, text=True,
            errors="replace", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True,
            preexec_fn=limit,  # pylint: disable=subprocess-popen-preexec-fn
            env={**os.environ, "CHECK_RUNS": "20", "TEST_TMPDIR": str(folder),
                 **environment}) as process:
        try:
            text, _ = process.communicate(timeout=seconds)
            code = process.returncode
        except subprocess.TimeoutExpired:
            text, code = "did not end", -signal.SIGKILL
        try:
            os.killpg(process.pid, signal.SIGKILL)  # And its children.
        except ProcessLookupError:
            pass
    return End(code == 0, time.monotonic() - began, text)
