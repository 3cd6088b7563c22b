"""A running server with models of every kind, shared by the tests of what talks to it."""

import dataclasses
import pathlib
from collections.abc import Iterator

import pytest

from spade_tf.export import contract
from tests.serving.models import CARD, STYLED, write_version
from tests.serving.server_process import ServerProcess

LARGE = dataclasses.replace(CARD, name="large", height=512, width=1024)

SHIFT_OF_2 = 50
"""What version 2 of the model `tiny` adds to every pixel."""

MODEL = """
config {{
  name: "{name}" base_path: "{base}" model_platform: "tensorflow"
  model_version_policy {{ latest {{ num_versions: 2 }} }}
  {labels}
}}
"""


@dataclasses.dataclass(frozen=True)
class Served:
    """The server's address, and the folder with the base path of each model."""

    address: str
    models: pathlib.Path

    def card_file(self, model: str) -> pathlib.Path:
        """The model card of version 1."""
        return self.models / model / "1" / contract.CARD


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`tiny` (versions 1 and 2, 1 being `stable`), `styled`, `large` and `slow`."""
    models = tmp_path_factory.mktemp("models")
    write_version(models / "tiny", 2, card=CARD, shift=SHIFT_OF_2)
    for card in (CARD, STYLED, LARGE):
        write_version(models / card.name, 1, card=card)
    write_version(models / "slow", 1, card=CARD, work=100_000)
    labels = 'version_labels { key: "stable" value: 1 }'
    listed = [
        MODEL.format(name=base.name, base=base, labels=labels if base.name == "tiny" else "")
        for base in sorted(models.iterdir())
    ]
    config = models / "models.config"
    config.write_text(f"model_config_list {{ {''.join(listed)} }}")
    with ServerProcess(f"--model_config_file={config}", "--poll_seconds=0.1") as process:
        yield Served(process.address, models)
