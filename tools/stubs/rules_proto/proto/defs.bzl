"""The proto rules that Bazel's own packages load; nothing here uses them."""

proto_lang_toolchain = native.proto_lang_toolchain
proto_library = native.proto_library
