import pytest
from google.protobuf import text_format
from tensorflow_serving.config import file_system_storage_path_source_pb2

from serving.engine import versions
from serving.engine.refusal import Refusal


def folders(base, *names):
    for name in names:
        (base / name).mkdir(parents=True)


def test_versions_are_folders_named_by_numbers(tmp_path):
    folders(tmp_path, "10", "2", "003", ".4.x7", "5.partial", "x", "²", "-1", "9" * 30)
    (tmp_path / "7").write_text("no folder")
    found = versions.list_versions("m", tmp_path)
    assert {number: path.name for number, path in found.items()} == {2: "2", 3: "003", 10: "10"}
    assert list(found) == [2, 3, 10]


def test_missing_base_path(tmp_path):
    with pytest.raises(Refusal, match="Could not find base path .*/none for servable m"):
        versions.list_versions("m", tmp_path / "none")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [4]),
        ("latest { num_versions: 2 }", [3, 4]),
        ("all {}", [1, 3, 4]),
        ("specific { versions: 3 versions: 9 }", [3]),
    ],
)
def test_policies(tmp_path, text, expected):
    folders(tmp_path, "1", "3", "4")
    config = file_system_storage_path_source_pb2.FileSystemStoragePathSourceConfig
    policy = versions.policy_of(text_format.Parse(text, config.ServableVersionPolicy()))
    assert list(versions.choose("m", tmp_path, policy)) == expected
