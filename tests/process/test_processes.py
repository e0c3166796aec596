"""A Python process that a test starts anew refuses Customer.io too; what else it is given stays as it was."""

from __future__ import annotations

import _posixsubprocess
import asyncio
import os
import runpy
import shlex
import subprocess
import sys
import types
from ast import literal_eval
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from pytest_customerio.process import processes
from pytest_customerio.process.child import sitecustomize
from pytest_customerio.process.watched import LOOKED_UP, SENT

LOOK_UP = "import socket\ntry:\n socket.getaddrinfo('track.customer.io', 443)\nexcept RuntimeError as e: print(e)"
WATCHED = {place.module for place in (*LOOKED_UP, *SENT)}
REFUSED = "track.customer.io: refused, nothing may leave the machine while pytest-customerio checks tests\n"


@pytest.fixture
def watched() -> Iterator[None]:
    """Python processes that are started are guarded."""
    end = processes.watch()
    yield
    end()


def _run(**options: Any) -> str:
    return subprocess.run([sys.executable, "-c", LOOK_UP], capture_output=True, text=True, check=True, **options).stdout


@pytest.mark.usefixtures("watched")
@pytest.mark.parametrize("environ", [None, {}, {"PYTHONPATH": "x"}, {b"PYTHONPATH": b"x"}])
def test_a_process_of_subprocess(environ: dict[Any, Any] | None) -> None:
    """It is guarded, whatever environment it is given; what it is given is not changed."""
    before, given = dict(os.environ), None if environ is None else dict(environ)
    assert _run(env=environ) == REFUSED
    assert (dict(os.environ), environ) == (before, given)


@pytest.mark.usefixtures("watched")
def test_an_environment_that_is_given_by_place() -> None:
    """`Popen` takes `env` as its eleventh argument too."""
    places = (-1, None, None, subprocess.PIPE, None, None, True, False, None, {"ONE": "1"})
    with subprocess.Popen([sys.executable, "-c", f"import os; print(os.environ['ONE'])\n{LOOK_UP}"], *places) as one:  # type: ignore[call-overload]
        assert one.stdout.read().decode() == f"1\n{REFUSED}"


@pytest.mark.usefixtures("watched")
def test_an_environment_that_a_test_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process inherits the true environment then, as without us, which is guarded too."""
    started: list[dict[str, Any]] = []
    init = processes._popen(lambda *args, **kwargs: started.append(kwargs))
    monkeypatch.setattr(os, "environ", {})
    init(object(), ["python"], text=True)
    assert started == [{"text": True}]
    processes._loop(lambda loop, **kwargs: started.append(kwargs))(object(), shell=True)
    assert started[1:] == [{"shell": True}]
    assert _run() == REFUSED


@pytest.mark.usefixtures("watched")
@pytest.mark.parametrize("environ", [None, {"ONE": "1"}])
@pytest.mark.parametrize("shell", [False, True])
def test_a_process_of_uvloop(environ: dict[str, str] | None, *, shell: bool) -> None:
    """uvloop starts processes without `subprocess`."""
    uvloop = pytest.importorskip("uvloop")

    async def said() -> bytes:
        pipe = asyncio.subprocess.PIPE
        if shell:
            command = shlex.join([sys.executable, "-c", LOOK_UP])
            process = await asyncio.create_subprocess_shell(command, stdout=pipe, env=environ)
        else:
            process = await asyncio.create_subprocess_exec(sys.executable, "-c", LOOK_UP, stdout=pipe, env=environ)
        return (await process.communicate())[0]

    assert uvloop.run(said()).decode() == REFUSED


SPAWNED = """
import multiprocessing
import sys
from pytest_customerio.process import processes

def look_up():
    import socket
    try:
        socket.getaddrinfo("track.customer.io", 443)
    except RuntimeError as error:
        print(error, flush=True)

if __name__ == "__main__":
    processes.watch()
    process = multiprocessing.get_context(sys.argv[1]).Process(target=look_up)
    process.start()
    process.join()
"""


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_a_process_of_multiprocessing(method: str, tmp_path: Path) -> None:
    """It is guarded, in each way to start one anew."""
    (tmp_path / "main.py").write_text(SPAWNED)
    run = subprocess.run([sys.executable, tmp_path / "main.py", method], capture_output=True, text=True, check=True)
    assert run.stdout == REFUSED


@pytest.mark.parametrize("before", [None, "x"])
def test_afterwards_the_environment_is_inherited_as_before(before: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only processes are given a PYTHONPATH; `os.environ` never shows it, and afterwards it is gone."""
    inherited = "import os, _posixsubprocess as p; print(os.environ.get('PYTHONPATH'))"
    command = shlex.join([sys.executable, "-c", inherited])
    if before is None:
        monkeypatch.delenv("PYTHONPATH", raising=False)
    else:
        monkeypatch.setenv("PYTHONPATH", before)
    end = processes.watch()
    given = os.pathsep.join(filter(None, (processes.FOLDER, before)))
    assert _inherited(command) == f"{given}\n"
    assert os.environ.get("PYTHONPATH") == before
    end()
    assert _inherited(command) == f"{before}\n"


