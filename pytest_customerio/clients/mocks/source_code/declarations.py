"""What names, attributes and annotations of the application's code are: as its definitions and assignments say it."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from pytest_customerio.clients.mocks.originals.roles import Role, called, child
from pytest_customerio.clients.mocks.source_code.inferred import (
    Code,
    Collection,
    Found,
    Giving,
    best,
    collection_of,
    is_nothing,
)
from pytest_customerio.clients.mocks.source_code.project_code import ProjectCode
from pytest_customerio.clients.mocks.source_code.sources import Source
from pytest_customerio.clients.mocks.source_code.syntax import (
    FUNCTIONS,
    Function,
    arguments,
    binds,
    given_to,
    imports,
    is_global,
    is_property,
    last_name,
    own,
    parameters,
    parsed,
    returned,
    stored,
    values,
    within,
)

# Steps from one name to the next, after which nothing is said.
DEEPEST = 12
# Annotations that hold the one that is meant.
AROUND = frozenset({"Optional", "Union", "Annotated", "Final", "ClassVar"})
# Annotations of what holds several, of which the last one is what is meant; what gives one by one, as a fixture or a
# context manager does, may stand for that one.
_GENERATORS = frozenset({"Iterator", "AsyncIterator", "Generator", "AsyncGenerator"})
_COLLECTIONS = frozenset(
    {"list", "tuple", "set", "frozenset", "dict", "deque", "defaultdict", "List", "Tuple", "Set", "FrozenSet", "Dict"}
    | {"Sequence", "MutableSequence", "Iterable", "Collection", "Mapping", "MutableMapping", "ContextVar", "LocalProxy"}
)
_SUBSCRIBED = _COLLECTIONS | _GENERATORS | {"Callable", "type", "Type"}


class Declarations(ABC):
    """Reads the code of the project. `named` gives what a dotted name of an SDK or a client stands for."""

    def __init__(self, named: Callable[[str], Role | None], is_project: Callable[[str], bool]) -> None:
        self._named = named
        self.project = ProjectCode(is_project)
        self._looked_up: set[str] = set()
        # The function that calls a mock now, and the class of the object whose method it is.
        self.running: tuple[str, Code] | None = None

    @abstractmethod
    def of(self, source: Source, node: ast.AST, depth: int = 0) -> Found:
        """What an expression is; None where the code does not say it."""

    def _type(self, source: Source, node: ast.AST | None, depth: int) -> Found:
        """The class that an annotation means which is no mere name."""
        found: Found = None
        match node:
            case ast.Subscript(value=around, slice=inside) if last_name(around) in AROUND:
                several = inside.elts if isinstance(inside, ast.Tuple) else [inside]
                meant = several[:1] if last_name(around) == "Annotated" else several
                found = best(self.of(source, one, depth + 1) for one in meant)
            case ast.BinOp(left=one, op=ast.BitOr(), right=other):
                found = best(self.of(source, each, depth + 1) for each in (one, other))
            case ast.Constant(value=str() as text):
                quoted = parsed(text)
                found = self.of(source, quoted, depth + 1) if quoted is not None else None
        return found

    def _annotated(self, source: Source, node: ast.AST, depth: int) -> Found:
        """What has this annotation."""
        match node:
            case ast.Subscript(value=around, slice=inside) if last_name(around) in _SUBSCRIBED:
                several = inside.elts if isinstance(inside, ast.Tuple) else [inside]
                several = [one for one in several if not (isinstance(one, ast.Constant) and one.value is ...)]
                return self._holding(source, last_name(around), several, depth + 1)
            case ast.BinOp(left=one, right=other):
                return best(self._annotated(source, each, depth + 1) for each in (one, other))
            case ast.Constant(value=str() as text):
                quoted = parsed(text)
                return self._annotated(source, quoted, depth + 1) if quoted is not None else None
        found = self.of(source, node, depth)
        is_class = isinstance(found.node, ast.ClassDef) if isinstance(found, Code) else isinstance(found, Role)
        return self._result(found, depth) if is_class else None

    def _holding(self, source: Source, name: str, several: list[ast.expr], depth: int) -> Found:
        """What has an annotation with another one in it, such as `list[…]` or `Callable[[], …]`."""
        if name in ("type", "Type"):
            return self.of(source, several[0], depth)
        if name in _GENERATORS:
            return best(self._annotated(source, one, depth) for one in several)
        last = self._annotated(source, several[-1], depth)
        return Giving(last) if name == "Callable" else collection_of(last)

    def _any(self, source: Source, given: Iterable[tuple[ast.expr, bool]], depth: int) -> Found:
        return best(
            self._annotated(source, node, depth) if annotation else self.of(source, node, depth)
            for node, annotation in given
        )

    def _variable(self, source: Source, node: ast.AST, name: str, depth: int) -> Found:
        scope = source.scopes.get(node)
        if (
            isinstance(scope, ast.ClassDef)
            and (found := self._any(source, values(own(scope), name), depth)) is not None
        ):
            return found
        while scope is not None:
            if isinstance(scope, ast.Lambda) and name in parameters(scope):
                return None
            if isinstance(scope, FUNCTIONS) and binds(scope, name):
                annotated = self._any(source, given_to(scope, name), depth)
                bound = self._bound(source, scope, name, depth)
                found = best([annotated, bound]) or self._instance(source, scope, name)
                if (found is None or is_nothing(found)) and name in parameters(scope):
                    return self._passed(source, scope, name, depth) or found
                return found
            scope = source.scopes.get(scope)
        return self._global(source, name, depth)

    def _instance(self, source: Source, scope: Function, name: str) -> Code | None:
        """What the first parameter of a method is: of the method that runs now, the object that it has."""
        if parameters(scope)[:1] != [name]:
            return None
        if self.running is not None and self.running[0] == scope.name:
            return self.running[1]
        owner = source.scopes.get(scope)
        return Code(source, owner, made=True) if isinstance(owner, ast.ClassDef) else None

    def _passed(self, source: Source, function: Function, name: str, depth: int) -> Found:
        """What the project's own code, but for its tests, gives a function for a parameter that says nothing itself."""
        owner = source.scopes.get(function)
        target = owner if isinstance(owner, ast.ClassDef) and function.name == "__init__" else function
        place = parameters(function).index(name) - isinstance(owner, ast.ClassDef)
        found: list[Found] = []
        for other in self.project.modules(target.name):
            for call in other.calls.values():
                if last_name(call.func) == target.name and self.of(other, call.func, depth + 1) == Code(source, target):
                    found += [self.of(other, one, depth + 1) for one in arguments(call, place, name)]
                elif call.args and last_name(call.args[0]) == target.name:
                    found += self._given_beside(other, call, Code(source, target), place, name, depth + 1)
        return best(found)

    def _given_beside(
        self, source: Source, call: ast.Call, target: Code, place: int, name: str, depth: int
    ) -> Iterator[Found]:
        """What a call gives beside a function or class that is called with it: `partial(f, x)`, `Factory(C, x=…)`."""
        if self.of(source, call.args[0], depth) == target:
            for one in arguments(call, place + 1, name):
                found = self.of(source, one, depth)
                yield found.result if isinstance(found, Giving) else found

    def _global(self, source: Source, name: str, depth: int) -> Found:
        """What a module's variable is: imported, defined, or assigned, also in a function that says `global`."""
        functions = [one for one in source.scopes if isinstance(one, FUNCTIONS) and is_global(one, name)]
        return best(self._bound(source, scope, name, depth) for scope in (source.tree, *functions))

    def _bound(self, source: Source, scope: ast.AST, name: str, depth: int) -> Found:
        """What a variable is in a module or a function: imported, defined or assigned there."""
        found: list[Found] = []
        for node in own(scope):
            if isinstance(node, (*FUNCTIONS, ast.ClassDef)) and node.name == name:
                found.append(Code(source, node))
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                found += [self._imported(one, depth) for one in imports(source.package, node, name)]
        nodes = source.scopes if scope is source.tree else within(scope)
        found += [collection_of(self.of(source, one, depth)) for one in stored(nodes, name)]
        return best([*found, self._any(source, values(own(scope), name), depth)])

    def _imported(self, dotted: str, depth: int) -> Found:
        """What stands under a dotted name, in an SDK, a client or a module of the project."""
        role = self._named(dotted)
        if role is not None or depth > DEEPEST:
            return role
        module = self.project.module(dotted)
        if module is not None:
            return module
        home, _, name = dotted.rpartition(".")
        outer = self.project.module(home) if home else None
        return self._global(outer.source, name, depth + 1) if outer is not None else None

    def _attribute(self, base: Found, name: str, depth: int) -> Found:
        if isinstance(base, (Collection, Giving)):
            return base.method(name) if isinstance(base, Collection) else None
        if isinstance(base, Role):
            if base.kind == "module":
                return self._named(f"{base.label}.{name}")
            return None if base.kind in ("class", "function") else child(base, name)
        if base is None or depth > DEEPEST:
            return None
        if isinstance(base.node, ast.Module):
            return self._global(base.source, name, depth) or self.project.module(f"{base.source.package}.{name}")
        return self._member(base.source, base.node, name, depth) if isinstance(base.node, ast.ClassDef) else None

    def _member(self, source: Source, node: ast.ClassDef, name: str, depth: int) -> Found:
        """An attribute of a class of the project, or of an instance of one."""
        methods = [one for one in own(node) if isinstance(one, FUNCTIONS)]
        for method in methods:
            if method.name == name:
                made = Code(source, method)
                return self._result(made, depth) if is_property(method) else made
        given, held = [*values(own(node), name)], [*stored(own(node), name)]
        for method in methods:
            first = next(iter(parameters(method)), "self")
            given += values(own(method), f"{first}.{name}")
            held += stored(own(method), f"{first}.{name}")
        inside = [collection_of(self.of(source, one, depth)) for one in held]
        inherited = (self._inherited(self.of(source, base, depth + 1), name, depth) for base in node.bases)
        passed_on = (self._result(Code(source, one), depth) for one in methods if one.name == "__getattr__")
        return best([*inside, self._any(source, given, depth)]) or best(inherited) or best(passed_on)

    def _inherited(self, base: Found, name: str, depth: int) -> Found:
        return self._attribute(replace(base, kind="instance") if isinstance(base, Role) else base, name, depth + 1)

    def _result(self, function: Found, depth: int) -> Found:
        """What a call gives: an instance of a class, or what a function of the project returns or yields."""
        if isinstance(function, (Collection, Giving)):
            return function.result if isinstance(function, Giving) else None
        if function is None or isinstance(function, Role):
            return function and called(function)
        node = function.node
        if isinstance(node, ast.ClassDef):
            return None if function.made else replace(function, made=True)
        if depth > DEEPEST or not isinstance(node, FUNCTIONS):
            return None
        annotated = self._annotated(function.source, node.returns, depth + 1) if node.returns is not None else None
        if annotated is not None and not is_nothing(annotated):
            return annotated
        return best([annotated, *(self.of(function.source, one, depth + 1) for one in returned(node))])
