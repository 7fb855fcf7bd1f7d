"""Reading a template of the configuration: mistakes in it are said before it is ever used."""

from __future__ import annotations

import jinja2
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

LONGEST_CHARACTERS = 65_536


def checked(text: str) -> str:
    """The template, if it is one. Raises ValueError without showing any of it."""
    if not text.strip():
        raise ValueError("there is nothing in it")
    if len(text) > LONGEST_CHARACTERS:
        raise ValueError(f"a template has {LONGEST_CHARACTERS} characters at most")
    environment = ImmutableSandboxedEnvironment()
    try:
        tree = environment.parse(text)
    except jinja2.TemplateSyntaxError as error:
        raise ValueError(f"this is not a Jinja template: line {error.lineno}") from None
    except (RecursionError, MemoryError, ValueError):
        raise ValueError("this is not a Jinja template: it is nested too deeply") from None
    for sort, known in ((nodes.Filter, environment.filters), (nodes.Test, environment.tests)):
        for node in tree.find_all(sort):
            if node.name not in known:
                raise ValueError(f"line {node.lineno}: there is no such {sort.__name__.lower()}")
    for other in (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends):
        for found in tree.find_all(other):
            raise ValueError(f"line {found.lineno}: there is no other template to include, import or extend")
    return text
