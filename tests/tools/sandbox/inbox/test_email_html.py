"""What of an e-mail may stand in a frame; that nothing is loaded, test_inbox_browser.py sees."""

from __future__ import annotations

import pytest

from pytest_customerio.tools.sandbox.inbox.email_html import list_links, make_inert

NOISY = ("<link", "<meta", "<iframe", "<frame", "<object", "<embed")
BASE = '<base target="_blank">'


@pytest.mark.parametrize(
    "html",
    [
        '<link rel="preconnect" href="http://x.example">',
        "<LINK\nrel=preconnect>",
        "<link/rel=preconnect>",
        "<noscript><link rel=preconnect></noscript>",
        '<meta http-equiv="x-dns-prefetch-control" content="on">',
        "<Meta>",
        "<p title='<link >'>",
        "<link",
        "<iframe src=x>",
        "<frameset><frame src=x>",
        "<object data=x>",
        "<EMBED src=x>",
    ],
)
def test_nothing_connects_ahead(html: str) -> None:
    """Whatever surrounds it, however it is spelled."""
    assert not [each for each in NOISY if each in make_inert(html).lower()]


@pytest.mark.parametrize(
    "html", ["<p>link meta</p>", "<linked>", "<metal>", "a < link", "<style>p { color: red }</style>"]
)
def test_all_else_stays_as_it_is(html: str) -> None:
    """Style too."""
    assert make_inert(html) == BASE + html


def test_a_doctype_stays_the_first() -> None:
    """Behind anything else it would mean nothing, and the e-mail would look another way."""
    assert make_inert("\n<!DOCTYPE html>\n<p>") == f"\n<!DOCTYPE html>{BASE}\n<p>"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (
            '<p>x <a href="https://a.example/?x=1&amp;y=2">Confirm\n <b>now</b></a> y',
            [("Confirm now", "https://a.example/?x=1&y=2")],
        ),
        ("<A HREF=' MAILTO:a@b.example '>x", [("x", "MAILTO:a@b.example")]),
        ('<a href="http://a.example"><img></a></a>', [("", "http://a.example")]),
        (
            '<a href="javascript:alert(1)">x</a><a href="data:text/html,x">x</a><a>x</a><a href>x</a><a href="/x">x</a>',
            [],
        ),
        ("<p>none</p><a", []),
    ],
)
def test_where_links_lead(html: str, expected: list[tuple[str, str]]) -> None:
    """Only to where a browser may be sent."""
    assert list_links(html) == expected
