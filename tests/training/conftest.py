"""What the tests of training share."""

import pytest
import tensorflow as tf


@pytest.fixture
def eager():
    """Compiling a step takes half a minute, running it uncompiled two seconds."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)