def _inherited(command: str) -> str:
    """What a process prints that inherits what C knows of the environment."""
    reads, writes = os.pipe()
    if (child := os.fork()) == 0:
        os.dup2(writes, 1)
        os._exit(os.system(command))
    os.close(writes)
    with open(reads, encoding="utf-8") as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    return text


WAYS = {
    "execve by name": lambda python, args: os.execve(python, args, env={"PYTHONPATH": "x"}),
    "spawnv": lambda python, args: os.spawnv(os.P_WAIT, python, args),
    "posix_spawn": lambda python, args: os.waitpid(os.posix_spawn(python, args, {}), 0),
    "system": lambda python, args: os.system(shlex.join(args)),
    "fork_exec": lambda python, args: _fork_exec(python, args, [b"A=b"]),
}


def _fork_exec(python: str, args: list[str], environ: list[bytes] | None) -> None:
    """Start a process as joblib does."""
    reads, writes = os.pipe()
    encoded = [os.fsencode(one) for one in args]
    more = (subprocess._USE_VFORK,) if sys.version_info < (3, 14) else ()  # type: ignore[attr-defined]
    os.waitpid(
        _posixsubprocess.fork_exec(
            encoded, [os.fsencode(python)], True, (writes,), None, environ, -1, -1, -1, -1, -1, -1, reads, writes,
            False, False, -1, None, None, None, -1, None, *more,
        ),
        0,
    )  # fmt: skip


