"""What the syntax of a module, a function, a class or a call says of a name."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Iterable, Iterator

Function = ast.FunctionDef | ast.AsyncFunctionDef
Scope = Function | ast.Lambda | ast.ClassDef
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_STORING = frozenset({"append", "appendleft", "add", "insert", "setdefault", "set", "put", "put_nowait"})
_ANYWHERE = ast.Constant(None)
_PROPERTIES = ("property", "cached_property")


def own(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function, a class or a module, without those of the functions and classes in it."""
    todo = deque(ast.iter_child_nodes(scope))
    while todo:
        node = todo.popleft()
        yield node
        if not isinstance(node, SCOPES):
            todo += ast.iter_child_nodes(node)


def within(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function, with those of the functions in it: they fill its collections too."""
    return (node for node in ast.walk(scope) if node is not scope)


def values(nodes: Iterable[ast.AST], target: str) -> Iterator[tuple[ast.expr, bool]]:
    """What a variable or an attribute is given in these nodes, and whether that is an annotation: `x`, `self.x`."""
    for node in nodes:
        match node:
            case ast.Assign(targets=targets, value=value) if target in map(_name, targets):
                yield value, False
            case ast.AnnAssign(target=one, annotation=annotation, value=value) if _name(one) == target:
                yield annotation, True
                if value is not None:
                    yield value, False
            case ast.NamedExpr(target=one, value=value) if _name(one) == target:
                yield value, False
            case _:
                yield from ((value, False) for value in _bound_by(node, target))


def _bound_by(node: ast.AST, target: str) -> Iterator[ast.expr]:
    """What a loop, a block, or the unpacking of a value gives a variable or an attribute."""
    match node:
        case ast.For(target=one, iter=value) | ast.AsyncFor(target=one, iter=value):
            yield from _unpacked(one, ast.Subscript(value, _ANYWHERE), target)
        case ast.comprehension(target=one, iter=value):
            yield from _unpacked(one, ast.Subscript(value, _ANYWHERE), target)
        case ast.Assign(targets=[ast.Tuple() | ast.List() as one], value=value):
            yield from _unpacked(one, value, target)
        case ast.With(items=several) | ast.AsyncWith(items=several):
            enter = "__enter__" if isinstance(node, ast.With) else "__aenter__"
            for item in several:
                if item.optional_vars is not None and _name(item.optional_vars) == target:
                    yield ast.Call(ast.Attribute(item.context_expr, enter), [], [])


def _unpacked(target: ast.expr, value: ast.expr, name: str) -> Iterator[ast.expr]:
    """What a variable is given where a value is unpacked into several ones."""
    if _name(target) == name:
        yield value
    elif isinstance(target, ast.Starred):
        yield from _unpacked(target.value, ast.List([value]), name)
    elif isinstance(target, (ast.Tuple, ast.List)):
        for place, one in enumerate(target.elts):
            yield from _unpacked(one, ast.Subscript(value, ast.Constant(place)), name)


def stored(nodes: Iterable[ast.AST], target: str) -> Iterator[ast.expr]:
    """What is put into a collection of this name, or a context variable: `x[…] = y`, `x.append(y)`, `x.set(y)`."""
    for node in nodes:
        match node:
            case ast.Assign(targets=[ast.Subscript(value=one)], value=value) if _name(one) == target:
                yield value
            case ast.Call(func=ast.Attribute(value=one, attr=name), args=[*_, value]) if (
                name in _STORING and _name(one) == target
            ):
                yield value


def assigned_to(node: ast.AST, name: str) -> Iterator[ast.expr]:
    """What an attribute of this name is given, of whatever object."""
    match node:
        case ast.Assign(targets=targets, value=value) if any(
            isinstance(one, ast.Attribute) and one.attr == name for one in targets
        ):
            yield value
        case ast.AnnAssign(target=ast.Attribute(attr=attr), value=ast.expr() as value) if attr == name:
            yield value


def put_under(node: ast.AST, owner: str, key: str) -> Iterator[ast.expr]:
    """What is put under a key into a collection of this name, of any object: `app.extensions["customerio"] = x`."""
    match node:
        case ast.Assign(targets=[ast.Subscript(value=one, slice=ast.Constant(value=found))], value=value) if (
            found == key and last_name(one) == owner
        ):
            yield value


def is_none(node: ast.expr) -> bool:
    """Whether an expression is None."""
    return isinstance(node, ast.Constant) and node.value is None


def is_empty(node: ast.ClassDef) -> bool:
    """Whether the methods of a class do nothing, as those of a protocol or of a null object."""
    methods = [one for one in node.body if isinstance(one, FUNCTIONS) and one.name != "__init__"]
    return bool(methods) and all(_does_nothing(one) for method in methods for one in method.body)


def _does_nothing(node: ast.stmt) -> bool:
    constant = isinstance(node, (ast.Expr, ast.Return)) and isinstance(node.value, (ast.Constant, type(None)))
    return constant or isinstance(node, (ast.Pass, ast.Raise))


def _name(target: ast.expr) -> str:
    match target:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name(id=owner), attr=name):
            return f"{owner}.{name}"
    return ""


def last_name(node: ast.expr) -> str:
    """The name of a function or class, without that of its module."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def parameters(function: Function | ast.Lambda) -> list[str]:
    """The names of the parameters, in their order."""
    given = function.args
    return [one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs)]


