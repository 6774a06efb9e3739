"""A report: its JSON and its PDF are what the centre signed, and nothing was changed since."""

import hashlib
from argparse import ArgumentParser, Namespace
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509

from chengxin_verify.errors import Unfit
from chengxin_verify.outcome import Outcome, object_read, part, text_read
from chengxin_verify.reports import certificates_read, fingerprint, pdf_holds, report_text, signature_holds, value_read

NAME = "report"
HELP = "验证一份信用报告的 JSON 和 PDF / a credit report: its JSON, and its PDF"


def arguments(parser: ArgumentParser) -> None:
    """The report, its PDF, and whose certificate counts."""
    parser.add_argument(
        "file", type=Path, metavar="FILE",
        help="报告的 JSON（含 report、digest、signature） / the report's JSON, with digest and signature",
    )  # fmt: skip
    parser.add_argument("--pdf", type=Path, metavar="FILE", help="同一报告的 PDF / the PDF of the same report")
    parser.add_argument(
        "--certificate", action="append", required=True, metavar="CERT",
        help="出具单位的证书（PEM 文件），或者其 SHA-256 指纹；可以多次给出 / the centre's certificate in PEM, or its SHA-256; may be given several times",
    )  # fmt: skip


def run(options: Namespace) -> Outcome:
    """Whether the certificate's key signed the report, and the PDF."""
    told, outcome = object_read(options.file), Outcome(NAME)
    report, signature = part(told, "report", dict), part(told, "signature", dict)
    certificate = certificates_read(part(signature, "certificate", str))[0]
    text = report_text(report).encode()
    digest = hashlib.sha256(text).hexdigest()
    same = part(told, "digest", str) == f"sha256:{digest}"
    outcome.demand(same, "digest-differs", "报告的内容与摘要不符", "the report is not what its digest says")
    known = fingerprint(certificate) in {each for word in options.certificate for each in _fingerprints(word)}
    outcome.demand(
        known,
        "certificate-unknown",
        "签名证书不是所给的证书",
        "the certificate of the signature is none of those given",
    )
    value, algorithm = value_read(part(signature, "value", str)), part(signature, "algorithm", str)
    holds = signature_holds(text, algorithm, value, certificate)
    outcome.demand(holds, "signature-invalid", "报告的签名无效", "the signature of the report does not hold")
    outcome.demand(
        _in_force(certificate, part(report, "issued_at", str)),
        "certificate-not-in-force",
        "出具时证书不在有效期内",
        "the certificate was not in force when the report was issued",
    )
    outcome.facts |= {"number": report.get("number"), "issued_at": report["issued_at"], "digest": f"sha256:{digest}"}
    outcome.facts |= {"certificate": fingerprint(certificate), "signatory": certificate.subject.rfc4514_string()}
    if options.pdf:
        _pdf(options.pdf, certificate, outcome)
    return outcome


def _pdf(path: Path, certificate: x509.Certificate, outcome: Outcome) -> None:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Unfit(f"文件 {path} 不可读", f"the file {path} cannot be read") from error
    holds = pdf_holds(content, certificate)
    outcome.demand(
        holds,
        "pdf-signature-invalid",
        "PDF 的签名无效，或者签名之后有改动",
        "the PDF's signature does not hold, or something was changed or added since",
    )
    outcome.facts |= {"pdf_digest": f"sha256:{hashlib.sha256(content).hexdigest()}"}


def _fingerprints(word: str) -> list[str]:
    bare = word.replace(":", "").lower()
    if len(bare) == 64 and not set(bare) - set("0123456789abcdef"):
        return [bare]
    return [fingerprint(each) for each in certificates_read(text_read(Path(word)))]


def _in_force(certificate: x509.Certificate, issued_at: Any) -> bool:
    try:
        at = datetime.fromisoformat(issued_at)
    except ValueError as error:
        raise Unfit("issued_at 不是时间", "issued_at is no instant") from error
    return at.tzinfo is not None and certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc
