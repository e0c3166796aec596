"""Runs `doctor` as a whole: order, exit codes, and that no secret is ever printed."""

from __future__ import annotations

import base64
import json
import os
import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pytest_customerio.__main__ import main
from pytest_customerio.tools import asking
from pytest_customerio.tools.commands import command_parser
from pytest_customerio.tools.doctor.checks import examine
from pytest_customerio.tools.doctor.command import DOCTOR
from pytest_customerio.tools.doctor.diagnosis import Diagnosis, as_text
from pytest_customerio.tools.target import open_target

SITE, TRACK, APP, WRITE = ("5eC2et" + name for name in ("Sitexxxxxxxx", "Trackyyyyyyy", "Appzzzzzzzzz", "Writewwwwww"))
PLANTED = {
    "CUSTOMERIO_SITE_ID": SITE,
    "CUSTOMERIO_API_KEY": TRACK,
    "CUSTOMERIO_APP_API_KEY": APP,
    "CUSTOMERIO_WRITE_KEY": WRITE,
}
THEIRS = {name: f"sandbox-{number}" for number, name in enumerate(PLANTED)}


def run(*given: str, environ: dict[str, str] | None = None) -> tuple[str, int]:
    return examine(command_parser([DOCTOR]).parse_args(["doctor", *given]), environ or {})


class Handler(BaseHTTPRequestHandler):
    """A server that answers that it is a sandbox, and puts every secret into its answers."""

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        about = {"region": "us", "environ": THEIRS}
        echo = {
            "message": str(self.headers),
            "planted": PLANTED,
            "region": f"us {TRACK}",
            "environment_id": 7,
            "customer": {"attributes": PLANTED},
        }
        body = json.dumps(about if self.path == "/_sandbox/" else echo).encode()
        self.send_response(200 if "region" in self.path or "_sandbox" in self.path else 401, SITE)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_PUT = do_POST = do_GET

    def log_message(self, *given: object) -> None:
        """Writes no log."""


@pytest.fixture
def sandbox() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_no_secret_is_ever_printed(sandbox: str) -> None:
    """No key of the application or the sandbox is printed, in any encoding, also where the answers contain them."""
    every = [*PLANTED.values(), *THEIRS.values()]
    forms = [*every, *(base64.b64encode(f"{one}:{two}".encode()).decode() for one in every for two in every)]
    query = ["--person", "1", "--email", "a@example.com", "--event", "x", "--needs", "a=text", "--write"]
    for given in (["--target", sandbox], ["--target", f"http://{TRACK}:{APP}@127.0.0.1:9"], ["--target", TRACK], []):
        for form in ([], ["--json"]):
            text, code = run(*given, *query, *form, environ=PLANTED)
            assert [one for one in forms if one in text] == []
            assert code in (1, 2)


