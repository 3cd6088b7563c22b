import pytest

from spade_tf.errors import UserError
from spade_tf.evaluation import build_network


def test_an_unknown_name():
    with pytest.raises(UserError, match="'inception'; write one of deeplab_v2, .*inception_fid"):
        build_network("inception")
