"""What an export has of a subtree, and of each of its znodes."""

from __future__ import annotations

import base64
import enum
from dataclasses import dataclass
from typing import Any

from zkdash.znodes import acl
from zkdash.znodes.masking import masked_by
from zkdash.znodes.stat import hex_id
from zkdash.znodes.walk import Node

MAX_ZIPPED = 200_000
"""A zip keeps an index of its files in memory until its end."""


class Format(enum.StrEnum):
    """What an export can be."""

    JSON = "json"
    YAML = "yaml"
    ZIP = "zip"


TYPES = {Format.JSON: "application/json", Format.YAML: "application/yaml", Format.ZIP: "application/zip"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to export. Without `stat` or `acl` exports of two clusters are easier to compare."""

    cluster: str
    path: str
    format: Format = Format.JSON
    stat: bool = True
    acl: bool = True

    @property
    def file_name(self) -> str:
        """A name for the file, plain ASCII."""
        name = "".join(c if (c.isalnum() and c.isascii()) or c in "-_." else "_" for c in self.cluster + self.path)
        return f"{name.strip('_')[:80]}.{self.format}"


def record(node: Node, wanted: Wanted) -> dict[str, Any]:
    """What there is to say about a znode. Password hashes in access lists are left out."""
    found: dict[str, Any] = {"path": node.path}
    if node.trouble:
        return found | {"trouble": node.trouble}
    found |= value_of(node.value)
    if hidden := masked_by(node.value):
        found["masked"] = len(hidden)
    if wanted.acl and node.acls is not None:
        found["acl"] = [{"scheme": one.scheme, "id": one.id, "may": list(one.may)} for one in acl.in_words(node.acls)]
    if wanted.stat and node.stat is not None:
        found["stat"] = node.stat._asdict() | {"ephemeralOwner": hex_id(node.stat.ephemeralOwner)}
    return found


def value_of(value: bytes | None) -> dict[str, Any]:
    """The value as text, or in base64 with a word that it is; null for none."""
    if value is None:
        return {"data": None}
    try:
        return {"data": value.decode()}
    except UnicodeDecodeError:
        return {"data": base64.b64encode(value).decode(), "encoding": "base64"}
