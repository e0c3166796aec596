"""What of an e-mail's HTML may stand in a frame.

The frame's sandbox keeps it from running anything, and the page's Content-Security-Policy from loading anything. What
neither of them forbids is to connect before something is loaded: Chromium does so for `<link rel="preconnect">`, for a
frame that the policy then refuses, and for a link that somebody clicks.
"""

from __future__ import annotations

import re

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
