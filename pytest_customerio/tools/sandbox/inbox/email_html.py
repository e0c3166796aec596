"""What of an e-mail's HTML may stand in a frame, and where its links lead.

The frame's sandbox keeps it from running anything, and the page's Content-Security-Policy from loading anything. What
neither of them forbids is to connect ahead of that: Chromium does so for a frame that the policy then refuses and for
a link that is clicked, and `<link rel="preconnect">` asks for nothing else.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

_LEADS = ("http://", "https://", "mailto:")
# No parser is needed: the name of a tag stands literally in the source, whatever surrounds it.
_AHEAD = re.compile(r"<(?=(?:link|meta|i?frame|frameset|object|embed)(?:[\s/>]|\Z))", re.IGNORECASE)
_DOCTYPE = re.compile(r"\s*<!doctype[^>]*>", re.IGNORECASE)
# A new window is what the frame's sandbox refuses before anything else happens.
_LINKS = '<base target="_blank">'


def quiet(html: str) -> str:
    """The same with elements that mean nothing in place of those that connect; its links lead nowhere."""
    doctype = _DOCTYPE.match(html)
    start = doctype.end() if doctype else 0
    return html[:start] + _LINKS + _AHEAD.sub("<not-", html[start:])


def links(html: str) -> list[tuple[str, str]]:
    """The text and the address of each link, without those that no browser should follow."""
    found = _Links()
    found.feed(html)
    found.close()
    return [(" ".join(text.split()), address) for text, address in found.all if address.lower().startswith(_LEADS)]


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.all: list[tuple[str, str]] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.all.append(("", (dict(attrs).get("href") or "").strip()))
            self._open = True

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and tag != "a"

    def handle_data(self, data: str) -> None:
        if self._open:
            text, address = self.all[-1]
            self.all[-1] = text + data, address
