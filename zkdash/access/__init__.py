"""Who may see and do what: the one question that pages, the JSON API and websockets ask."""

from zkdash.access.need import Answer, Need, decide
from zkdash.access.person import ANYBODY, Person
from zkdash.access.reach import EVERYTHING, NOTHING, Reach
from zkdash.access.role import Role

__all__ = ["ANYBODY", "EVERYTHING", "NOTHING", "Answer", "Need", "Person", "Reach", "Role", "decide"]
