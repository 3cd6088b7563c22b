import grpc
import tensorflow as tf

from serving.engine.refusal import Refusal, invalid


def test_long_messages_are_cut():
    assert invalid("x" * 1024).message == "x" * 1024
    assert invalid("x" * 1025).message == "x" * 1024 + "...TRUNCATED"


def test_codes_of_tensorflow_are_those_of_grpc():
    error = tf.errors.DeadlineExceededError(None, None, "late")
    refusal = Refusal.of(error)
    assert (refusal.code, refusal.message) == (grpc.StatusCode.DEADLINE_EXCEEDED, "late")
    refusal = Refusal.of(tf.errors.InvalidArgumentError(None, None, "a\n\nOriginal stack trace b"))
    assert (refusal.code, refusal.message) == (grpc.StatusCode.INVALID_ARGUMENT, "a")


def test_other_errors_are_internal():
    refusal = Refusal.of(KeyError("k"))
    assert (refusal.code, refusal.message) == (grpc.StatusCode.INTERNAL, "'k'")
    assert Refusal.of(refusal) is refusal
