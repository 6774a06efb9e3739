"""What the rooms' doors share of signatures by certificate."""

from datetime import date
from typing import Annotated

from ninja import Schema
from pydantic import AfterValidator, StringConstraints

from chengxin.actors.api import text_kept

SignatureText = Annotated[str, StringConstraints(max_length=90_000), AfterValidator(text_kept)]


class SignedByOut(Schema):
    """By which certificate something was signed: its signer's code, who issued it, its serial number, the SHA-256 of its DER, and until when."""

    code: str
    issuer: str
    serial: str
    fingerprint: str
    until: date


class SignedOnOut(SignedByOut):
    """The same with the day on which it was signed."""

    signed_on: date


class SigningTextOut(Schema):
    """The text whose bytes a signer signs by certificate, and as whom."""

    code: str
    text: str


class SignedTextOut(Schema):
    """A text that was signed, and the signature: CMS in DER, as base64."""

    text: str
    signature: str
