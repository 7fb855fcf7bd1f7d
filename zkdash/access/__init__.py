"""Who may do what: the one question that pages and the JSON API ask before they show or change something."""

from zkdash.access.person import Person, require
from zkdash.access.role import Role

__all__ = ["Person", "Role", "require"]
