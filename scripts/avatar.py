"""Draw bot/channels/matrix/avatar.png: somebody big and somebody small, close by. Without words, letters and flags."""

from pathlib import Path

from PIL import Image, ImageDraw

TARGET = Path(__file__).parent.parent / "bot" / "channels" / "matrix" / "avatar.png"
SIZE, FINER = 256, 4  # pixels; drawn larger, then made smaller, for soft edges
GROUND, BIG, SMALL = "#2b6a6e", "#ffffff", "#ffd27a"
FIGURES = ((108, 92, 30, BIG), (164, 132, 20, SMALL))  # head: x, y, radius; the body below is as wide as two heads
FEET = 214


def drawn() -> Image.Image:
    """The picture; messengers cut a circle out of it, so nothing stands in the corners."""
    image = Image.new("RGB", (SIZE * FINER, SIZE * FINER), GROUND)
    pen = ImageDraw.Draw(image)
    for x, y, radius, colour in FIGURES:
        _disc(pen, x, y, radius, colour)
        top = y + radius * 1.25
        box = [value * FINER for value in (x - radius * 1.3, top, x + radius * 1.3, FEET)]
        pen.rounded_rectangle(box, radius * 1.3 * FINER, fill=colour)
    return image.resize((SIZE, SIZE), Image.Resampling.LANCZOS)


def _disc(pen: ImageDraw.ImageDraw, x: float, y: float, radius: float, colour: str) -> None:
    pen.ellipse([value * FINER for value in (x - radius, y - radius, x + radius, y + radius)], fill=colour)


if __name__ == "__main__":
    drawn().quantize(32).save(TARGET, optimize=True)
    print(f"{TARGET}: {TARGET.stat().st_size} bytes")
