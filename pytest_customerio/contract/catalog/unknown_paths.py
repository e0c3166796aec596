"""What a path may be that no operation has: a misspelt one, one with a broken identifier, or an unpublished call.

The App API has calls that its description does not list. They differ from mistakes by the family, which is the first
word of the path after the version: it is a published one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pytest_customerio.contract.catalog.templates import fits, template_of
from pytest_customerio.core.nearest import nearest
from pytest_customerio.core.operation import Operation

# Families of the App API that only older descriptions list.
_FORMER_FAMILIES = frozenset({"cdp_subscriptions", "channels", "content", "webhooks"})
# The family whose calls are actions: nothing can be read there.
_ACTIONS = "send"
# Parameters of paths whose value may contain a slash; all others are numbers or words.
_FREE_TEXT = frozenset(
    {"customer_id", "delivery_id", "device_id", "email_address", "form_id", "identifier", "object_id", "snippet_name"}
)
_LONGEST, _MOST = 40, 20


def may_exist(operations: Sequence[Operation], method: str, segments: Sequence[str]) -> bool:
    """Whether the App API may have a call that is not published at this path. `operations` are the published ones.

    It is not taken for one where a mistake explains it: the wrong method of a published path, a misspelt word, a
    missing identifier, or one with a slash. Without its identifier a call that reads one thing may be one that lists
    all.
    """
    if len(segments) < 2 or segments[0] != "v1" or len(segments) > _MOST:
        return False
    family = segments[1]
    if family not in _FORMER_FAMILIES and not any(_family(each) == family for each in operations):
        return False
    if family == _ACTIONS or any(fits(template_of(each), segments) for each in operations):
        return False
    same = [each for each in operations if each.method == method]
    longer = any(fits(template_of(each), (*segments, "-")) for each in same)
    if method != "GET" and longer:
        return False
    return not (misspelt(same, segments) or split_identifier(same, segments))


def misspelt(operations: Iterable[Operation], segments: Sequence[str]) -> bool:
    """Whether the path is that of an operation in which one word differs by a letter or two."""
    for template in map(template_of, operations):
        if len(template) != len(segments):
            continue
        pairs = zip(template, segments, strict=True)
        wrong = [(part, got) for part, got in pairs if part != got and not part.startswith("{")]
        if len(wrong) == 1 and nearest(wrong[0][1][:_LONGEST], [wrong[0][0]], 0.85):
            return True
    return False


def split_identifier(operations: Sequence[Operation], segments: Sequence[str]) -> str | None:
    """The path parameter whose value contained an unescaped `/`: the path has more segments than its template.

    None where the additional segments look like words of the API: then the path is misspelt.
    """
    literals = {part for each in operations for part in template_of(each)[2:] if part and part[0] != "{"}
    for template in map(template_of, operations):
        for at, name in enumerate(template):
            swallowed = _swallowed(template, at, segments) if name[1:-1] in _FREE_TEXT else ()
            typo = any(nearest(part[:_LONGEST], literals, 0.75) for part in swallowed[1:])
            if len(swallowed) > 1 and all(swallowed[:1]) and not typo:
                return name[1:-1]
    return None


def _family(operation: Operation) -> str:
    return operation.path.split("/")[2]


def _swallowed(template: Sequence[str], at: int, segments: Sequence[str]) -> Sequence[str]:
    """The segments that the parameter at this position has to span so that the rest of the template fits; else none."""
    surplus = len(segments) - len(template)
    if surplus < 1:
        return ()
    around = (*segments[:at], *segments[at + surplus :])
    return segments[at : at + surplus + 1] if fits(template, around) else ()
