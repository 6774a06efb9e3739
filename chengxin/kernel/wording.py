"""Words that somebody writes and that are kept, and may be shown: not too many, and no person's number among them."""

from chengxin.kernel.errors import Refusal
from chengxin.kernel.identifiers import citizen_number_within


class WordsUnfit(Refusal):
    """{what} cannot be kept: {why}. Write 1 to {most} characters, without anybody's identity number."""

    code = "words-unfit"
    zh = "{what_zh}不能保存：{why_zh}。请写1至{most}个字符，不得含有公民身份号码。"


def words_fit(written: str, what: tuple[str, str], *, most: int, needed: bool = False) -> str:
    """The words as they are kept; refuses too many, none where they are needed, and what names a person, for they may be public."""
    words = written.strip()
    why = None
    if needed and not words:
        why = "nothing was written", "没有填写"
    elif len(words) > most:
        why = f"{len(words)} characters are too many", f"{len(words)}个字符过长"
    elif "\0" in words or any("\ud800" <= c <= "\udfff" for c in words):
        why = "it holds a character that no text has", "含有正常文本中不应出现的字符"
    elif citizen_number_within(words):
        why = "it holds a person's identity number", "含有公民身份号码"
    if why:
        raise WordsUnfit(what=what[0], what_zh=what[1], why=why[0], why_zh=why[1], most=most)
    return words
