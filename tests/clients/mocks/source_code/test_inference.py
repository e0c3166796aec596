"""What the code of a project says of the object whose method it calls."""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from pytest_customerio.clients.mocks.originals.known import Known
from pytest_customerio.clients.mocks.originals.libraries import BY_NAME
from pytest_customerio.clients.mocks.originals.roles import Role
from pytest_customerio.clients.mocks.source_code.inference import Code, Found, Inference

for _name in ("customerio", "async_customerio", "requests", "httpx"):
    pytest.importorskip(_name)

HEAD = """
from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Annotated, Optional

import requests
import customerio
import customerio as sdk
from customerio import CustomerIO, CustomerIO as CIO
from customerio.track import CustomerIO as Inner
from async_customerio import AsyncCustomerIO

if TYPE_CHECKING:
    from customerio import APIClient

"""
Infer = Callable[[str], Found]


@pytest.fixture(scope="module")
def known() -> Known:
    """What the code may mean."""
    made = Known()
    for name in ("customerio", "async_customerio", "requests", "httpx"):
        made.learn(BY_NAME[name])
    return made


@pytest.fixture
def infer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: Known) -> Iterator[Infer]:
    """What the function is that the last call of a module calls; the module is one of the package `shop`."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "__init__.py").write_text("")

    def run(code: str) -> Found:
        file = tmp_path / "shop" / "app.py"
        file.write_text(HEAD + code)
        inference = Inference(known.named, lambda file: file.startswith(str(tmp_path)))
        source = inference.project.source(str(file), "shop")
        assert source is not None
        return inference.of(source, source.calls[max(source.calls)].func)

    yield run
    for name in [one for one in sys.modules if one.partition(".")[0] == "shop"]:
        del sys.modules[name]


API = "customerio.APIClient"
TRACK = "customerio.CustomerIO.track"
SAID = {
    "a class": ("CustomerIO().track()", TRACK),
    "a class of a module": ("customerio.CustomerIO().track()", TRACK),
    "a module under another name": ("sdk.CustomerIO().track()", TRACK),
    "a class under another name": ("CIO().track()", TRACK),
    "a class from where it is defined": ("Inner().track()", TRACK),
    "a member": ("AsyncCustomerIO().v2.send_batch()", "async_customerio.AsyncCustomerIO.v2.send_batch"),
    "a function": ("requests.post()", "requests.post"),
    "a variable of a class": ("class Shop:\n    client = CustomerIO()\n    sent = client.track()", TRACK),
    "an import of everything": (
        "from customerio import *\ndef buy(api: APIClient):\n    api.send_email()",
        f"{API}.send_email",
    ),
    "a variable": ("client = CustomerIO()\nclient.track()", TRACK),
    "an alternative": ("client = given or CustomerIO()\nclient.track()", TRACK),
    "a condition": ("client = CustomerIO() if live else None\nclient.track()", TRACK),
    "a walrus": ("if (client := CustomerIO()):\n    client.track()", TRACK),
    "a block": ("with CustomerIO() as client:\n    client.track()", TRACK),
    "a parameter": ("def buy(client: CustomerIO):\n    client.track()", TRACK),
    "a parameter by name": ("def buy(*, client: CustomerIO | None = None):\n    client.track()", TRACK),
    "an optional one": ("def buy(client: Optional[CustomerIO]):\n    client.track()", TRACK),
    "an annotated one": ("def buy(client: Annotated[CustomerIO, 1]):\n    client.track()", TRACK),
    "a text": ("def buy(client: 'CustomerIO'):\n    client.track()", TRACK),
    "a name for an annotation": (
        "Cio = Annotated[CustomerIO, CIO()]\ndef buy(client: Cio):\n    client.track()",
        TRACK,
    ),
    "a default": ("def buy(a, client=CustomerIO(), *, b, c=1):\n    client.track()", TRACK),
    "a dependency": (
        "def make():\n    with CustomerIO() as client:\n        yield client\n"
        "def buy(*, client=fastapi.Depends(make)):\n    client.track()",
        TRACK,
    ),
    "an import of types": ("def buy(api: APIClient):\n    api.send_email()", "customerio.APIClient.send_email"),
    "a parameter that is replaced": (
        "def buy(client=None):\n    client = client or CustomerIO()\n    client.track()",
        TRACK,
    ),
    "an annotated variable": ("client: CustomerIO\nclient.track()", TRACK),
    "an annotated value": ("client: object = CustomerIO()\nclient.track()", TRACK),
    "a method taken early": ("send = CustomerIO().track\nsend('42')", TRACK),
    "a lambda": ("client = CustomerIO()\nbuy = lambda: client.track()", TRACK),
    "a function of the project": ("def make():\n    return CustomerIO()\nmake().track()", TRACK),
    "a function that promises a protocol": (
        "class Sender:\n    def track(self): ...\ndef make() -> Sender:\n    return CustomerIO()\nmake().track()",
        TRACK,
    ),
    "what a function in a function fills": (
        "class Sender(Protocol):\n    def track(self): ...\ndef make() -> Sender:\n    return CustomerIO()\n"
        "def build(client: Sender | None = None):\n    made: dict[str, Sender] = {}\n"
        "    def get() -> Sender:\n        if client is not None:\n            return client\n"
        "        if 'c' not in made:\n            made['c'] = make()\n        return made['c']\n"
        "    def buy():\n        get().track()",
        TRACK,
    ),
    "an annotated function": ("def make() -> CustomerIO: ...\nmake().track()", TRACK),
    "a coroutine": ("async def make():\n    return CustomerIO()\nasync def buy():\n    (await make()).track()", TRACK),
    "a generator": ("def make():\n    yield CustomerIO()\nwith make() as client:\n    client.track()", TRACK),
    "a lazy global": (
        "client = None\ndef make():\n    global client\n    client = CustomerIO()\n    return client\nmake().track()",
        TRACK,
    ),
    "an attribute": (
        "class Crm:\n    def __init__(self, client=None):\n        self.client = client or CustomerIO()\n"
        "    def buy(self):\n        self.client.track()",
        TRACK,
    ),
    "an attribute of an annotated parameter": (
        "class Crm:\n    def __init__(this, client: CustomerIO):\n        this.client = client\n"
        "    def buy(self):\n        self.client.track()",
        TRACK,
    ),
    "a field": ("class Crm:\n    client: CustomerIO\n    def buy(self):\n        self.client.track()", TRACK),
    "an inherited field": (
        "class Base:\n    client: CustomerIO\nclass Crm(Base):\n    def buy(self):\n        self.client.track()",
        TRACK,
    ),
    "a property": (
        "class Crm:\n    @functools.cached_property\n    def client(self):\n        return CustomerIO()\n"
        "    def buy(self):\n        self.client.track()",
        TRACK,
    ),
    "a method": (
        "class Crm:\n    def make(self):\n        return CustomerIO()\n    def buy(self):\n        self.make().track()",
        TRACK,
    ),
    "an object of the project": (
        "class Crm:\n    client: CustomerIO\ndef buy():\n    crm = Crm()\n    crm.client.track()",
        TRACK,
    ),
    "an import in a function": (
        "def buy():\n    from customerio import CustomerIO as Here\n    Here().track()",
        TRACK,
    ),
    "a function in a function": (
        "def buy():\n    def make():\n        return CustomerIO()\n    make().track()",
        TRACK,
    ),
    "the same twice": ("if live:\n    client = CustomerIO()\nelse:\n    client = CIO()\nclient.track()", TRACK),
    "a dict": ("clients = {'us': CustomerIO()}\nclients['us'].track()", TRACK),
    "a dict's get": ("clients = {'us': CustomerIO()}\nclients.get('us').track()", TRACK),
    "a dict that is filled": (
        "clients = {}\ndef fill():\n    clients['us'] = CustomerIO()\nclients['us'].track()",
        TRACK,
    ),
    "a list that is filled": ("clients = []\nclients.append(CustomerIO())\nclients[-1].track()", TRACK),
    "a comprehension": ("clients = [CustomerIO() for _ in names]\nfor one in clients:\n    one.track()", TRACK),
    "a copy": ("clients = {'us': CustomerIO()}\nfor one in clients.copy().values():\n    one.track()", TRACK),
    "pairs": ("clients = {'us': CustomerIO()}\nfor _, one in clients.items():\n    one.track()", TRACK),
    "numbers": ("clients = [CustomerIO()]\nfor _, one in enumerate(list(clients)):\n    one.track()", TRACK),
    "the next one": ("clients = iter([CustomerIO()])\nnext(clients).track()", TRACK),
    "the rest": ("first, *others = [CustomerIO()]\nothers[0].track()", TRACK),
    "an attribute that is filled": (
        "class Crm:\n    def __init__(self):\n        self.all = {}\n        self.all['us'] = CustomerIO()\n"
        "    def buy(self):\n        self.all['us'].track()",
        TRACK,
    ),
    "a list of them": ("def buy(clients: list[CustomerIO]):\n    clients[0].track()", TRACK),
    "a tuple of them": ("def buy(clients: 'tuple[CustomerIO, ...] | None'):\n    clients[0].track()", TRACK),
    "a callable": ("from typing import Callable\ndef buy(make: Callable[[], CustomerIO]):\n    make().track()", TRACK),
    "the class": ("def buy(cls: type[CustomerIO]):\n    cls().track()", TRACK),
    "what gives one by one": (
        "from typing import Iterator\ndef make() -> Iterator[CustomerIO]: ...\nmake().track()",
        TRACK,
    ),
    "a context variable": ("v = ContextVar('v', default=CustomerIO())\nv.get().track()", TRACK),
    "a function without a name": ("make = lambda: CustomerIO()\nmake().track()", TRACK),
    "a partial": ("make = functools.partial(CustomerIO, 1)\nmake().track()", TRACK),
    "a default factory": (
        "class Crm:\n    client = field(default_factory=lambda: CustomerIO())\n    def buy(self):\n"
        "        self.client.track()",
        TRACK,
    ),
    "a provider": ("make = providers.Singleton(CustomerIO, 1)\nmake().track()", TRACK),
    "a name": ("import_string('customerio.CustomerIO')().track()", TRACK),
    "a container": ("container.resolve(CustomerIO).track()", TRACK),
    "an attribute by its name": ("getattr(CustomerIO(), 'track')()", TRACK),
    "an item of a class": ("class Ctx:\n    cio: CustomerIO\ndef buy(ctx: Ctx):\n    ctx['cio'].track()", TRACK),
    "what a block enters": (
        "class Pool:\n    def __enter__(self):\n        return CustomerIO()\nwith Pool() as one:\n    one.track()",
        TRACK,
    ),
    "a wrapper": (
        "class Crm:\n    def __init__(self):\n        self.client = CustomerIO()\n    def __getattr__(self, name):\n"
        "        return getattr(self.client, name)\nCrm().track()",
        "customerio.CustomerIO.*",
    ),
    "a null object": (
        "class Null:\n    def track(self):\n        raise ValueError\nclient = CustomerIO() if live else Null()\n"
        "client.track()",
        TRACK,
    ),
    "one of several targets": ("a, b = CustomerIO(), 1\na.track()", TRACK),
    "a union within another one": ("def buy(client: Optional[CustomerIO | None]):\n    client.track()", TRACK),
    "a subclass": ("class Crm(CustomerIO):\n    def buy(self):\n        self.track()", TRACK),
}


@pytest.mark.parametrize(("code", "label"), SAID.values(), ids=SAID)
def test_what_the_code_says(infer: Infer, code: str, label: str) -> None:
    """The method of an SDK, or the function of a client, is found."""
    found = infer(code)
    assert isinstance(found, Role)
    assert found.label == label


UNSAID = {
    "nothing": "client.track()",
    "a parameter": "def buy(client):\n    client.track()",
    "a parameter that hides a global": "client = CustomerIO()\ndef buy(client):\n    client.track()",
    "a lambda's own": "client = CustomerIO()\nbuy = lambda client: client.track()",
    "a loop that hides a global": "client = CustomerIO()\ndef buy():\n    for client in others:\n        client.track()",
    "a class in a function": "CustomerIO = 1\ndef buy():\n    class CustomerIO: ...\n    CustomerIO().track.it()",
    "one or the other": "class Null: ...\nclient = CustomerIO() if live else Null()\nclient.track()",
    "one and then another": "class Own: ...\ndef buy():\n    client = CustomerIO()\n    client = Own(client)\n"
    "    client.track()",
    "another annotation": "def buy(client: Unknown):\n    client.track()",
    "no annotation": "def buy(client: 'not one'):\n    client.track()",
    "a function as annotation": "def make(): ...\ndef buy(client: make):\n    client.track()",
    "a list as one": "def buy(client: list[CustomerIO]):\n    client.track()",
    "a class among them": "class Own:\n    def track(self):\n        print()\nfor one in [CustomerIO(), Own()]:\n"
    "    one.track()",
    "several of one name": "def a(x, y):\n    x.cio = CustomerIO()\n    y.cio = unknown\nz.cio.track()",
    "an attribute of itself": "def a(x):\n    x.cio = x.other.cio\nz.cio.track()",
    "an item of nothing": "x[0].track()",
    "an item of a client": "CustomerIO()['x'].track()",
    "a callable of anything": "from typing import Callable\ndef buy(make: Callable):\n    make().track()",
    "a method of a function": "make = lambda: CustomerIO()\nmake.track()",
    "a call of a list": "clients = [CustomerIO()]\nclients().track()",
    "another method of a list": "clients = [CustomerIO()]\nclients.clear().track()",
    "an expression": "clients[0].track()",
    "a class itself": "CustomerIO.track()",
    "the result of a method": "CustomerIO().track().json()",
    "the result of nothing": "CustomerIO().http.track().json()",
    "what is defined by itself": "client = client\nclient.track()",
    "a class that inherits itself": "class Crm(Crm):\n    def buy(self):\n        self.client.track()",
    "functions that call each other": "def a():\n    return b()\ndef b():\n    return a()\na().track()",
    "an attribute of a function": "def make(): ...\nmake.client.track()",
    "a result of an object": "class Crm: ...\nCrm()().track()",
    "no expression": "def buy(client: 'not an expression'):\n    client.track()",
    "what leads too far": "\n".join(
        ["a0 = CustomerIO()", *(f"def f{i}():\n    return a{i}\na{i + 1} = f{i}()" for i in range(9)), "a9.track()"]
    ),
}


@pytest.mark.parametrize("code", UNSAID.values(), ids=UNSAID)
def test_what_the_code_does_not_say(infer: Infer, code: str) -> None:
    """Nothing is found, whatever the code looks like."""
    found = infer(code)
    assert found is None or (isinstance(found, Role) and found.name == "json" and found.path[0] == "http")


def test_a_class_of_the_project_with_a_method_of_that_name(infer: Infer) -> None:
    """Its own method is found, which is none of an SDK's."""
    found = infer("class Crm:\n    def track(self): ...\ndef buy(crm: Crm):\n    crm.track()")
    assert isinstance(found, Code)
    assert isinstance(found.node, ast.FunctionDef)


