"""What is handed in with a complaint, or with what else names it: sealed, and opened in writing."""

from datetime import datetime
from hashlib import sha256

from chengxin.cases.services.running import MEDIA_TYPES, MOST_BYTES, PaperIn, PaperNotTaken
from chengxin.commerce.complaints.models import Exhibit, exhibit_bound
from chengxin.ledger.services import trace
from chengxin.vault.selectors import seal_of


def exhibit_add(*, about: str, paper: PaperIn, by: str, at: datetime) -> Exhibit:
    """Seal what somebody hands in; the same again is one. Refuses what is too long or of a kind that nobody could open."""
    if len(paper.content) > MOST_BYTES:
        raise PaperNotTaken(title=paper.title[:80], why="it is too long", why_zh="文件过大")
    if not paper.content or paper.media_type not in MEDIA_TYPES:
        raise PaperNotTaken(
            title=paper.title[:80], why="its kind is not one of these", why_zh="文件类型不在其列或者内容为空"
        )
    digest = sha256(paper.content).hexdigest()
    before = Exhibit.objects.filter(about=about, digest=digest).first()
    if before is not None:
        return before
    made = Exhibit.objects.create(
        about=about, title=paper.title[:200], media_type=paper.media_type, size=len(paper.content), digest=digest,
        sealed=seal_of("complaints").seal(paper.content, exhibit_bound({"about": about, "digest": digest})), by=by, at=at,
    )  # fmt: skip
    trace(event="complaints.exhibit.added", by=by, at=at, about=about, detail={"exhibit": made.pk})
    return made


def exhibit_read(*, exhibit: Exhibit, by: str, at: datetime) -> bytes:
    """What was handed in, as it was; the reading is written down first."""
    trace(event="complaints.exhibit.read", by=by, at=at, about=exhibit.about, detail={"exhibit": exhibit.pk})
    bound = exhibit_bound({"about": exhibit.about, "digest": exhibit.digest})
    return seal_of("complaints").unseal(bytes(exhibit.sealed), bound)
