"""pytest under Bazel: one py_test for each test file."""

def pytest_tests(srcs, deps, size = "large", **kwargs):
    """Makes a py_test of each file, named after the file.

    Args:
      srcs: test files, such as glob(["**/*_test.py"]).
      deps: the libraries they import.
      size: Bazel's test size; "large" may take 15 minutes.
      **kwargs: further attributes of every py_test (data, tags ...).
    """
    main = "//tools/bazel:pytest_main.py"
    for src in srcs:
        native.py_test(
            name = src[:-len(".py")],
            size = size,
            srcs = [main, src],
            args = ["$(rootpath %s)" % src],
            main = main,
            deps = deps + ["//tests:support"],
            **kwargs
        )
