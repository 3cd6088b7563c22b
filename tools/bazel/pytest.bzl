"""pytest under Bazel: one py_test for each test file."""

_MAIN = "//tools/bazel:pytest_main.py"

def pytest_tests(srcs, deps, size = "large", **kwargs):
    """Makes a py_test of each file `*_test.py`, named after the file.

    Args:
      srcs: a folder's Python files, such as glob(["**/*.py"]); what is no test helps the tests.
      deps: the libraries that they import.
      size: Bazel's test size; "large" may take 15 minutes.
      **kwargs: further attributes of every py_test (data, tags ...).
    """
    helpers = [src for src in srcs if not src.endswith("_test.py")]
    for src in srcs:
        if src in helpers:
            continue
        native.py_test(
            name = src[:-len(".py")],
            size = size,
            srcs = [_MAIN, src] + helpers,
            args = ["$(rootpath %s)" % src],
            main = _MAIN,
            deps = deps + ["//tests:support"],
            **kwargs
        )