def test_no_secret_of_a_workspace(sandbox: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No key is printed where a workspace is asked; a server on this machine stands for Customer.io."""
    monkeypatch.setattr(asking, "open_target", partial(open_target, home=sandbox))
    environ = {**PLANTED, "CIO_SANDBOX_WORKSPACE": "7", "CIO_SANDBOX_APP_KEY": APP, "CIO_SANDBOX_WRITE_KEY": WRITE}
    for form in ([], ["--json"]):
        text, code = run("--write", "--person", "1", "--email", "a@example.com", *form, environ=environ)
        assert [one for one in PLANTED.values() if one in text] == []
        assert code == 1
    assert json.loads(text)["asked"] == "workspace 7 of Customer.io (us)"


def test_these_secrets_would_be_seen() -> None:
    """The tests above can fail: a secret in a result would be printed."""
    assert TRACK in as_text([Diagnosis("a", "ok", f"key {TRACK}")], "nobody")


def test_keys_of_another_sandbox(sandbox: str) -> None:
    """Keys of the application that are not those of the sandbox are problems. They are compared here and sent nowhere."""
    text = json.loads(run("--target", sandbox, "--json", environ={**PLANTED, "CUSTOMERIO_SITE_ID": "sandbox-0"})[0])
    wrong = [one["check"] for one in text["checks"] if one["seen"] == "is no key of this sandbox"]
    assert wrong == ["CUSTOMERIO_API_KEY", "CUSTOMERIO_APP_API_KEY", "CUSTOMERIO_WRITE_KEY"]
    assert text["asked"] == f"a sandbox at {sandbox} (us)"


def test_without_a_target(sandbox: str) -> None:
    """Without a target the exit code is 2, and the variables are still checked."""
    text, code = run(environ=PLANTED)
    assert code == 2
    assert "CIO_SANDBOX_WORKSPACE" in text
    assert text.startswith("asked: nobody\n\n  ok       CUSTOMERIO_SITE_ID      set; Site ID\n")
    text, code = run("--target", "http://127.0.0.1:9", environ=PLANTED)
    assert code == 2
    assert "gives no answer" in " ".join(text.split())


def test_nothing_is_set() -> None:
    """Without variables and without a target nobody is asked, and the missing variables are problems."""
    text, code = run()
    assert (code, text.splitlines()[0]) == (1, "asked: nobody")
    assert "  problem  CUSTOMERIO_SITE_ID      not set; it is needed for Track\n" in text
    assert (
        "  skipped  target                  nobody was asked: no variable holds a key, and no target is named\n" in text
    )
    assert "answered" not in text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"CUSTOMERIO_SITE_ID": "your_site_id"}, "holds a placeholder"),
        ({"CUSTOMERIO_API_KEY": "e5" * 16}, "reads like another key: App API key"),
        ({"CUSTOMERIO_SITE_ID": ""}, "set, but empty; it is needed for Track"),
    ],
)
@pytest.mark.parametrize("target", [(), ("--target", "sandbox"), ("--target", "http://127.0.0.1:9")])
def test_the_users_variables_come_first(changed: dict[str, str], said: str, target: tuple[str, ...]) -> None:
    """A variable that is not in order is a problem, and the exit code is 1, whatever is asked and whoever answers."""
    text, code = run(*target, environ={**PLANTED, **changed})
    assert code == 1
    assert f"  problem  {next(iter(changed)):<22}  {said}\n" in text


def test_whose_keys(sandbox: str) -> None:
    """Each check names its target and whose keys were used: those of our own sandbox say nothing of the user's."""
    found = json.loads(run("--target", "sandbox", "--json", environ=PLANTED)[0])["checks"]
    own = "a sandbox of pytest-customerio's own (us)"
    assert [(one["check"], one["target"], one["keys"]) for one in found if one["keys"]] == [
        ("Track key", own, "the sandbox's own Site ID and Track API key"),
        ("region", own, "the sandbox's own Site ID and Track API key"),
        ("App key", own, "the sandbox's own App API key"),
    ]
    assert [one["state"] for one in found if one["check"] == "your keys"] == ["skipped"]
    theirs = json.loads(run("--target", sandbox, "--json", environ=THEIRS)[0])["checks"]
    assert [one["keys"] for one in theirs if one["check"] == "Track key"] == [
        "your CUSTOMERIO_SITE_ID and CUSTOMERIO_API_KEY, made by this sandbox"
    ]


def test_a_target_that_leaves(sandbox: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the target stops answering, the results until then stay in the output."""
    from pytest_customerio.tools.sending import UnreachableError

    def gone(*given: object) -> Iterator[Diagnosis]:
        yield Diagnosis("Track key", "ok", "opens")
        raise UnreachableError("it gives no answer")

    monkeypatch.setattr("pytest_customerio.tools.doctor.workspace.check_workspace", gone)
    text, code = run("--target", sandbox, environ=THEIRS)
    assert code == 2
    assert "  ok       Track key               opens\n  problem  connection              it gives no answer\n" in text


def test_a_whole_story(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A test person and event that were written are found again; an event under a similar name is a problem."""
    pytest.importorskip("uvicorn")
    for name in [one for one in os.environ if "CIO_" in one or "CUSTOMER" in one]:
        monkeypatch.delenv(name)
    for name, given in PLANTED.items():
        monkeypatch.setenv(name, given)
    monkeypatch.setenv("CIO_SANDBOX_URL", "sandbox")
    assert main(["doctor"]) == 0
    assert "nothing is written without --write" in capsys.readouterr().out
    person = "pytest-customerio-doctor"
    query = ["--write", "--person", person, "--email", f"{person}@example.com", "--needs", "made_by=text"]
    assert main(["doctor", *query, "--event", "pytest-customerio doctor"]) == 0
    assert "\n17 ok, 1 skipped\n" in capsys.readouterr().out
    assert main(["doctor", *query, "--event", "Pytest-Customerio Doctor"]) == 1
    assert "which is another name" in capsys.readouterr().out
