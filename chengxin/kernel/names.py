"""One normal form for an organisation's name, so that the same name written two ways is found as one."""

import functools
import re
import unicodedata

import opencc

_OPENING = "[{<〈《「『【〔〖〘〚⦅⟨⟪❨❲❴﹙﹛﹝＜"
_CLOSING = "]}>〉》」』】〕〗〙〛⦆⟩⟫❩❳❵﹚﹜﹞＞"
_DOTS = "・•●∙‧⋅᛫･◦"
_DASHES = "‐‑‒–—―−﹘﹣－"
_ONE_FORM = str.maketrans(
    {**dict.fromkeys(_OPENING, "("), **dict.fromkeys(_CLOSING, ")"), **dict.fromkeys(_DOTS, "·")}
    | dict.fromkeys(_DASHES, "-")
)
# Quotes and the marks that typing and copying leave behind; none of them tells one firm from another.
_STRAY = re.compile(r"""["'“”‘’„‟`´′″*#^~|\\_;:!?,。、¡¿…�$%=]+""")
_EDGES = ".-·+/&@"
# Space, control, format, surrogate and private-use characters show nothing on paper.
_UNSEEN = ("Z", "C")


@functools.cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def name_normal(written: str) -> str:
    """The form in which names are compared: half width, one kind of bracket, no blanks, unseen characters or stray
    marks, capital Latin letters, simplified characters; empty only for a name that shows nothing.
    """
    name = written
    for _ in range(4):  # capitals and simplified forms may themselves have a compatibility form
        again = _once(name)
        if again == name:
            break
        name = again
    return name


@functools.cache
def plain_characters() -> str:
    """The common characters that stand for themselves in every normal form, as the ranges of a regular expression's class."""
    common = [chr(code) for code in range(0x4E00, 0x9FFF)]
    kept = _converter().convert("\n".join(common)).split("\n")
    plain = [ord(c) for c, after in zip(common, kept, strict=True) if c == after == unicodedata.normalize("NFKC", c)]
    ranges: list[list[int]] = []
    for code in plain:
        if ranges and code == ranges[-1][1] + 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"\\x{{{first:x}}}-\\x{{{last:x}}}" for first, last in ranges) + "A-Z0-9()"


def _once(written: str) -> str:
    wide = unicodedata.normalize("NFKC", written).upper().translate(_ONE_FORM)
    seen = "".join(c for c in wide if c.isprintable() and unicodedata.category(c)[0] not in _UNSEEN)
    bare = _STRAY.sub("", seen).strip(_EDGES)
    return str(_converter().convert(bare or seen))
