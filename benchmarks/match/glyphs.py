"""Make the namebook's table of characters that look alike: each drawn in two typefaces, and the drawings held side by side.

    python -m benchmarks.match.glyphs > chengxin/subjects/namebook/glyphs.csv

Draws in Chromium with Noto Sans CJK and Noto Serif CJK, both under the SIL Open Font License. Knows nothing of any queries:
only which characters names are made of.
"""

import csv
import sys
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import sync_playwright
from scipy.ndimage import gaussian_filter

from chengxin.subjects.rules.namebook import namebook

_FACES = ("Noto Sans CJK SC", "Noto Serif CJK SC")
_SIZE, _BLUR = 64, 1.6  # pixels; the blur lets a stroke meet its like a pixel or two beside it
LEAST = 0.5
_HEAD = """\
# How alike two characters look, from 0.50 up to 1: the correlation of their drawings in Noto Sans CJK and Noto Serif CJK
# (SIL Open Font License), less what all characters have in common. Made by `python -m benchmarks.match.glyphs`.
"""

_DRAW = """([text, face, size]) => {
    const canvas = new OffscreenCanvas(size, size), pen = canvas.getContext("2d", {willReadFrequently: true});
    pen.font = `${size - 8}px "${face}"`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    return [...text].map(character => {
        pen.clearRect(0, 0, size, size);
        pen.fillText(character, size / 2, size / 2);
        const drawn = pen.getImageData(0, 0, size, size).data;
        return Array.from({length: size * size}, (_, place) => drawn[4 * place + 3]);
    });
}"""


def drawings(characters: Sequence[str]) -> list[NDArray[np.float64]]:
    """A row of pixels for every character, one array a typeface."""
    found = []
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page()
        for face in _FACES:
            rows: list[NDArray[np.float64]] = []
            for start in range(0, len(characters), 200):
                told = page.evaluate(_DRAW, ["".join(characters[start : start + 200]), face, _SIZE])
                images = np.asarray(told, dtype=np.float64).reshape(-1, _SIZE, _SIZE) / 255
                rows += [gaussian_filter(image, _BLUR)[::2, ::2].ravel() for image in images]
            found.append(np.array(rows))
        browser.close()
    return found


def likenesses(characters: Sequence[str]) -> NDArray[np.float64]:
    """How alike each two look: the correlation of their drawings, less what all have in common; from -1 to 1."""
    whole = np.zeros((len(characters), len(characters)))
    for rows in drawings(characters):
        rows = rows - rows.mean(axis=0)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        whole += rows @ rows.T / len(_FACES)
    return whole


def main() -> None:
    """Print the table."""
    characters = sorted(gram for gram in namebook().rarity if len(gram) == 1 and "\u4e00" <= gram <= "\u9fff")
    alike = likenesses(characters)
    pairs = (
        (round(float(alike[one, other]), 2), characters[one], characters[other])
        for one, other in zip(*np.where(np.triu(alike, 1) >= LEAST), strict=True)
    )
    sys.stdout.write(_HEAD)
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(("one", "other", "alike"))
    rows.writerows(
        (one, other, f"{alike:.2f}") for alike, one, other in sorted(pairs, key=lambda row: (-row[0], row[1:]))
    )


if __name__ == "__main__":
    main()
