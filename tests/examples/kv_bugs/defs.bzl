"""How a planted bug is declared."""

load("//sim:defs.bzl", "trio_scenarios")

def kv_bug(name, source):
    """A program of the kv_server's scenarios in which one source is another.

    Args:
      name: the program's name, and its patch's without `.patch`.
      source: the source of the kv_server that the patch changes.
    """
    native.genrule(
        name = name + "_source",
        testonly = True,
        srcs = [
            name + ".patch",
            "//examples/kv_server:" + source,
        ],
        outs = [name + ".c"],
        cmd = "cat $(location //examples/kv_server:%s) >$@ && " % source +
              "patch --fuzz=0 -s $@ $(location %s.patch)" % name,
    )

    # The linker takes no source from a library that it has already. Waiting
    # where nobody may is what some of the bugs are.
    trio_scenarios(
        name = name,
        srcs = [
            name + ".c",
            "//tests/examples:kv_scenarios",
        ],
        copts = ["-Wno-thread-safety-analysis"],
        linkstatic = True,
        tags = ["manual"],
        deps = [
            "//examples/kv_server:kv",
            "//tests/examples:kv_stage",
        ],
    )