def test_other_modules_of_the_project(infer: Infer, tmp_path: Path) -> None:
    """Variables are followed through imports, relative ones too; modules that are mocked or foreign are not read."""
    (tmp_path / "shop" / "clients.py").write_text(
        "from customerio import CustomerIO\nfrom .more import late\nclient = CustomerIO()\n"
    )
    (tmp_path / "shop" / "more.py").write_text("import customerio\ndef late():\n    return customerio.CustomerIO()\n")
    (tmp_path / "shop" / "broken.py").write_text("")
    for name in ("shop.clients", "shop.more", "shop.broken"):
        importlib.import_module(name)
    (tmp_path / "shop" / "broken.py").write_text("client = (\n")
    for code in (
        "from shop.clients import client\nclient.track()",
        "from .clients import client\nclient.track()",
        "from . import clients\nclients.client.track()",
        "import shop.clients\nshop.clients.client.track()",
        "from shop import clients as there\nthere.late().track()",
    ):
        found = infer(code)
        assert isinstance(found, Role), code
        assert found.label == TRACK
    for code in (
        "from shop.clients import other\nother.track()",
        "from shop.broken import client\nclient.track()",
        "from shop.nowhere import client\nclient.track()",
        "from json import dumps\ndumps.client.track()",
        "import nowhere\nnowhere.client.track()",
        "import shop\nshop().track()",
    ):
        assert infer(code) is None, code


