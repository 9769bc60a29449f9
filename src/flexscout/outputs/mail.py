"""A draft of an e-mail about a result, as an .eml file that e-mail programs open to edit and send."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256
from typing import Any

from flexscout.domain import format_count, format_date, join_address
from flexscout.errors import OutputError
from flexscout.outputs.branding import Branding

_TYPES = {
    ".html": ("text", "html"),
    ".pdf": ("application", "pdf"),
    ".xlsx": ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
_LISTED = 5  # properties in the text


@dataclass(frozen=True)
class Attachment:
    """A file of an e-mail.

    Attributes:
        content: Its content.
        name: Its name, with the suffix .html, .pdf or .xlsx.

    """

    content: bytes
    name: str


def render_mail(report: Mapping[str, Any], branding: Branding, attachments: Sequence[Attachment], to: str = "") -> bytes:
    """Return an e-mail with the best properties in its text; equal arguments give equal bytes.

    Args:
        report: The report of the run.
        branding: The firm's name, which begins the subject.
        attachments: The files.
        to: The addresses, separated by commas; empty to enter them in the e-mail program.

    Raises:
        OutputError: An address isn't one.

    """
    mail = EmailMessage(policy=SMTP)
    mail["X-Unsent"] = "1"  # e-mail programs open it as a draft
    mail["Subject"] = _describe_subject(report, branding)
    if to.strip():
        mail["To"] = _parse_addresses(to)
    mail.set_content("\n".join(_list_lines(report, attachments)) + "\n", cte="quoted-printable")
    for one in attachments:
        main, sub = _TYPES.get(f".{one.name.rpartition('.')[2].lower()}", ("application", "octet-stream"))
        mail.add_attachment(one.content, maintype=main, subtype=sub, filename=one.name)
    if attachments:
        hashed = sha256(b"\0".join(one.content for one in attachments)).hexdigest()
        mail.set_boundary(f"=_flexscout_{hashed[:32]}")  # the library's own is random
    return mail.as_bytes()


def _describe_subject(report: Mapping[str, Any], branding: Branding) -> str:
    count = format_count(report["statistics"]["unique_flex_properties"], "flex-industrial property")
    day = f", data of {format_date(date.fromisoformat(report['data_date']))}" if report.get("data_date") else ""
    return f"{branding.name}: {count}{day}" if branding.name else f"{count}{day}"


def _list_lines(report: Mapping[str, Any], attachments: Sequence[Attachment]) -> list[str]:
    best = report["top_candidates"][:_LISTED]
    lines = ["The best properties on the list:", ""] if best else ["No property is on the list."]
    lines += [f"{rank}. {_describe_property(row)}" for rank, row in enumerate(best, 1)]
    if attachments:
        lines += ["", "Attached:", *(f"- {one.name}" for one in attachments)]
    return lines


def _describe_property(row: Mapping[str, Any]) -> str:
    size, price = row.get("Building SqFt"), row.get("Asking Price")
    facts = [
        f"score {row['Flex Score']:g}",
        f"{size:,.0f} sq ft" if size else "",
        f"asking ${price:,.0f}" if price else "",
    ]
    return f"{join_address(row) or row.get('Property ID') or '?'}: {', '.join(filter(None, facts))}"


def _parse_addresses(text: str) -> list[Address]:
    given = [one.strip() for one in text.replace(";", ",").split(",") if one.strip()]
    try:
        return [Address(addr_spec=one) for one in given]
    except Exception:  # noqa: BLE001 - the parser of the library raises errors of several kinds
        raise OutputError(f"{text!r} isn't an e-mail address.", "Write it like name@example.com.") from None
