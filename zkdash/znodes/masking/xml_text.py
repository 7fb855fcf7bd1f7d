"""XML: what stands in secret elements and attributes is hidden, the tags stay as they were written."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from xml.sax.saxutils import escape

from zkdash.znodes.formats.xml import TOKEN
from zkdash.znodes.masking.json_text import NAMING, MaskText
from zkdash.znodes.masking.rules import Rules
from zkdash.znodes.masking.splice import Cut, Masked, splice

ATTRIBUTE = re.compile(r"""([\w:.-]+)\s*=\s*("[^"]*"|'[^']*')""")
TAG = re.compile(r"<([^\s/>]+)")
CDATA, CDATA_END = "<![CDATA[", "]]>"


@dataclass(slots=True)
class Element:
    """An open element: its number, its name, and the rule that hides what is in it."""

    number: int
    name: str
    rule: str = ""


def mask_xml(text: str, rules: Rules, mask_text: MaskText) -> Masked:
    """A document that expat takes, without its secret values."""
    named = _named(text, rules)
    cuts: list[Cut] = []
    stack: list[Element] = [Element(0, "")]
    number = 0
    for match in TOKEN.finditer(text):
        part, start = match[0], match.start()
        if part.startswith("</"):
            if len(stack) > 1:
                stack.pop()
        elif part.startswith(CDATA):
            inside = part[len(CDATA) : -len(CDATA_END)]
            cuts += _content(inside, start + len(CDATA), stack[-1].rule, rules, mask_text, plain=True)
        elif part.startswith(("<!", "<?")):
            cuts += _content(part, start, "", rules, mask_text, plain=True)
        elif part.startswith("<"):
            number += 1
            name = _local(TAG.match(part))
            own, of_tag = _attributes(part, start, rules, mask_text)
            cuts += own
            of_parent = named.get(stack[-1].number, "") if name.lower() not in NAMING else ""
            rule = stack[-1].rule or rules.of_name(name) or of_tag or of_parent
            if not part.endswith("/>"):
                stack.append(Element(number, name, rule))
        else:
            cuts += _content(part, start, stack[-1].rule, rules, mask_text)
    return splice(text, cuts)


def _named(text: str, rules: Rules) -> dict[int, str]:
    """By the number of an element the rule for the name that a child gives it: <name>password</name>."""
    found: dict[int, str] = {}
    stack = [Element(0, "")]
    number = 0
    for match in TOKEN.finditer(text):
        part = match[0]
        if part.startswith("</"):
            if len(stack) > 1:
                stack.pop()
        elif part.startswith("<") and not part.startswith(("<!", "<?")):
            number += 1
            if not part.endswith("/>"):
                stack.append(Element(number, _local(TAG.match(part))))
        elif len(stack) > 1 and stack[-1].name.lower() in NAMING and not part.startswith(("<!--", "<?")):
            inside = part[len(CDATA) : -len(CDATA_END)] if part.startswith(CDATA) else html.unescape(part)
            if rule := rules.of_name(inside.strip()):
                found[stack[-2].number] = rule
    return found


def _attributes(part: str, start: int, rules: Rules, mask_text: MaskText) -> tuple[list[Cut], str]:
    """What is to be hidden in a tag, and the rule for the element that it names."""
    pairs = [(match, match[1].rpartition(":")[2], html.unescape(match[2][1:-1])) for match in ATTRIBUTE.finditer(part)]
    naming = [rules.of_name(value) for _, name, value in pairs if name.lower() in NAMING]
    of_tag = next(filter(None, naming), "")
    cuts: list[Cut] = []
    for match, name, value in pairs:
        begin, end = start + match.start(2) + 1, start + match.end(2) - 1
        rule = rules.of_name(name) or (
            of_tag if name.lower() not in NAMING and not match[1].startswith("xmlns") else ""
        )
        if rule and value:
            cuts.append(Cut(begin, end, rule))
        elif value:
            cuts += _content(value, begin, "", rules, mask_text, end=end)
    return cuts, of_tag


def _content(
    text: str, start: int, rule: str, rules: Rules, mask_text: MaskText, *, plain: bool = False, end: int | None = None
) -> list[Cut]:
    """What is to be hidden of a stretch of text: all of it by a rule, or what is found in it."""
    end = start + len(text) if end is None else end
    if rule:
        inside = text.strip()
        if not inside:
            return []
        begin = start + text.index(inside)
        return [Cut(begin, begin + len(inside), rule)]
    value = text if plain else html.unescape(text)
    masked = mask_text(value, rules)
    if not masked.rules or masked.text == value:
        return []
    put = masked.text if plain else escape(masked.text, {'"': "&quot;"})
    lines = text.count("\n")
    return [Cut(start, end, masked.rules[0], put.replace("\n", " ") if lines else put)] + [
        Cut(end, end, rule, "") for rule in masked.rules[1:]
    ]


def _local(match: re.Match[str] | None) -> str:
    return match[1].rpartition(":")[2] if match else ""