WIRED = """
from customerio import CustomerIO
from shop.app import Crm, buy

crm = Crm("eu", CustomerIO())
other = Crm(region="us", client=CustomerIO())
buy(client=CustomerIO())
"""
PASSED = {
    "a constructor": "class Crm:\n    def __init__(self, region, client):\n        self.client = client\n"
    "    def buy(self):\n        self.client.track()\ndef buy(client): ...",
    "a function": "class Crm: ...\ndef buy(client):\n    client.track()",
}


@pytest.mark.parametrize("code", PASSED.values(), ids=PASSED)
@pytest.mark.parametrize(
    ("wired", "found"), [("", True), ("buy(Crm())\nCrm(1, Crm())\n", False), ("buy(*wired)\n", True)]
)
def test_what_the_project_passes(infer: Infer, tmp_path: Path, code: str, wired: str, found: bool) -> None:
    """A parameter without annotation is what the project's own modules give for it, if they agree; tests do not count."""
    _wire(tmp_path, WIRED + wired)
    said = infer(code)
    assert isinstance(said, Role) == found


CONTAINER = """
from customerio import CustomerIO
from shop.app import Crm

class Container:
    client = providers.Singleton(CustomerIO)
    crm = providers.Factory(Crm, "eu", client=client)

other = partial(Crm, "us", CustomerIO())
third = partial(elsewhere.Crm, "us", 1)
"""


