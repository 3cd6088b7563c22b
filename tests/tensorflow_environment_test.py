import os
import subprocess
import sys

import pytest

NAME = "TF_CPU_ALLOCATOR_USE_BFC"


@pytest.mark.parametrize(("given", "kept"), [({}, "true"), ({NAME: "false"}, "false")])
def test_what_the_user_set_stays(given, kept):
    code = f"import os, spade_tf; print(os.environ['{NAME}'])"
    unset = {name: value for name, value in os.environ.items() if name != NAME}
    printed = subprocess.check_output([sys.executable, "-c", code], env={**unset, **given})
    assert printed.decode().strip() == kept