def given_to(function: Function, name: str) -> Iterator[tuple[ast.expr, bool]]:
    """The annotation of a parameter, and its default."""
    given = function.args
    by_place = [*given.posonlyargs, *given.args]
    defaults = [*[None] * (len(by_place) - len(given.defaults)), *given.defaults, *given.kw_defaults]
    for one, default in zip((*by_place, *given.kwonlyargs), defaults, strict=True):
        if one.arg == name and one.annotation is not None:
            yield one.annotation, True
        if one.arg == name and default is not None:
            yield default, False


def arguments(call: ast.Call, place: int, name: str) -> Iterator[ast.expr]:
    """The argument for a parameter, by place or by name."""
    if 0 <= place < len(call.args) and not any(isinstance(one, ast.Starred) for one in call.args):
        yield call.args[place]
    yield from (one.value for one in call.keywords if one.arg == name)


def is_global(scope: ast.AST, name: str) -> bool:
    """Whether a function says `global` of a name."""
    return any(isinstance(one, ast.Global) and name in one.names for one in own(scope))


def is_property(function: Function) -> bool:
    """Whether a method is read as an attribute."""
    return any(last_name(one) in _PROPERTIES for one in function.decorator_list)


def returned(function: Function) -> Iterator[ast.expr]:
    """What a function returns or yields."""
    for node in own(function):
        if isinstance(node, (ast.Return, ast.Yield)) and node.value is not None:
            yield node.value


def imports(package: str, node: ast.Import | ast.ImportFrom, name: str) -> Iterator[str]:
    """The dotted names that an import in a module of this package binds to a variable."""
    if isinstance(node, ast.Import):
        for one in node.names:
            if (one.asname or one.name.partition(".")[0]) == name:
                yield one.name if one.asname else name
        return
    names = package.split(".")
    above = names[: len(names) - node.level + 1] if node.level else []
    home = ".".join([*above, *([node.module] if node.module else [])])
    yield from (f"{home}.{name}" for one in node.names if one.name == "*")
    yield from (f"{home}.{one.name}" for one in node.names if (one.asname or one.name) == name)


def binds(function: Function, name: str) -> bool:
    """Whether a name is a variable of this function."""
    if name in parameters(function):
        return True
    bound = False
    for node in own(function):
        if isinstance(node, ast.Global) and name in node.names:
            return False
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            bound |= node.name == name
        elif isinstance(node, ast.alias):
            bound |= (node.asname or node.name.partition(".")[0]) == name
        else:
            bound |= isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store)
    return bound


def parsed(text: str) -> ast.expr | None:
    """An annotation in quotes; no other text is anything."""
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError:
        return None
