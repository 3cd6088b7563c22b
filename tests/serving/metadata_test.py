import numpy as np
import pytest

from serving import wire
from serving.metadata import check_inputs, read_metadata
from spade_tf.errors import UserError
from spade_tf.export.contract import Signature, Tensor

SIGNATURE = Signature(
    "serving_default",
    "",
    (Tensor("label_map", "int32", (None, 2, 3), ""), Tensor("seed", "int64", (None,), "")),
    (Tensor("image", "uint8", (None, 2, 3, 3), ""),),
)


def response(**signatures):
    """Each a mapping of tensor names to (type number, shape), the outputs being `image`."""
    definitions = wire.SignatureDefMap()
    for name, tensors in signatures.items():
        definition = definitions.signature_def[name]
        for alias, (dtype, shape) in tensors.items():
            infos = definition.outputs if alias == "image" else definition.inputs
            infos[alias].dtype = dtype
            if shape is None:
                infos[alias].tensor_shape.unknown_rank = True
            for side in shape or ():
                infos[alias].tensor_shape.dim.add().size = side
    answer = wire.message("tensorflow.serving.GetModelMetadataResponse")()
    answer.model_spec.name = "tiny"
    answer.model_spec.version.value = 3
    answer.metadata["signature_def"].value = definitions.SerializeToString()
    return answer


def test_signatures_are_read():
    image = (4, [-1, 2, 3, 3])
    metadata = read_metadata(
        response(serving_default={"seed": (9, [-1]), "label_map": (3, [-1, 2, 3]), "image": image})
    )
    assert (metadata.model_name, metadata.version) == ("tiny", 3)
    assert metadata.signatures == {"serving_default": SIGNATURE}
    assert metadata.size() == (2, 3)


def test_what_is_no_signature_for_us_is_left_out():
    metadata = read_metadata(
        response(
            __saved_model_init_op={"image": (0, None)},
            __internal={"x": (1, [])},
            any_rank={"x": (1, None)},
            complex={"x": (8, [-1])},
            plain={"x": (1, [])},
        )
    )
    assert list(metadata.signatures) == ["plain"]
    with pytest.raises(UserError, match="'tiny' version 3 has no signature 'nope'; it has plain"):
        metadata.signature("nope")


@pytest.mark.parametrize("shape", [[-1, -1, 3], [-1, 2], []])
def test_a_model_of_no_fixed_size_is_not_ours(shape):
    metadata = read_metadata(response(serving_default={"label_map": (3, shape)}))
    with pytest.raises(UserError, match="has no input label_map of .batch, height, width."):
        metadata.size()


def test_fitting_inputs_pass():
    check_inputs(SIGNATURE, inputs(2))


def inputs(rows, **changes):
    usual = {"label_map": np.zeros((rows, 2, 3), np.int32), "seed": np.zeros(rows, np.int64)}
    return {**usual, **changes}


@pytest.mark.parametrize(
    "wrong, message",
    [
        ({"label_map": np.zeros((1, 2, 3), np.int32)}, "reads label_map, seed; got label_map$"),
        (inputs(1, z=np.zeros(1)), "reads label_map, seed; got label_map, seed, z"),
        (inputs(1, seed=np.zeros(1, np.int32)), "seed is of type int32; expected int64"),
        (
            inputs(1, label_map=np.zeros((1, 3, 2), np.int32)),
            r"label_map is of shape \[1, 3, 2\]; expected \[batch, 2, 3\]",
        ),
        (inputs(1, label_map=np.zeros((2, 3), np.int32)), r"expected \[batch, 2, 3\]"),
        (inputs(1, seed=np.zeros(2, np.int64)), "seed has 2 rows, label_map has 1"),
        (inputs(0), "label_map has 0 rows"),
    ],
)
def test_wrong_inputs_are_refused(wrong, message):
    with pytest.raises(UserError, match=message):
        check_inputs(SIGNATURE, wrong)
