"""A page as its reader gets it: text, links and elements, by the standard library's parser."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urljoin

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Page(HTMLParser):
    """`tags` are (name, attributes) of every element, `links` the href of every <a>, absolute within the site."""

    def __init__(self, text: str, url: str = "/") -> None:
        super().__init__(convert_charrefs=True)
        self.url = url
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.links: list[str] = []
        self.pieces: list[str] = []
        self._silent = 0
        self.feed(text)
        self.close()

    @property
    def text(self) -> str:
        """What stands on the page, without scripts and styles."""
        return "".join(self.pieces)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.tags.append((tag, attributes))
        if tag == "a" and "href" in attributes:
            self.links.append(urljoin(self.url, attributes["href"]))
        if tag in ("script", "style"):
            self._silent += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._silent -= 1

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.pieces.append(data)

    def attribute(self, name: str) -> list[str]:
        """The values of an attribute, wherever it stands."""
        return [attributes[name] for _, attributes in self.tags if name in attributes]
