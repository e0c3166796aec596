"""The texts of transactional messages that a project supplies."""

from __future__ import annotations

from pathlib import Path

import pytest
from sandbox_client import SandboxClient

from pytest_customerio.tools.sandbox.settings import Settings
from pytest_customerio.tools.sandbox.user_files.templates import TemplateError, TemplateFolder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two templates and a part that one includes."""
    html = "---\nsubject: Your order, {{ customer.first_name }}\nfrom: x\n---\n<p>{{ trigger.total | round: 2 }}</p>"
    (tmp_path / "receipt.html").write_text(html + "{% render 'footer' %}", encoding="utf-8")
    (tmp_path / "footer.html").write_text("<hr>{{ snippets.bye }}", encoding="utf-8")
    (tmp_path / "7.txt").write_text("---\r\nsubject: Code\r\n---\r\nYour code: {{ trigger.code }}", encoding="utf-8")
    (tmp_path / "plain.html").write_text("--- no front matter", encoding="utf-8")
    return tmp_path


def test_files(folder: Path) -> None:
    """The subject stands in front; a name is looked up as it is, then in lower case."""
    templates = TemplateFolder(folder)
    receipt, code, plain = (templates(name) for name in ("Receipt", "7", "plain"))
    assert receipt is not None
    assert code is not None
    assert plain is not None
    assert receipt.subject == "Your order, {{ customer.first_name }}"
    assert receipt.body.startswith("<p>{{ trigger.total")
    assert (code.subject, code.body, code.plain) == ("Code", "", "Your code: {{ trigger.code }}")
    assert (plain.subject, plain.body) == ("", "--- no front matter")


@pytest.mark.parametrize("name", ["", "../receipt", "receipt.html", "a/b"])
def test_no_template(folder: Path, name: str) -> None:
    """What can be the name of no file, or leads elsewhere, has no template."""
    assert TemplateFolder(folder)(name) is None


def test_no_folder(tmp_path: Path) -> None:
    """A folder that does not exist is refused."""
    with pytest.raises(TemplateError, match="missing is no folder of templates"):
        TemplateFolder(tmp_path / "missing")


def test_a_message_as_it_will_look(folder: Path) -> None:
    """An e-mail has the subject and body of its template; what the payload says goes before."""
    ask = SandboxClient(Settings(templates=folder))
    ask.identify("42", first_name="Ada", email="ada@example.com")
    mail = {"to": "ada@example.com", "identifiers": {"id": "42"}, "message_data": {"total": 23.456, "code": "1"}}
    ask.body("PUT", "/v1/snippets", {"name": "bye", "value": "Bye"})
    ask.body("POST", "/v1/send/email", {**mail, "transactional_message_id": "receipt"})
    ask.body("POST", "/v1/send/email", {**mail, "transactional_message_id": 7, "subject": "Own"})
    notes = ask.notes("POST", "/v1/send/email", {**mail, "transactional_message_id": 8})
    assert notes == ("there is no 8.html or 8.txt in the folder of templates",)
    receipt, code, unknown = ask.service.workspace.deliveries.values()
    assert (receipt.subject, receipt.body) == ("Your order, Ada", "<p>23.46</p><hr>Bye")
    assert (code.subject, code.plain, code.made_here) == ("Own", "Your code: 1", False)
    assert unknown.made_here
    ask.service.close()


def test_a_template_that_is_broken(folder: Path) -> None:
    """The text stays as it is, and a note says why."""
    (folder / "8.txt").write_text("{% for i in (1..900000000) %}{% for j in (1..9) %}x{% endfor %}{% endfor %}")
    ask = SandboxClient(Settings(templates=folder, region="eu"))
    mail = {"to": "ada@example.com", "identifiers": {"id": "42"}, "transactional_message_id": 8}
    notes = ask.notes("POST", "/v1/send/email", mail)
    assert notes[-1] == "Liquid: loop iteration limit reached; the text stays as it is"
    ask.service.close()
