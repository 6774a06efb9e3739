"""Deliveries signed by certificate: held against the file before anything of it is filed."""

from datetime import datetime
from pathlib import Path

from chengxin.actors.selectors import actor_acting
from chengxin.kernel.days import day_of
from chengxin.kernel.errors import Refusal
from chengxin.law import Law
from chengxin.law.models import Source
from chengxin.signatures.selectors import Certified, certified_of


class DeliveryUnsigned(Refusal):
    """Files of {source} come signed here ({basis}). Sign the file's bytes detached with your unit's certificate and send the signature with it."""

    code = "delivery-unsigned"
    zh = "本地要求{source}的文件附电子签名（{basis}）。请用本单位的证书对文件的字节作分离式签名，随文件报送。"


class SenderCodeless(Refusal):
    """{actor} has no unified social credit code here, so no certificate can be held against it. The operator says the code: chengxin actors --coded."""

    code = "sender-codeless"
    status = 409
    zh = "本库没有{actor}的统一社会信用代码，无法核对证书。代码由运行单位登记：chengxin actors --coded。"


def delivery_certified(
    path: Path, signature: str, *, law: Law, source: Source, by: str, at: datetime
) -> Certified | None:
    """The detached signature of the file by its sender's certificate, verified; nothing where none came. Refuses a delivery that comes unsigned
    where the source asks for a signature, but the operator's, who files for others.
    """
    actor = actor_acting(by, at=at)
    if not signature.strip():
        if source.signed and actor.kind != "operator":
            raise DeliveryUnsigned(source=source.title.zh, basis=law.cite(source.basis[0]).zh)
        return None
    if not actor.code:
        raise SenderCodeless(actor=actor.title)
    return certified_of(path.read_bytes(), signature, code=actor.code, signed_on=day_of(at), at=at)
