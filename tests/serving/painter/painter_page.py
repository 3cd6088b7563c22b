"""The painter's page as a user meets it: strokes by pointer, what is seen by pixels."""

import io
import time
from typing import Any

import numpy as np
from PIL import Image

from spade_tf.export.contract import ModelCard
from tests.serving.painter.exact_models import paint

_SECONDS = 20

_PIXELS = """canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return { width: canvas.width, pixels: [...data] };
}"""


class PainterPage:
    """A page with a model of exact_models.py, whose card it is given."""

    def __init__(self, page: Any, card: ModelCard):
        self.page = page
        self.card = card

    def get(self, name: str) -> Any:
        """The element of a test id."""
        return self.page.get_by_test_id(name)

    def click(self, *names: str) -> None:
        for name in names:
            self.get(name).click()

    def choose_class(self, name: str) -> int:
        """Chooses a class to draw; returns its label."""
        label = next(label.id for label in self.card.labels if label.name == name)
        self.click(f"class-{label}")
        return label

    def place(self, column: float, row: float) -> tuple[float, float]:
        """Where a point of the label map lies on the page."""
        box = self.get("layout").bounding_box()
        x = box["x"] + column * box["width"] / self.card.width
        return x, box["y"] + row * box["height"] / self.card.height

    def drag(self, *points: tuple[float, float], steps: int = 6) -> None:
        """Presses the mouse at the first point (column, row) and lifts it at the last."""
        mouse = self.page.mouse
        mouse.move(*self.place(*points[0]))
        mouse.down()
        for point in points[1:]:
            mouse.move(*self.place(*point), steps=steps)
        mouse.up()

    def pixels(self, name: str) -> np.ndarray:
        """RGB of a canvas, uint8 [height, width, 3]; every pixel must be opaque."""
        answer = self.get(name).evaluate(_PIXELS)
        rgba = np.array(answer["pixels"], np.uint8).reshape(-1, answer["width"], 4)
        assert (rgba[..., 3] == 255).all(), f"{name} has pixels that nothing was drawn on"
        return rgba[..., :3]

    def labels(self) -> np.ndarray:
        """The layout that is seen, [height, width]; each of its colours must be a label's."""
        self.frames()
        pixels = self.pixels("layout").astype(int)
        colors = np.array([label.color for label in self.card.labels])
        is_label = (pixels[:, :, None] == colors).all(-1)
        assert (is_label.sum(-1) == 1).all(), "a colour of no label is on the canvas"
        return is_label.argmax(-1)

    def frames(self) -> None:
        """Waits until everything that is drawn is seen."""
        self.page.evaluate(
            "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )

    def wait_for_picture(self, z: Any = None) -> np.ndarray:
        """Waits until the picture is that of the layout that is seen, in a style (0 by default)."""
        latent = np.zeros(self.card.latent_dim, np.float32) if z is None else np.asarray(z)
        expected = paint(self.card, self.labels(), latent if self.card.latent_dim else None)
        end = time.monotonic() + _SECONDS
        while time.monotonic() < end:
            # Styles reach the page as float32: a rounding may fall on the other side.
            picture = self.pixels("picture")
            if np.abs(picture.astype(int) - expected).max() <= (z is not None):
                return picture
            self.page.wait_for_timeout(30)
        raise AssertionError("the picture is not that of the layout")

    def save(self, name: str) -> bytes:
        """Clicks on a button that saves, and answers the file."""
        with self.page.expect_download() as download:
            self.click(name)
        return download.value.path().read_bytes()

    def give(self, name: str, *files: dict[str, Any]) -> None:
        """Clicks on a button that opens, and gives it files."""
        with self.page.expect_file_chooser() as chooser:
            self.click(name)
        chooser.value.set_files(list(files))

    def drop(self, *files: dict[str, Any]) -> None:
        """Drops files on the page."""
        listed = [{**file, "buffer": list(file["buffer"])} for file in files]
        self.page.evaluate(
            """files => {
              const data = new DataTransfer();
              for (const { name, mimeType, buffer } of files)
                data.items.add(new File([Uint8Array.from(buffer)], name, { type: mimeType }));
              for (const kind of ["dragover", "drop"])
                document.body.dispatchEvent(
                  new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
            }""",
            listed,
        )

    def message(self) -> str:
        """The message that is shown, once there is one."""
        message = self.get("message")
        message.wait_for()
        return message.inner_text()


def png_file(name: str, image: Image.Image) -> dict[str, Any]:
    """A PNG as a file to give."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": buffer.getvalue()}
