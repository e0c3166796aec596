"""What an expression of the application's code is, as far as annotations, assignments and `return` say it.

The code is read and never run. Names of variables lead to classes and functions of the SDKs and clients, or to code of
the project.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from pytest_customerio.clients.mocks.originals.roles import ANY, Role, called
from pytest_customerio.clients.mocks.source_code.declarations import AROUND, DEEPEST, Declarations
from pytest_customerio.clients.mocks.source_code.inferred import (
    Code,
    Collection,
    Found,
    Giving,
    best,
    collection_of,
    numbered,
)
from pytest_customerio.clients.mocks.source_code.sources import Source
from pytest_customerio.clients.mocks.source_code.syntax import assigned_to, is_none, last_name, put_under

# What gives the result of a function that it is given, as in FastAPI.
_INJECTING = ("Depends", "Security", "SimpleLazyObject", "LocalProxy", "Proxy")
# Functions that give the collection that they are given, in another form.
_SAME = frozenset({"list", "tuple", "set", "frozenset", "sorted", "reversed", "iter", "dict", "deque", "cycle"})
# What stands for the thing that it is given; what gives what a function that it is given gives; what finds a name.
_AS_GIVEN = frozenset({"partial", "closing", "aclosing", "nullcontext", "enter_context", "enter_async_context"})
_PROVIDING = frozenset({"Singleton", "ThreadLocalSingleton", "ThreadSafeSingleton", "Factory", "Resource"})
_BY_NAME = frozenset({"import_string", "import_object", "locate", "resolve_name", "import_module"})
_FACTORIES = ("default_factory", "factory", "default")
# What a container of dependencies gives for a class: `container.resolve(CustomerIO)`.
_RESOLVING = frozenset({"resolve", "get", "provide", "inject", "instance", "get_instance", "build", "aget", "lookup"})


class Inference(Declarations):
    """Reads the code of the project. `named` gives what a dotted name of an SDK or a client stands for."""

    def of(self, source: Source, node: ast.AST, depth: int = 0) -> Found:
        """What an expression is; None where the code does not say it."""
        found: Found = None
        match node if depth <= DEEPEST else None:
            case ast.Name(id=name):
                found = self._variable(source, node, name, depth + 1)
            case ast.Attribute(value=value, attr=name):
                found = self._attribute(self.of(source, value, depth + 1), name, depth + 1)
                found = found or self._assigned_anywhere(name, depth + 1)
            case ast.Call() as call:
                found = self._call(source, call, depth + 1)
            case ast.Lambda(body=body):
                found = Giving(self.of(source, body, depth + 1))
            case ast.Await(value=value) | ast.NamedExpr(value=value):
                found = self.of(source, value, depth + 1)
            case ast.Subscript(value=around) as one if last_name(around) not in AROUND:
                found = self._element(source, one, depth + 1)
            case _:
                found = self._several(source, node, depth + 1) or self._type(source, node, depth + 1)
        return found

    def _several(self, source: Source, node: ast.AST, depth: int) -> Found:
        """What an expression is that has several values: one of them, or all."""
        found: Found = None
        match node:
            case ast.BoolOp(values=several):
                found = best(self.of(source, one, depth) for one in several)
            case ast.IfExp(body=one, orelse=other):
                found = best(self.of(source, each, depth) for each in (one, other))
            case ast.List(elts=several) | ast.Set(elts=several) | ast.Dict(values=several):
                found = collection_of(best(self.of(source, one, depth) for one in several))
            case ast.Tuple(elts=several):
                found = Collection(places=tuple(self.of(source, one, depth) for one in several))
            case ast.ListComp(elt=one) | ast.SetComp(elt=one) | ast.GeneratorExp(elt=one) | ast.DictComp(value=one):
                found = collection_of(self.of(source, one, depth))
        return found

    def _call(self, source: Source, call: ast.Call, depth: int) -> Found:
        """What a call gives: of a function that is known by its name, or of the project's, or of a library's."""
        first = self.of(source, call.args[0], depth) if call.args else None
        found = self._by_name(call, first, depth) or self._result(self.of(source, call.func, depth), depth)
        return found or self._provided(source, call, first, depth)

    def _by_name(self, call: ast.Call, first: Found, depth: int) -> Found:
        """What a function gives that many projects use; `first` is its first argument."""
        found: Found = None
        match last_name(call.func), call.args:
            case name, _ if name in _INJECTING:
                found = self._result(first, depth)
            case name, _ if name in _AS_GIVEN or (name in _SAME and isinstance(first, Collection)):
                found = first
            case name, _ if name in _PROVIDING:
                found = Giving(self._result(first, depth))
            case name, [ast.Constant(value=str() as text), *_] if name in _BY_NAME:
                found = self._imported(text, depth)
            case "getattr", [_, name, *_]:
                found = self._attribute(first, getattr(name, "value", None) or ANY, depth)
            case "next", _ if isinstance(first, Collection):
                found = first.element(None)
            case "enumerate", _ if isinstance(first, Collection):
                found = numbered(first)
        return found

    def _provided(self, source: Source, call: ast.Call, first: Found, depth: int) -> Found:
        """What a call of a library gives, by what it is given: a class, or what makes the default."""
        name = last_name(call.func)
        if name in _RESOLVING and isinstance(first, Role) and first.kind == "class":
            return called(first)
        default = next((self.of(source, one.value, depth) for one in call.keywords if one.arg in _FACTORIES), None)
        return collection_of(default) if name == "ContextVar" else self._result(default, depth) or default

    def _element(self, source: Source, node: ast.Subscript, depth: int) -> Found:
        """What stands in a place of a collection."""
        place = node.slice.value if isinstance(node.slice, ast.Constant) else None
        found = self.of(source, node.value, depth)
        if isinstance(found, Collection):
            return found.element(place)
        if isinstance(found, Code) and isinstance(place, str):
            return self._attribute(found, place, depth)  # a `TypedDict`
        if not isinstance(place, str) or found is not None:
            return None
        return self._agreed(place, lambda one: put_under(one, last_name(node.value), place), depth)

    def _assigned_anywhere(self, name: str, depth: int) -> Found:
        """What an attribute of a library's object is: what the project gives all attributes of this name.

        `app.state.customerio`, `g.customerio`, `current_app.customerio`.
        """
        return self._agreed(name, lambda one: assigned_to(one, name), depth)

    def _agreed(self, word: str, given: Callable[[ast.AST], Iterator[ast.expr]], depth: int) -> Found:
        if word in self._looked_up or depth > DEEPEST:
            return None
        self._looked_up.add(word)
        try:
            found = [
                self.of(source, one, depth)
                for source in self.project.modules(word)
                for node in source.scopes
                for one in given(node)
                if not is_none(one) and word not in _names(one)
            ]
        finally:
            self._looked_up.discard(word)
        return found[0] if found and all(one == found[0] for one in found) else None


def _names(node: ast.expr) -> set[str]:
    """The names of the attributes in an expression."""
    return {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)}
