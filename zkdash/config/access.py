"""[access] and [grant:NAME] -> who signs in how, and who may see and do what."""

from __future__ import annotations

from . import values
from .ini import Document
from .model import AccessConfig, GrantConfig
from .reader import Reader
from .silences import patterns

PREFIX = "grant:"
ROLES = ("viewer", "operator", "admin", "none")


def access_config(document: Document) -> AccessConfig:
    return AccessConfig(grants=_grants(document))


def _grants(document: Document) -> tuple[GrantConfig, ...]:
    """The grants in the order that they are written in."""
    found = [_grant(Reader(document, section)) for section in document.values if section.startswith(PREFIX)]
    return tuple(grant for grant in found if grant)


def _grant(reader: Reader) -> GrantConfig | None:
    before = len(reader.document.mistakes)
    name = reader.section.removeprefix(PREFIX)
    try:
        values.name(name)
    except ValueError as error:
        reader.mistake("", str(error))
    grant = GrantConfig(
        name=name,
        role=reader.read("role", _role) or "",
        users=reader.read("users", patterns) or (),
        groups=reader.read("groups", patterns) or (),
        clusters=reader.read("clusters", patterns) or (),
        paths=reader.read("paths", _paths) or (),
        unmask=bool(reader.read("unmask", values.yes_no)),
    )
    if len(reader.document.mistakes) == before and not grant.users and not grant.groups:
        reader.mistake("", "say who is meant: users, groups, or both; * is everybody who is signed in")
    if grant.unmask and grant.role == "none":
        reader.mistake("unmask", "a grant that denies can't show secrets")
    return None if len(reader.document.mistakes) > before else grant


def _role(text: str) -> str:
    if text not in ROLES:
        raise ValueError(f"write {', '.join(ROLES[:-1])}, or {ROLES[-1]} to deny")
    return text


def _paths(text: str) -> tuple[str, ...]:
    """Paths of znodes, each on a line of its own."""
    found = tuple(dict.fromkeys(values.znode_path(line.strip()) for line in text.split("\n") if line.strip()))
    if not found:
        raise ValueError("write at least one path, such as /")
    return found
