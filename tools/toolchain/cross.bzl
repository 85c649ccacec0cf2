"""Debian's cross compilers (gcc-aarch64-linux-gnu and its kin) for Bazel."""

load(
    "@bazel_tools//tools/cpp:cc_toolchain_config_lib.bzl",
    "artifact_name_pattern",
    "feature",
    "flag_group",
    "flag_set",
    "tool_path",
)
load("@bazel_tools//tools/build_defs/cc:action_names.bzl", "ACTION_NAMES")
load("@rules_cc//cc:defs.bzl", "cc_toolchain")

_COMPILE = [
    ACTION_NAMES.assemble,
    ACTION_NAMES.preprocess_assemble,
    ACTION_NAMES.c_compile,
    ACTION_NAMES.cpp_compile,
]

_TOOLS = ["ar", "cpp", "gcc", "gcov", "ld", "nm", "objcopy", "objdump", "strip"]

def _always(name, flags):
    return feature(
        name = name,
        enabled = True,
        flag_sets = [flag_set(
            actions = _COMPILE,
            flag_groups = [flag_group(flags = flags)],
        )],
    )

def _optimised():
    return feature(
        name = "opt",
        flag_sets = [flag_set(
            actions = _COMPILE,
            flag_groups = [flag_group(flags = ["-O2"])],
        )],
    )

def _cross_toolchain_config_impl(ctx):
    triple = ctx.attr.triple
    return cc_common.create_cc_toolchain_config_info(
        ctx = ctx,
        toolchain_identifier = ctx.attr.cpu,
        host_system_name = "local",
        target_system_name = triple,
        target_cpu = ctx.attr.cpu,
        target_libc = ctx.attr.libc,
        compiler = "gcc",
        abi_version = "gcc",
        abi_libc_version = ctx.attr.libc,
        # The same result wherever the tree lies, and whenever it is built.
        features = [_optimised(), _always("reproducible", [
            "-no-canonical-prefixes",
            "-fno-canonical-system-headers",
        ])],
        cxx_builtin_include_directories = [
            "/usr/lib/gcc-cross/" + triple,
            "/usr/lib/gcc/" + triple,
            "/usr/" + triple + "/include",
            "/usr/share/mingw-w64/include",
            "/usr/include/valgrind", # Headers for every CPU.
        ],
        # Where programs have a suffix, the linker adds it.
        artifact_name_patterns = [artifact_name_pattern(
            category_name = "executable",
            prefix = "",
            extension = ctx.attr.suffix,
        )] if ctx.attr.suffix else [],
        tool_paths = [
            tool_path(name = tool, path = "/usr/bin/%s-%s" % (triple, tool))
            for tool in _TOOLS
        ],
    )

_cross_toolchain_config = rule(
    implementation = _cross_toolchain_config_impl,
    attrs = {
        "cpu": attr.string(mandatory = True),
        "libc": attr.string(mandatory = True),
        "suffix": attr.string(),
        "triple": attr.string(mandatory = True),
    },
    provides = [CcToolchainConfigInfo],
)

def cross_toolchain(name, triple, libc = "glibc", suffix = ""):
    """Declares the cross compiler of a CPU.

    Args:
      name: what Bazel calls the CPU.
      triple: what Debian's compiler calls it.
      libc: the C library that it comes with.
      suffix: of the names of programs.
    """
    _cross_toolchain_config(
        name = name + "_config",
        cpu = name,
        libc = libc,
        suffix = suffix,
        triple = triple,
    )
    cc_toolchain(
        name = name,
        all_files = ":installed",
        compiler_files = ":installed",
        dwp_files = ":installed",
        linker_files = ":installed",
        objcopy_files = ":installed",
        strip_files = ":installed",
        supports_param_files = True,
        toolchain_config = ":%s_config" % name,
        toolchain_identifier = name,
    )
