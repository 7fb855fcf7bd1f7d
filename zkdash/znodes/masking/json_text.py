"""JSON: values are hidden where they stand, every other character stays as it was written."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from zkdash.znodes.masking.rules import MARK, Rules, Way
from zkdash.znodes.masking.splice import Cut, Masked, splice
from zkdash.znodes.pretty import TOKEN

NAMING = frozenset({"name", "key", "property", "field", "option", "variable", "param", "parameter"})
"""An object with one of these may name, in it, what its other values are about: {"name": "password", "value": …}."""
HARMLESS = frozenset({"null", "true", "false", '""'})
IN_STRING = json.dumps(MARK, ensure_ascii=False)

MaskText = Callable[[str, Rules], Masked]


@dataclass(slots=True)
class Node:
    """A value of the document. `start` and `end` are where it stands; `name` is what it is called in its object."""

    start: int
    end: int = 0
    name: str | None = None
    way: Way = ()
    children: list[Node] = field(default_factory=list)
    is_object: bool = False
    is_array: bool = False

    @property
    def is_leaf(self) -> bool:
        return not self.is_object and not self.is_array


def mask_json(text: str, rules: Rules, mask_text: MaskText) -> Masked:
    """Valid JSON without its secret values; what is a text in it is looked into by `mask_text`."""
    return splice(text, _cuts(text, _tree(text), rules, mask_text))


def _cuts(text: str, root: Node, rules: Rules, mask_text: MaskText) -> Iterator[Cut]:
    stack: list[tuple[Node, str]] = [(root, "")]
    while stack:
        node, rule = stack.pop()
        rule = rule or (rules.of_way(node.way) if rules.by_way else "")
        if node.is_leaf:
            yield from _leaf(text, node, rule, rules, mask_text)
            continue
        named = "" if rule or not node.is_object else _named(text, node, rules)
        for child in node.children:
            of_child = rule or (rules.of_name(child.name) if child.name is not None else "")
            if not of_child and named and child.name is not None and child.name.lower() not in NAMING:
                of_child = named
            stack.append((child, of_child))


def _leaf(text: str, node: Node, rule: str, rules: Rules, mask_text: MaskText) -> Iterator[Cut]:
    literal = text[node.start : node.end]
    if rule:
        if literal not in HARMLESS:
            yield Cut(node.start, node.end, rule, IN_STRING)
        return
    if not literal.startswith('"'):
        return
    value = _string(literal)
    masked = mask_text(value, rules)
    if masked.rules and masked.text != value:
        put = json.dumps(masked.text, ensure_ascii=False)
        for index, one in enumerate(masked.rules):  # one value each; only the first is put there
            yield Cut(node.start, node.end, one, put) if not index else Cut(node.end, node.end, one, "")


def _named(text: str, node: Node, rules: Rules) -> str:
    """The rule for the name that an object gives to its value."""
    for child in node.children:
        if child.name is not None and child.name.lower() in NAMING and child.is_leaf:
            literal = text[child.start : child.end]
            if literal.startswith('"') and (rule := rules.of_name(_string(literal))):
                return rule
    return ""


def _tree(text: str) -> Node:
    """The document, which must be valid."""
    root: Node | None = None
    stack: list[Node] = []
    name: str | None = None
    for match in TOKEN.finditer(text):
        part = match[0]
        if part in "}]":
            stack.pop().end = match.end()
            continue
        if part in ",:":
            continue
        parent = stack[-1] if stack else None
        if parent is not None and parent.is_object and name is None:
            name = _string(part)
            continue
        node = Node(match.start(), match.end(), name)
        if parent is not None:
            node.way = (
                (*parent.way, name if name is not None else len(parent.children)) if len(stack) < 60 else parent.way
            )
            parent.children.append(node)
        name = None
        root = root or node
        if part in "{[":
            node.is_object, node.is_array = part == "{", part == "["
            stack.append(node)
    return root or Node(0)


def _string(literal: str) -> str:
    return str(json.loads(literal))
