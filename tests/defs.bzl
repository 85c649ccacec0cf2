"""How a test is declared.

A file tests/<noun>_test.c becomes the test //tests:<noun>_test by itself. Say
more about it in tests/BUILD only where there is more to say: a tag, a size.

Tags:
    many_tasks    more than 5,000 live tasks: not under a thread sanitizer
    no_sanitizer  not under any sanitizer
    no_tsan       not under ThreadSanitizer
    no_valgrind   not under Valgrind
    no_qemu       not under qemu
    no_musl       not with musl
    no_windows    not on Windows
    no_kqueue     not with the model of kqueue
    openssl       links OpenSSL, which there is for this machine only
    real_world    uses the real clock or the real kernel
    cmocka        set by the macro: see trio_tests
"""

load("@rules_cc//cc:defs.bzl", "cc_test")

def trio_test(
        name,
        srcs = None,
        deps = [],
        tags = [],
        size = "small",
        **kwargs):
    """A program of the project's runner, linked with the simulated world.

    Args:
      name: the test's name, and by default its source's without `.c`.
      srcs: the sources, if they are others.
      deps: what it needs besides the runner and //:trio_sim.
      tags: see above.
      size: `small` (1 minute) to `enormous` (1 hour).
      **kwargs: anything else that cc_test takes.
    """
    cc_test(
        name = name,
        size = size,
        srcs = srcs or [name + ".c"],
        tags = tags,
        deps = deps + [
            "//tests:check",
            "//:trio_sim",
        ],
        **kwargs
    )

def trio_tests(srcs, tags = {}, sizes = {}, deps = {}, posix = []):
    """For each source a trio_test, and the same cases as tests of cmocka.

    The latter are <noun>_cmocka_test; they are for a plain x86-64 build.

    Args:
      srcs: files named <noun>_test.c.
      tags: by the test's name, a list of tags.
      sizes: by the test's name, a size other than small.
      deps: by the test's name, what it needs besides.
      posix: names of tests that call POSIX.
    """
    tags = dict(tags)
    for name in posix:
        tags[name] = tags.get(name, []) + ["no_windows"]
    names = [src[:-len(".c")] for src in srcs]
    for name in sorted(tags.keys() + sizes.keys() + deps.keys()):
        if name not in names:
            fail("there is no tests/%s.c" % name)
    for name in names:
        trio_test(
            name = name,
            size = sizes.get(name, "small"),
            tags = tags.get(name, []),
            deps = deps.get(name, []),
        )
        trio_test(
            name = name[:-len("test")] + "cmocka_test",
            srcs = [
                name + ".c",
                "cmocka_bridge.c",
            ],
            linkopts = ["-lcmocka"],
            size = sizes.get(name, "small"),
            tags = tags.get(name, []) + ["cmocka"],
            deps = deps.get(name, []),
        )
