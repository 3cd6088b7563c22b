import collections
import pathlib

import numpy as np
import pytest

from spade_tf.errors import UserError
from spade_tf.pytorch.state_dict import normalised, read_state_dict, right_vector

torch = pytest.importorskip("torch", reason="the extra `import` is not installed")


class RunsCode:
    """A pickle that would make a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return pathlib.Path.touch, (self.path,)


@pytest.mark.parametrize("zip_format", [True, False], ids=["zip", "legacy"])
def test_reads_both_formats(zip_format, tmp_path):
    state = collections.OrderedDict(
        weight=torch.arange(6, dtype=torch.float16).reshape(2, 3), count=torch.tensor(7)
    )
    path = tmp_path / "net_G.pth"
    torch.save(state, path, _use_new_zipfile_serialization=zip_format)
    read = read_state_dict(path)
    assert read["weight"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert read["weight"].dtype == np.float32
    assert read["count"] == 7


@pytest.mark.parametrize("zip_format", [True, False], ids=["zip", "legacy"])
def test_refuses_what_would_run_code(zip_format, tmp_path):
    made = tmp_path / "made"
    path = tmp_path / "bad.pth"
    torch.save({"weight": RunsCode(made)}, path, _use_new_zipfile_serialization=zip_format)
    with pytest.raises(UserError, match="bad.pth was refused: it holds more than tensors"):
        read_state_dict(path)
    assert not made.exists()


def test_refuses_what_is_no_state_dict(tmp_path):
    torch.save([1, 2], tmp_path / "list.pth")
    with pytest.raises(UserError, match="holds a list, not a state dict of tensors"):
        read_state_dict(tmp_path / "list.pth")
    torch.save({"epoch": 3}, tmp_path / "numbers.pth")
    with pytest.raises(UserError, match="holds a dict, not a state dict of tensors"):
        read_state_dict(tmp_path / "numbers.pth")
    with pytest.raises(UserError, match="absent.pth: no such file"):
        read_state_dict(tmp_path / "absent.pth")


@pytest.mark.parametrize("kept", [0, 10, 1000])
def test_refuses_a_damaged_file(kept, tmp_path):
    path = tmp_path / "cut.pth"
    torch.save({"weight": torch.zeros(1000)}, path)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(UserError, match="cut.pth"):
        read_state_dict(path)


def test_names_are_those_of_today():
    state = {
        "module.conv.weight_orig": np.eye(2),
        "module.conv.weight_u": np.array([1.0, 0.0]),
        "module.conv.weight_v": np.array([1.0, 0.0]),
        "module.conv.weight": np.eye(2),
        "module.norm.num_batches_tracked": np.array(3),
    }
    plain = normalised(state)
    assert set(plain) == {"conv.weight_orig", "conv.weight_u", "conv.weight_v"}
    assert plain["conv.weight_orig"].dtype == np.float32


def test_right_vector_is_the_one_that_power_iteration_had():
    rng = np.random.default_rng(0)
    weight = rng.normal(size=(4, 3, 2, 2))
    matrix = weight.reshape(4, -1)
    u = rng.normal(size=4)
    v = matrix.T @ u
    v /= np.linalg.norm(v)
    u = matrix @ v
    u /= np.linalg.norm(u)
    sigma = u @ matrix @ v
    np.testing.assert_allclose(right_vector(weight, u, weight / sigma), v, atol=1e-6)
    np.testing.assert_allclose(right_vector(weight, u, None), v, atol=1e-6)
    old = {"a.weight_orig": weight, "a.weight_u": u, "a.weight": weight / sigma}
    np.testing.assert_allclose(normalised(old)["a.weight_v"], v, atol=1e-6)


def test_spectral_norm_of_torch_agrees(tmp_path):
    layer = torch.nn.utils.spectral_norm(torch.nn.Conv2d(3, 4, 3))
    layer(torch.zeros(1, 3, 5, 5))
    state = {name: x.detach().numpy() for name, x in layer.state_dict().items()}
    old = {name: x for name, x in state.items() if name != "weight_v"}
    old["weight"] = layer.weight.detach().numpy()
    named = {f"conv.{name}": x for name, x in old.items()}
    np.testing.assert_allclose(normalised(named)["conv.weight_v"], state["weight_v"], atol=1e-5)
