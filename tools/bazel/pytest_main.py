"""Runs pytest as `bazel test` expects of a test: within its folders, with its report and filter."""

import os
import pathlib
import sys

import pytest


def pytest_arguments(environment: dict[str, str]) -> list[str]:
    """What Bazel asks for in its test environment, as arguments of pytest."""
    arguments = ["-p", "no:cacheprovider"]
    if "TEST_TMPDIR" in environment:
        arguments.append(f"--basetemp={pathlib.Path(environment['TEST_TMPDIR']) / 'pytest'}")
    if "XML_OUTPUT_FILE" in environment:
        arguments.append(f"--junitxml={environment['XML_OUTPUT_FILE']}")
    if environment.get("TESTBRIDGE_TEST_ONLY"):  # bazel test --test_filter=...
        arguments += ["-k", environment["TESTBRIDGE_TEST_ONLY"]]
    return arguments


def main(arguments: list[str]) -> int:
    """Runs pytest; a file without tests fails unless a filter has left them all out."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if "TEST_TMPDIR" in os.environ:  # The sandbox has no home folder; caches need one.
        os.environ.setdefault("HOME", os.environ["TEST_TMPDIR"])
    arguments = pytest_arguments(dict(os.environ)) + arguments
    status = pytest.main(arguments)
    if status == pytest.ExitCode.NO_TESTS_COLLECTED and {"-k", "-m"} & set(arguments):
        return 0
    return int(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
