"""What is refused, in both languages."""


class Unfit(Exception):
    """Something given is not what it must be: `code` is stable, `zh` and `en` say what."""

    def __init__(self, zh: str, en: str, *, code: str = "not-readable") -> None:
        super().__init__(f"{zh} / {en}")
        self.zh, self.en, self.code = zh, en, code