def test_what_a_container_gives(infer: Infer, tmp_path: Path) -> None:
    """A class is made with what stands beside it in a call."""
    _wire(tmp_path, CONTAINER)
    said = infer(PASSED["a constructor"])
    assert isinstance(said, Role)
    assert said.label == TRACK


def _wire(tmp_path: Path, wiring: str) -> None:
    """Modules of the project: the application, what wires it together, and a test that does so otherwise."""
    for name, text in (
        ("wiring", wiring),
        ("test_wiring", WIRED + "buy(Crm())\nCrm(1, Crm())\n"),
        ("more", "a = 1"),
    ):
        (tmp_path / "shop" / f"{name}.py").write_text(text)
        sys.modules[f"shop.{name}"] = module = ModuleType(f"shop.{name}")
        module.__file__ = str(tmp_path / "shop" / f"{name}.py")
        module.__package__ = "shop"
    sys.modules["shop.gone"] = module = ModuleType("shop.gone")
    module.__file__ = str(tmp_path / "shop" / "gone.py")
    sys.modules["shop.app"] = module = ModuleType("shop.app")
    module.__file__, module.__package__ = str(tmp_path / "shop" / "app.py"), "shop"


def test_what_the_project_assigns(infer: Infer, tmp_path: Path) -> None:
    """An attribute, or an item, of a library's object is what the project gives it everywhere."""
    (tmp_path / "shop" / "state.py").write_text(
        "from customerio import CustomerIO\napp.extensions['crm'] = CustomerIO()\nother['crm'] = 1\n"
        "app.state.crm: CustomerIO = CustomerIO()\nx.one = y.two\ny.two = x.one\n"
    )
    sys.modules["shop.state"] = module = ModuleType("shop.state")
    module.__file__, module.__package__ = str(tmp_path / "shop" / "state.py"), "shop"
    for code in ("def buy():\n    app.extensions['crm'].track()", "def buy():\n    g.crm.track()"):
        found = infer(code)
        assert isinstance(found, Role), code
        assert found.label == TRACK
    for code in ("z.one.track()", "there['crm'].track()", "app.extensions['none'].track()"):
        assert infer(code) is None, code
