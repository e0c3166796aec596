"""Makes the HTML of an e-mail safe to show in a frame, and lists its links.

The frame's `sandbox` attribute keeps the HTML from running anything, and the Content-Security-Policy of the page keeps
it from loading anything. Neither keeps a browser from opening a connection in advance: Chromium does so for a frame
that the policy then refuses, for a link that is clicked, and for `<link rel="preconnect">`.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

_FOLLOWED = ("http://", "https://", "mailto:")
# A search for the text is enough, as the name of an element always stands literally in the source.
_CONNECTING = re.compile(r"<(?=(?:link|meta|i?frame|frameset|object|embed)(?:[\s/>]|\Z))", re.IGNORECASE)
_DOCTYPE = re.compile(r"\s*<!doctype[^>]*>", re.IGNORECASE)
# The frame's sandbox refuses a new window before the browser connects.
_NEW_WINDOW = '<base target="_blank">'


def make_inert(html: str) -> str:
    """The HTML with unknown elements in place of those that connect; its links lead nowhere."""
    doctype = _DOCTYPE.match(html)
    start = doctype.end() if doctype else 0
    return html[:start] + _NEW_WINDOW + _CONNECTING.sub("<not-", html[start:])


def list_links(html: str) -> list[tuple[str, str]]:
    """The text and the address of each link whose scheme is http, https or mailto."""
    parser = _LinkParser()
    parser.feed(html)
    parser.close()
    return [(" ".join(text.split()), address) for text, address in parser.links if _is_followed(address)]


def _is_followed(address: str) -> bool:
    return address.lower().startswith(_FOLLOWED)


class _LinkParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.links.append(("", (dict(attrs).get("href") or "").strip()))
            self._open = True

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and tag != "a"

    def handle_data(self, data: str) -> None:
        if self._open:
            text, address = self.links[-1]
            self.links[-1] = text + data, address
