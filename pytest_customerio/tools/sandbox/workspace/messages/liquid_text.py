"""Fills in Liquid: values, filters, conditions, loops. The only module that uses python-liquid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from liquid import Environment

MAX_ITERATIONS = 100_000  # of all loops in one text together
MAX_BYTES = 5_000_000  # of the result, and of the values that a text assigns
MAX_DEPTH = 30  # of templates that include others
# Tags of Customer.io that stand for a page of its own. The sandbox has none of them.
_PAGES = ("unsubscribe_url", "manage_subscription_preferences_url", "view_in_browser_url")


@dataclass(frozen=True, slots=True)
class LiquidText:
    """A text with its values filled in; the text as it was, and the `problem`, if that failed."""

    text: str
    problem: str = ""


def render(text: str, values: Mapping[str, Any], folder: str = "") -> LiquidText:
    """Fill in Liquid. `folder` has the templates that a text may include."""
    if "{{" not in text and "{%" not in text:
        return LiquidText(text)
    try:
        from liquid.exceptions import LiquidError, TemplateNotFoundError
    except ModuleNotFoundError:
        return LiquidText(text, "Liquid is not filled in: pip install 'pytest-customerio[sandbox]'")
    try:
        return LiquidText(_environment(folder).from_string(text).render(**values))
    except TemplateNotFoundError as error:
        return LiquidText(text, f"Liquid: there is no template {error.message}; the text stays as it is")
    except LiquidError as error:
        return LiquidText(text, f"Liquid: {error.message}; the text stays as it is")
    except Exception as error:  # of a filter: `'nan' | round` raises a ValueError
        return LiquidText(text, f"Liquid: {error}; the text stays as it is")


@lru_cache(maxsize=8)
def _environment(folder: str) -> Environment:
    """Liquid within bounds, so that no text keeps the sandbox busy for long."""
    import liquid

    class Bounded(liquid.Environment):
        loop_iteration_limit = MAX_ITERATIONS
        output_stream_limit = MAX_BYTES
        local_namespace_limit = MAX_BYTES
        context_depth_limit = MAX_DEPTH

    loader = liquid.FileSystemLoader(folder, ext=".html") if folder else liquid.DictLoader({})
    environment = Bounded(loader=loader)
    for name in _PAGES:
        environment.add_tag(_page_tag(name))
    return environment


def _page_tag(page: str) -> Any:
    from liquid import Node, Tag

    class PageNode(Node):
        def render_to_output(self, context: Any, buffer: Any) -> int:
            return int(buffer.write(f"https://track.customer.io/{page.removesuffix('_url')}/sandbox"))

    class PageTag(Tag):
        name = page
        block = False

        def parse(self, stream: Any) -> Node:
            return PageNode(stream.current)

    return PageTag
