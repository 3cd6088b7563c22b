"""Refuses what TensorFlow Serving, as it is published, cannot run."""

import pathlib
from collections.abc import Iterator

from tensorflow.core.framework import graph_pb2
from tensorflow.core.protobuf import meta_graph_pb2, saved_model_pb2

from spade_tf.errors import UserError

PYTHON_OPS = frozenset({"PyFunc", "EagerPyFunc", "PyFuncStateless", "NumpyFunction"})

COMPILED = "_XlaMustCompile"
"""Attribute of a function with jit_compile=True: the published server refuses to compile."""


def refuse_unservable(version: pathlib.Path) -> None:
    """Looks at every function of a SavedModel.

    Raises:
        UserError: operations that call Python, are compiled by XLA, or are not TensorFlow's own.
    """
    model = saved_model_pb2.SavedModel()
    model.ParseFromString((version / "saved_model.pb").read_bytes())
    for graph in (meta.graph_def for meta in model.meta_graphs):
        compiled = sorted(f.signature.name for f in graph.library.function if f.attr[COMPILED].b)
        if compiled:
            raise UserError(
                f"{version}: compiled by XLA, which TensorFlow Serving refuses: "
                f"{', '.join(compiled[:3])}; export without jit_compile"
            )
        python = sorted(PYTHON_OPS.intersection(_operations(graph)))
        if python:
            raise UserError(
                f"{version}: operations that call Python, which a server has not: "
                f"{', '.join(python)}; use TensorFlow's operations"
            )
    own = sorted({name for meta in model.meta_graphs for name in _own_operations(meta)})
    if own:
        raise UserError(
            f"{version}: operations that TensorFlow does not have: {', '.join(own)}; a server "
            "needs their library, so replace them"
        )


def _operations(graph: graph_pb2.GraphDef) -> Iterator[str]:
    yield from (node.op for node in graph.node)
    for function in graph.library.function:
        yield from (node.op for node in function.node_def)


def _own_operations(meta: meta_graph_pb2.MetaGraphDef) -> Iterator[str]:
    """Operations written `Namespace>Name`, as libraries beside TensorFlow name theirs."""
    yield from (op.name for op in meta.meta_info_def.stripped_op_list.op if ">" in op.name)
