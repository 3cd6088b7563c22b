"""Makes Debian's Bazel work without a network.

Bazel's built-in packages load `@rules_cc` and `@rules_java`, and every test wants
`@remote_coverage_tools`; it fetches all three from the internet. A Python project evaluates nothing
of them but thin wrappers of native rules, so wrappers written here are enough. Released versions of
Bazel (those that know their version) pin archives of their own and keep them.
"""

_NATIVE_CC_RULES = [
    "cc_binary",
    "cc_import",
    "cc_library",
    "cc_test",
    "cc_toolchain",
    "cc_toolchain_suite",
    "objc_library",
]

_NATIVE_JAVA_RULES = [
    "java_binary",
    "java_import",
    "java_library",
    "java_proto_library",
    "java_runtime",
    "java_test",
    "java_toolchain",
]

def _native_rules_impl(repository_ctx):
    package = repository_ctx.attr.package
    wrappers = ["%s = native.%s\n" % (rule, rule) for rule in repository_ctx.attr.rules]
    repository_ctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % repository_ctx.name)
    repository_ctx.file(package + "/BUILD.bazel", "exports_files([\"defs.bzl\"])\n")
    repository_ctx.file(package + "/defs.bzl", "".join(wrappers))

_native_rules = repository_rule(
    implementation = _native_rules_impl,
    attrs = {
        "package": attr.string(mandatory = True),
        "rules": attr.string_list(mandatory = True),
    },
)

_EMPTY_COVERAGE_TOOLS = """\
package(default_visibility = ["//visibility:public"])

filegroup(name = "coverage_report_generator")

filegroup(name = "lcov_merger")
"""

def _no_coverage_tools_impl(repository_ctx):
    repository_ctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % repository_ctx.name)
    repository_ctx.file("BUILD.bazel", _EMPTY_COVERAGE_TOOLS)

_no_coverage_tools = repository_rule(implementation = _no_coverage_tools_impl)

def offline_rules():
    """Defines the repositories that a Bazel without a version cannot fetch."""
    if native.bazel_version:
        return
    _native_rules(name = "rules_cc", package = "cc", rules = _NATIVE_CC_RULES)
    _native_rules(name = "rules_java", package = "java", rules = _NATIVE_JAVA_RULES)
    _no_coverage_tools(name = "remote_coverage_tools")
