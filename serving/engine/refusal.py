"""The one way in which the server says no: a status code and a message for the caller."""

import grpc

MAX_MESSAGE = 1024

_CODES = {code.value[0]: code for code in grpc.StatusCode}


class Refusal(Exception):
    """What a call is answered with instead of a result.

    Args:
        code: as TensorFlow Serving would answer.
        message: cut after 1024 characters, as there.
    """

    def __init__(self, code: grpc.StatusCode, message: str):
        self.code = code
        self.message = message
        if len(message) > MAX_MESSAGE:
            self.message = message[:MAX_MESSAGE] + "...TRUNCATED"
        super().__init__(self.message)

    @classmethod
    def of(cls, error: Exception) -> "Refusal":
        """An error of TensorFlow's, whose codes are gRPC's, or of anything else: INTERNAL."""
        if isinstance(error, cls):
            return error
        code = _CODES.get(getattr(error, "error_code", None), grpc.StatusCode.INTERNAL)
        text = str(getattr(error, "message", None) or error or type(error).__name__)
        # What follows tells where Python made the graph; an imported one knows nothing of it.
        return cls(code, text.split("\n\nOriginal stack trace")[0].strip())


def invalid(message: str) -> Refusal:
    """The request itself is wrong: INVALID_ARGUMENT."""
    return Refusal(grpc.StatusCode.INVALID_ARGUMENT, message)


def not_found(message: str) -> Refusal:
    """NOT_FOUND."""
    return Refusal(grpc.StatusCode.NOT_FOUND, message)


def expired() -> Refusal:
    """The caller's deadline is over: DEADLINE_EXCEEDED, in the words of a TensorFlow session."""
    return Refusal(grpc.StatusCode.DEADLINE_EXCEEDED, "Timed out waiting for notification")
