"""Rules of the folders: what each may include and call."""
# SPDX-License-Identifier: MIT OR Apache-2.0

import re

INCLUDE = re.compile(r'\s*#\s*include\s+([<"][^>"]+[>"])')

PUBLIC = r"<trio/\w+\.h>"
# Comes with the compiler itself, on every platform.
FREESTANDING = r"<std(bool|def|int|arg|atomic|align|noreturn)\.h>|<limits\.h>"
LIBC = r"<(string|stdio|stdlib|inttypes|math|ctype|time|errno)\.h>"
ANY_SYSTEM = r"<.*>"

# The first folder that fits decides.
INCLUDES = (
    ("include/trio", (PUBLIC, FREESTANDING)),
    ("core/sync", (PUBLIC, r'"core/(error|operation|sync/\w+)\.h"')),
    ("core", (PUBLIC, FREESTANDING, r'"core/.*"')),
    ("io/tls", (PUBLIC, FREESTANDING, r"<(string|errno)\.h>",
                r"<openssl/\w+\.h>", r'"io/tls/.*"')),
    ("io/net", (PUBLIC, FREESTANDING, "<string.h>", r'"io/.*"')),
    ("io/posix", (ANY_SYSTEM, r'"io/(posix/)?\w+\.h"')),
    ("io/linux", (ANY_SYSTEM, r'"io/((posix|linux)/)?\w+\.h"')),
    ("io/bsd", (ANY_SYSTEM, r'"io/((posix|bsd)/)?\w+\.h"')),
    ("io/macos", (ANY_SYSTEM, r'"io/(posix/)?\w+\.h"')),
    ("io/windows", (ANY_SYSTEM, r'"io/(windows/)?\w+\.h"')),
    ("io", (ANY_SYSTEM, r'"io/\w+\.h"')),
    ("sim/runner/posix", (ANY_SYSTEM, r'"sim/(\w+/|runner/posix/)?\w+\.h"')),
    ("sim/runner/windows", (ANY_SYSTEM,
                            r'"sim/(\w+/|runner/windows/)?\w+\.h"')),
    ("sim/runner", (ANY_SYSTEM, r'"sim/(\w+/)?\w+\.h"')),
    ("sim", (PUBLIC, FREESTANDING, LIBC, r'"sim/.*"')),
    ("fuzz/rapidcheck", (ANY_SYSTEM, r'"fuzz/rapidcheck/.*"')),
    ("examples", (ANY_SYSTEM, r'"examples/.*"')),
    ("fuzz", (ANY_SYSTEM, r'"(fuzz|sim|examples)/.*"')),
    ("tests/layering", (r'".*"',)),  # The counterexamples.
    ("tests/examples", (ANY_SYSTEM, r'"(tests|examples)/.*"')),
    # Hashes of runs are private to the simulation.
    ("tests/schedules", (ANY_SYSTEM, r'"(sim/search|tests)/.*"')),
    ("tests", (ANY_SYSTEM, r'"tests/.*"')),
    ("bench", (ANY_SYSTEM, r'"bench/.*"')),
)

# The one home of what tends to spread.
SANITIZER = re.compile(r"\b(__(a|l|t|m)san_|__sanitizer_|VALGRIND_)|"
                       r"<(sanitizer|valgrind)/")
SANITIZER_HOMES = ("core/arch/annotate.h", "io/stack_tools.h",
                   "sim/runner/sanitizer.h", "tools/mutation/trace.c")

# No condition on the operating system in what is pure.
SYSTEM_CONDITION = re.compile(
    r"\s*#\s*(el)?if.*\b(__linux__|__unix__|__APPLE__|_WIN32|__FreeBSD__)\b")
PURE = ("core", "sim")

# (folders, or () for all; call; what to use instead)
BANNED = (
    ((), "alloca", "an array of a fixed size"),
    ((), "gets", "fgets"),
    ((), "longjmp|siglongjmp|setjmp|sigsetjmp", "a status"),
    ((), "rand|srand|random|drand48", "the random seam"),
    ((), "sprintf|vsprintf", "snprintf, vsnprintf"),
    ((), "strcpy|strcat|strncpy|strncat", "snprintf, or memcpy with a size"),
    ((), "strtok", "strchr"),
    (("core", "sim", "examples"), "sleep|usleep|nanosleep", "trio_sleep"),
    (("core", "io/bsd", "io/linux", "io/macos", "io/net", "io/posix", "sim",
      "examples"), "signal", "sigaction"),
    (("core", "io", "sim", "tests"), "assert", "TRIO_ASSERT, or CHECK"),
    (("core", "sim"), "time|clock_gettime|gettimeofday", "the clock seam"),
    (("core",), "malloc|calloc|realloc|free", "the memory seam"),
    (("core",), "abort|exit|_Exit|printf|fprintf|puts|snprintf|vsnprintf",
     "the report seam"),
    (("core", "sim"), "qsort|bsearch", "an order by sequence number"),
)

# Where a banned call is the only way.
NEEDED = {"signal": ("sim/runner/windows",)}

FLOATING_POINT = re.compile(r"\b(float|double)\b")


def check_includes(source):
    """Each folder includes only what its layer may see."""
    for folder, allowed in INCLUDES:
        if source.is_in(folder):
            break
    else:
        return
    for number, line in enumerate(source.lines, 1):
        match = INCLUDE.match(line)
        if not match or SANITIZER.search(line):
            continue
        if not any(re.fullmatch(pattern, match[1]) for pattern in allowed):
            yield number, f"{folder}/ may not include {match[1]}"


def check_calls(source):
    """Banned calls, with their replacement named."""
    for folders, names, instead in BANNED:
        if folders and not source.is_in(*folders):
            continue
        if source.is_in(*NEEDED.get(names, ())):
            continue
        call = re.compile(rf"(?<![\w.>])({names})\s*\(")
        for number, line in enumerate(source.code, 1):
            match = call.search(line)
            if match:
                yield number, f"{match[1]}: use {instead}"


def check_purity(source):
    """The pure folders do not know on which system they run."""
    if not source.is_in(*PURE):
        return
    for number, line in enumerate(source.code, 1):
        if SYSTEM_CONDITION.match(line):
            yield number, "a condition on the operating system"
        if FLOATING_POINT.search(line):
            yield number, "floating point; use 64-bit integers"


def check_sanitizers(source):
    """Sanitizers and Valgrind are spoken to in one place for each use."""
    if source.path in SANITIZER_HOMES:
        return
    for number, line in enumerate(source.code, 1):
        include = INCLUDE.match(source.lines[number - 1])
        if SANITIZER.search(include[1] if include else line):
            yield number, f"belongs into {' or '.join(SANITIZER_HOMES)}"


def check(sources):
    """Applies the rules of this file."""
    for source in sources:
        if not source.is_c:
            continue
        for rule in (check_includes, check_calls, check_purity,
                     check_sanitizers):
            for number, message in rule(source):
                yield source.path, number, message
