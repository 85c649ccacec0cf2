"""How a target of a fuzzer is declared."""

load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_test")

def trio_fuzz_target(
        name,
        srcs = None,
        deps = [],
        runs = 20000,
        size = "small",
        tags = []):
    """A program with LLVMFuzzerTestOneInput, and tests of it.

    `bazel run --config=fuzz` has libFuzzer look for inputs that fail, with the
    options that `-help=1` prints. Seeds are in `corpus/<name>/`, words for
    `-dict` in `dictionaries/<name>.dict`, if there are any.

    <name>_corpus gives the seeds to the target once, with any compiler.
    <name>_campaign has libFuzzer run it so many times; with --config=fuzz.

    Args:
      name: the target's name, and by default its source's without `.c`.
      srcs: the sources, if they are others.
      deps: what they need besides the engine.
      runs: of the campaign.
      size: of the campaign.
      tags: of all of them.
    """
    seeds = native.glob(["corpus/%s/*" % name], allow_empty = True)
    words = native.glob(
        ["dictionaries/%s.dict" % name],
        allow_empty = True,
    )
    folder = "%s/corpus/%s" % (native.package_name(), name)
    srcs = srcs or [name + ".c"]
    deps = deps + ["//fuzz:engine"]
    cc_binary(
        name = name,
        srcs = srcs,
        tags = tags,
        deps = deps,
    )
    cc_test(
        name = name + "_corpus",
        size = "small",
        srcs = srcs,
        args = ["-runs=0"] + ([folder] if seeds else []),
        data = seeds,
        tags = tags,
        deps = deps,
    )
    native.sh_test(
        name = name + "_campaign",
        size = size,
        srcs = ["//fuzz:campaign.sh"],
        args = [
            "$(rootpath %s)" % name,
            str(runs),
            folder if seeds else "''",
            "$(rootpath %s)" % words[0] if words else "''",
        ],
        data = [name] + seeds + words,
        tags = tags + ["manual"],
    )

def trio_fuzz_scenario(name, srcs = None, deps = [], **kwargs):
    """The same of a program of scenarios: what is fuzzed is their schedules.

    Links //fuzz:main in place of //sim:main. The options of the runner are
    taken, too: `--replay=TOKEN`, `--test PATTERN`.

    Args:
      name: the target's name, and by default its source's without `.c`.
      srcs: the sources, if they are others.
      deps: what they need besides the library.
      **kwargs: anything else that trio_fuzz_target takes.
    """
    trio_fuzz_target(
        name = name,
        srcs = srcs,
        deps = deps + [
            "//fuzz:main",
            "//:trio_sim",
        ],
        **kwargs
    )
