"""Makes the HTML of an e-mail safe to show in a frame, and lists its links.

The frame's `sandbox` attribute keeps the HTML from running anything, and the Content-Security-Policy of the page keeps
it from loading anything. Neither keeps a browser from opening a connection in advance: Chromium does so for a frame
that the policy then refuses, for a link that is clicked, and for `<link rel="preconnect">`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from itertools import islice

from lxml.etree import HTMLParser, XMLSyntaxError

MOST_LINKS = 50
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
    """The text and the address of the first links whose scheme is http, https or mailto.

    libxml2 reports each element once it is read and builds no tree, so that the time grows with the length of the HTML.
    A parser that builds the tree of the HTML standard takes seconds for 45 KB of elements that are never closed.
    """
    target = _Links()
    parser = HTMLParser(target=target, encoding="utf-8")
    parser.feed(html.encode("utf-8", "replace"))
    with suppress(XMLSyntaxError):  # there is no element in it
        parser.close()
    found = ((" ".join(text.split()), address.strip()) for text, address in target.links)
    return list(islice((link for link in found if _is_followed(link[1])), MOST_LINKS))


def _is_followed(address: str) -> bool:
    return address.lower().startswith(_FOLLOWED)


class _Links:
    """The links of a document as the parser reports its elements: the text and the address of each."""

    def __init__(self) -> None:
        self.links: list[list[str]] = []
        self._open = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        if tag == "a":
            self.links.append(["", attributes.get("href", "")])
            self._open = True

    def end(self, tag: str) -> None:
        """An element ends."""
        self._open = self._open and tag != "a"

    def data(self, text: str) -> None:
        """Text between two tags."""
        if self._open:
            self.links[-1][0] += text

    def close(self) -> None:
        """The document ends."""
