"""The Python toolchain: a virtual environment with the packages of the lock file.

The environment is made by tools/make_venv.sh, as in `make setup`. Two variables change that:

  SPADE_PYTHON  the interpreter to make it with
  SPADE_VENV    an environment to use instead (a relative path starts at the root of the project);
                Bazel does not notice when its packages change
"""

_BUILD = """\
load("@bazel_tools//tools/python:toolchain.bzl", "py_runtime_pair")

package(default_visibility = ["//visibility:public"])

# Bazel knows the interpreter by its path alone and does not see its packages; this list of their
# versions stands for them, and everything depends on it.
py_library(
    name = "packages",
    data = ["packages.txt"],
)

py_runtime(
    name = "runtime",
    interpreter_path = "{python}",
    python_version = "PY3",
    stub_shebang = "#!{python}",
)

py_runtime_pair(
    name = "runtime_pair",
    py3_runtime = ":runtime",
)

toolchain(
    name = "toolchain",
    toolchain = ":runtime_pair",
    toolchain_type = "@bazel_tools//tools/python:toolchain_type",
)
"""

_LIST_PACKAGES = """\
import importlib.metadata, sys
print(sys.version)
packages = importlib.metadata.distributions()
print(*sorted({f"{p.metadata['Name']}=={p.version}" for p in packages}), sep="\\n")
"""

def _run(repository_ctx, what, command, **kwargs):
    repository_ctx.report_progress(what)
    result = repository_ctx.execute(command, timeout = 3600, **kwargs)
    if result.return_code:
        fail("%s failed:\n%s%s" % (what, result.stdout, result.stderr))
    return result.stdout

def _python_venv_impl(repository_ctx):
    lock = repository_ctx.path(repository_ctx.attr.lock)
    script = repository_ctx.path(repository_ctx.attr._make_venv)
    venv = repository_ctx.os.environ.get("SPADE_VENV")
    if venv:
        venv = venv if venv.startswith("/") else "%s/%s" % (lock.dirname, venv)
        if not repository_ctx.path(venv + "/bin/python").exists:
            fail("SPADE_VENV names %s, which is no virtual environment; `make setup` makes .venv" % venv)
    else:
        venv = str(repository_ctx.path("venv"))
        _run(
            repository_ctx,
            "Installing " + lock.basename,
            ["bash", script, venv, lock],
            working_directory = str(lock.dirname),
        )
    python = venv + "/bin/python"
    packages = _run(repository_ctx, "Listing packages", [python, "-c", _LIST_PACKAGES])
    repository_ctx.file("packages.txt", packages, executable = False)
    repository_ctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % repository_ctx.name)
    repository_ctx.file("BUILD.bazel", _BUILD.format(python = python), executable = False)

python_venv = repository_rule(
    implementation = _python_venv_impl,
    attrs = {
        "lock": attr.label(
            allow_single_file = True,
            doc = "pinned requirements; when they change, the environment is made anew",
            mandatory = True,
        ),
        "_make_venv": attr.label(default = "//tools:make_venv.sh"),
    },
    environ = ["SPADE_PYTHON", "SPADE_VENV"],
)