@pytest.mark.usefixtures("watched")
@pytest.mark.parametrize("way", WAYS)
def test_a_process_of_os(way: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Whatever starts it and whatever environment it is given, it is guarded."""
    if (child := os.fork()) == 0:
        try:
            WAYS[way](sys.executable, [sys.executable, "-c", LOOK_UP])
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert capfd.readouterr().out == REFUSED


def test_what_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our folder comes first, once; what else is given stays, also what is no environment."""
    called: list[Any] = []

    def original(*args: Any, **kwargs: Any) -> None:
        called.extend((*args, *kwargs.values()))

    ours = processes.FOLDER
    fork_exec, given, inheriting = (
        wrap(original) for wrap in (processes._fork_exec, processes._given, processes._handing_on)
    )
    fork_exec(0, 1, 2, 3, 4, [b"A=b", b"PYTHONPATH=x"], 6)
    fork_exec(0, 1, 2, 3, 4, [f"PYTHONPATH={ours}".encode()])
    fork_exec(0, 1, 2, 3, 4, None)
    assert called[5] == [b"A=b", f"PYTHONPATH={ours}{os.pathsep}x".encode()]
    assert called[12:] == [[f"PYTHONPATH={ours}".encode()], 0, 1, 2, 3, 4, None]
    called.clear()
    given("a", [], {b"PYTHONPATH": b"x"})
    given("a", [], env={})
    given("a", [], 5)
    monkeypatch.setattr(os, "environ", {})
    inheriting("a")
    path = {b"PYTHONPATH": f"{ours}{os.pathsep}x"}
    assert called == ["a", [], path, "a", [], {"PYTHONPATH": ours}, "a", [], 5, "a"]


@pytest.mark.usefixtures("watched")
def test_what_is_no_environment_is_refused_by_python() -> None:
    """The error is that of the function itself."""
    for environ in (None, 5):
        with pytest.raises(TypeError):
            os.execve(sys.executable, [sys.executable, "-c", ""], environ)  # type: ignore[arg-type]


def test_everything_is_taken_away_again(watched: None) -> None:
    """Afterwards no finder and no replacement of ours is left."""
    finders, before = list(sys.meta_path), subprocess.Popen.__init__
    end = processes.watch()
    assert subprocess.Popen.__init__ is not before
    end()
    assert (sys.meta_path, subprocess.Popen.__init__) == (finders, before)


def test_a_module_that_is_imported_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """`subprocess` is watched as soon as it is imported."""
    monkeypatch.delitem(sys.modules, "subprocess")
    end = processes.watch()
    import subprocess as again

    assert again.Popen.__init__.__wrapped__ is not None  # type: ignore[attr-defined]
    end()


HOOKED = {
    "socket.getaddrinfo": ("track.customer.io", 443),
    "socket.gethostbyname": (b"CUSTOMER.IO.",),
    "socket.connect": (None, ("eu.customer.io", 80)),
    "socket.sendto": (None, ("api.customer.io", 53)),
}
PASSED: list[tuple[str, tuple[object, ...]]] = [
    ("open", ("track.customer.io",)),
    ("socket.getaddrinfo", ("notcustomer.io", 443)),
    ("socket.getaddrinfo", (None, 443)),
    ("socket.connect", (None, "/a/unix/socket")),
    ("socket.connect", (None, ())),
    ("socket.sendmsg", (None,)),
]


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process in which our own guard is not loaded."""
    monkeypatch.delitem(sys.modules, "pytest_customerio.process.guard", raising=False)


@pytest.mark.parametrize("event", HOOKED)
def test_what_the_hook_refuses(event: str, alone: None) -> None:
    """Names of Customer.io are refused where they are looked up or connected to."""
    with pytest.raises(RuntimeError, match=r"customer\.io: refused"):
        sitecustomize.refuse(event, HOOKED[event])


@pytest.mark.parametrize(("event", "args"), PASSED)
def test_what_the_hook_passes(event: str, args: tuple[object, ...], alone: None) -> None:
    """Other events, other hosts and addresses of another kind pass."""
    sitecustomize.refuse(event, args)


def test_our_own_guard_decides_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is loaded, the hook passes everything."""
    monkeypatch.setitem(sys.modules, "pytest_customerio.process.guard", sys)
    sitecustomize.refuse("socket.getaddrinfo", ("track.customer.io", 443))


@pytest.mark.parametrize(
    ("text", "expected"), [("HERE = True", True), ("import no_such_module_1", None), (None, False)]
)
def test_the_next_sitecustomize(
    text: str | None, expected: bool | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is imported as without us; where there is none, ours stands for it; what it raises is raised."""
    if text is not None:
        (tmp_path / "sitecustomize.py").write_text(text)
    monkeypatch.setattr(sys, "path", [sitecustomize.HERE, str(tmp_path)])
    monkeypatch.setitem(sys.modules, "sitecustomize", sitecustomize)
    if expected is None:
        with pytest.raises(ModuleNotFoundError, match="no_such_module_1"):
            sitecustomize.import_next()
        return
    sitecustomize.import_next()
    assert hasattr(sys.modules["sitecustomize"], "HERE")
    assert (sys.modules["sitecustomize"] is not sitecustomize) is expected
    assert sys.path == [str(tmp_path)]


def test_without_any_sitecustomize(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where none is loaded and none is there, nothing is."""
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, "sitecustomize", raising=False)
    sitecustomize.import_next()
    assert "sitecustomize" not in sys.modules


def test_what_python_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Imported by Python under its own name, the module adds its hook and imports the next one."""
    hooks: list[Callable[..., object]] = []
    monkeypatch.setattr(sys, "addaudithook", hooks.append)
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, "sitecustomize", raising=False)
    monkeypatch.setattr(sys, "meta_path", [])
    for module in WATCHED:
        monkeypatch.delitem(sys.modules, module, raising=False)
    runpy.run_path(sitecustomize.__file__, run_name="sitecustomize")
    assert [hook.__name__ for hook in hooks] == ["refuse"]
    assert [type(finder).__name__ for finder in sys.meta_path] == ["LateImports"]


def test_libraries_that_are_imported_already(monkeypatch: pytest.MonkeyPatch, alone: None) -> None:
    """Where the process has imported one before, it is watched at once; the others when they are imported."""
    monkeypatch.setattr(sys, "meta_path", [])
    for module in WATCHED:
        monkeypatch.delitem(sys.modules, module, raising=False)
    library = types.ModuleType("http.client")
    library.HTTPConnection = type("HTTPConnection", (), {"set_tunnel": lambda *_: None})  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "http.client", library)
    sitecustomize.watch()
    with pytest.raises(RuntimeError, match=r"track\.customer\.io: refused"):
        library.HTTPConnection().set_tunnel("track.customer.io", 443)
    later = types.ModuleType("pycares")
    later.Channel = type("Channel", (), {"query": lambda *_: None})  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pycares", later)
    sys.meta_path[0]._loaded("pycares")  # type: ignore[attr-defined]
    with pytest.raises(RuntimeError, match=r"track\.customer\.io: refused"):
        later.Channel().query("track.customer.io", 1)


THROUGH_A_PROXY = """
import socket, urllib.request, http.client
handler = urllib.request.ProxyHandler({"http": "http://127.0.0.1:9", "https": "http://127.0.0.1:9"})
for scheme in ("http", "https"):
    try:
        urllib.request.build_opener(handler).open(scheme + "://track.customer.io/")
    except RuntimeError as error: print(error)
"""


@pytest.mark.usefixtures("watched")
def test_a_proxy_is_not_asked_either() -> None:
    """A process connects only to the proxy; the client knows the server, and is refused."""
    run = subprocess.run([sys.executable, "-c", THROUGH_A_PROXY], capture_output=True, text=True, check=True)
    assert run.stdout == REFUSED * 2


@pytest.mark.usefixtures("watched")
def test_another_interpreter(tmp_path: Path) -> None:
    """It refuses Customer.io, and has no name of ours."""
    module = import_module("_interpreters" if sys.version_info >= (3, 13) else "_xxsubinterpreters")
    interpreter, said = module.create(), tmp_path / "said"
    code = LOOK_UP.replace("print(e)", f"open({str(said)!r}, 'w').write(str(e) + '\\n' + str(sorted(vars())))")
    module.run_string(interpreter, code)
    module.destroy(interpreter)
    text, _, names = said.read_text().partition("\n")
    assert text + "\n" == REFUSED
    assert [name for name in literal_eval(names) if not name.startswith("__")] == ["e", "socket"]
