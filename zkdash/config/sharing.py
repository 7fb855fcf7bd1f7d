"""[sharing] and [status:NAME] -> what is shown to who does not sign in, and for how long."""

from __future__ import annotations

from . import values
from .ini import Document
from .model import SharingConfig, StatusConfig
from .reader import Reader

PREFIX = "status:"
MINUTE_S = 60.0
LONGEST_S = 400 * 86_400.0


def sharing_config(document: Document) -> SharingConfig:
    longest = Reader(document, "sharing").read("longest", lambda text: values.seconds(text, MINUTE_S, LONGEST_S))
    pages = [_status(Reader(document, section)) for section in document.values if section.startswith(PREFIX)]
    return SharingConfig(
        longest_s=SharingConfig().longest_s if longest is None else longest, statuses=tuple(filter(None, pages))
    )


def _status(reader: Reader) -> StatusConfig | None:
    before = len(reader.document.mistakes)
    name = reader.name(PREFIX)
    page = StatusConfig(
        name=name,
        clusters=reader.read("clusters", values.patterns) or (),
        title=reader.read("title", values.one_line) or name,
        hostnames=bool(reader.read("hostnames", values.yes_no)),
        public=bool(reader.read("public", values.yes_no)),
    )
    if len(reader.document.mistakes) == before and not page.clusters:
        reader.mistake("", "say which clusters it shows: clusters")
    return None if len(reader.document.mistakes) > before else page
