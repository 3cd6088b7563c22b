import io
import json

from serving.engine.log import Log


def test_a_line_is_a_json_object():
    stream = io.StringIO()
    log = Log(stream)
    log.write("call", model='a"\n', rows=3, version=None)
    log.write("loaded")
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert first.pop("time").endswith("+00:00")
    assert first == {"event": "call", "model": 'a"\n', "rows": 3, "version": None}
    assert second["event"] == "loaded"


def test_long_texts_are_cut():
    stream = io.StringIO()
    Log(stream).write("call", model="x" * 1000)
    assert json.loads(stream.getvalue())["model"] == "x" * 200


def test_a_closed_pipe_fails_no_call():
    class Closed(io.StringIO):
        def write(self, _):
            raise BrokenPipeError

    Log(Closed()).write("call")
