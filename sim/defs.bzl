"""How a program of scenarios is declared."""

load("@rules_cc//cc:defs.bzl", "cc_test")

def trio_scenarios(
        name,
        srcs = None,
        deps = [],
        corpus = None,
        size = "small",
        args = [],
        data = [],
        tags = [],
        **kwargs):
    """A test of scenarios, and the program that replays what it finds.

    `bazel test` tries each with a fixed budget and leaves token and report of
    each that failed in the test's undeclared outputs; `bazel run` takes the
    options that `--help` prints.

    Args:
      name: the test's name, and by default its source's without `.c`.
      srcs: the sources, if they are others.
      deps: what they need besides the library and the runner.
      corpus: a folder of files `<scenario>.token`, to be replayed first.
      size: `small` (1 minute) to `enormous` (1 hour).
      args: options; they come before those of `bazel run`.
      data: files that the scenarios need.
      tags: tags of the test.
      **kwargs: anything else that cc_test takes.
    """
    tokens = native.glob([corpus + "/*.token"]) if corpus else []
    if tokens:
        args = ["--corpus=%s/%s" % (native.package_name(), corpus)] + args
    cc_test(
        name = name,
        size = size,
        srcs = srcs or [name + ".c"],
        args = args,
        data = data + tokens,
        # The runner is the main, whatever else `deps` bring along.
        deps = ["//sim:main"] + deps + ["//:trio_sim"],
        tags = tags,
        **kwargs
    )
