"""A mistake of the user ends the run before any test: exit code 4, and one line with the nearest accepted name."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from pytest_customerio.plugin import INI, OPTIONS
from tests.stories.conftest import Story, usage_error

GOOD = "def test_good():\n    pass\n"
# pytest warns of an unknown mark; in this suite a warning is an error.
UNKNOWN = ("-W", "ignore::pytest.PytestUnknownMarkWarning")
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="on Linux not even root can write to /proc")
MARKS = "cio_allow, cio_contract, cio_errors, and what the ini `markers` lists"


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        (
            'cio_allow("timestamp-miliseconds", reason="x")',
            "cio_allow: 'timestamp-miliseconds' is no rule (did you mean timestamp-milliseconds?);"
            " all rules: python -m pytest_customerio explain",
        ),
        (
            "cio_contract(False)",
            "cio_contract: takes no arguments",
        ),
        (
            "cio_allow",
            "cio_allow: names no rule; accepted: cio_allow(rule, where=None, case=None, operation=None, reason=…)",
        ),
        (
            'cio_allow("bad-email", place="$.email")',
            "cio_allow: unknown argument 'place'; accepted: cio_allow(rule, where=None, case=None, operation=None, reason=…)",
        ),
        (
            'cio_allow("bad-email")',
            "cio_allow: no reason; accepted: cio_allow(rule, where=None, case=None, operation=None, reason=…)",
        ),
        (
            'cio_allow("bad-email", where="email", reason="x")',
            "cio_allow: where='email' is no JSON path such as '$.batch[*].timestamp' (did you mean $.email?)",
        ),
        (
            'cio_allow("outcome", case="427", reason="x")',
            "cio_allow: case: '427' is no error case (did you mean 429?);"
            " all cases: python -m pytest_customerio errors",
        ),
        (
            'cio_allow("outcome", operation="track.identfy", reason="x")',
            "cio_allow: operation='track.identfy': there is no such operation (did you mean track.identify?)",
        ),
        (
            'cio_errors("427")',
            "cio_errors: '427' is no error case (did you mean 429?); all cases: python -m pytest_customerio errors",
        ),
        (
            'cio_errors("429-rate-limit-recovers")',
            "cio_errors: '429-rate-limit-recovers' is no error case (did you mean 429-rate-limited-recovers?);"
            " all cases: python -m pytest_customerio errors",
        ),
        (
            'cio_errors("everything")',
            "cio_errors: 'everything' is no error case; accepted: an id such as 429-rate-limited, a status, or a family:"
            " 207, 2xx, 3xx, 400, 401, 403, 404, 408, 413, 422, 429, 5xx, network",
        ),
        (
            'cio_errors("4XX ")',
            "cio_errors: '4XX ' is no error case (did you mean 400, 401, 403, 404, 408, 413, 422 or 429?);"
            " all cases: python -m pytest_customerio errors",
        ),
        (
            "cio_errors(502, 530)",
            "cio_errors: '530' is no error case (did you mean 524?); all cases: python -m pytest_customerio errors",
        ),
        (
            'cio_errors(operations="track_v2")',
            "cio_errors: operations='track_v2': there is no such operation (track_v2 is a surface; its operations:"
            " track_v2.batch, track_v2.delivery_event, track_v2.object_add_relationships, track_v2.object_delete,"
            " track_v2.object_delete_relationships, track_v2.object_identify, track_v2.object_identify_anonymous,"
            " track_v2.person_add_device, track_v2.person_add_relationships, track_v2.person_clicked_content,"
            " track_v2.person_delete,"
            " track_v2.person_delete_device, track_v2.person_delete_relationships, track_v2.person_event,"
            " track_v2.person_identify, track_v2.person_merge, track_v2.person_page, track_v2.person_screen,"
            " track_v2.person_suppress, track_v2.person_unsuppress, track_v2.person_viewed_content)",
        ),
        (
            'cio_errors(except_for="4290")',
            "cio_errors: '4290' is no error case (did you mean 429?); all cases: python -m pytest_customerio errors",
        ),
        (
            'cio_errors("429", except_for=("429",))',
            "cio_errors: except_for=('429',) leaves no case",
        ),
        (
            'cio_errors(operations="track.identfy")',
            "cio_errors: operations='track.identfy': there is no such operation (did you mean track.identify?)",
        ),
        (
            'cio_errors(operation="track.identify")',
            "cio_errors: unknown argument 'operation' (did you mean operations?); accepted: cio_errors(*cases,"
            " operations=(), except_for=(), raises=(), must_recover=False, best_effort=False)",
        ),
        ('cio_errors(raises="ValueError")', "cio_errors: raises='ValueError'; accepted: exception classes"),
        ("cio_errors(must_recover=1)", "cio_errors: must_recover=1; accepted: True, False"),
        (
            "cio_errors(None)",
            "cio_errors: None is no error case; accepted: names, such as '429-rate-limited' or 'track.event'",
        ),
    ],
)
def test_a_mistake_in_a_mark(story: Story, mark: str, said: str) -> None:
    """It names the test, what was given, what is accepted and the nearest name; no test runs."""
    result = story.run(
        f"import pytest\n\n{GOOD}\n@pytest.mark.{mark}\ndef test_bad():\n    pass\n", "--cio-report=report.json"
    )
    assert usage_error(result) == f"test_app.py::test_bad: {said}"
    assert "no tests ran" in result.stdout.str()
    assert not (story.path / "report.json").exists()


def test_a_mark_where_pytest_cannot_run_a_test_once_per_case(story: Story) -> None:
    """A mark on one parameter of a test is refused, because it would have no effect."""
    result = story.run(
        """
        import pytest

        @pytest.mark.parametrize("plan", [pytest.param("basic", marks=pytest.mark.cio_errors("429"))])
        def test_purchase(plan):
            pass
        """
    )
    assert usage_error(result) == (
        "test_app.py::test_purchase[basic]: cio_errors: only what is marked in its source runs once per case, and no"
        " pytest.param does; there, use cio.replay(case)"
    )


def test_a_mark_that_comes_too_late(story: Story) -> None:
    """In a hook of conftest.py `cio_contract` and `cio_allow` can be added; `cio_errors` comes too late there."""
    marks = """
        import pytest

        def pytest_collection_modifyitems(items):
            for item in items:
                item.add_marker(pytest.mark.%s)
        """
    broken = "import crm\n\ndef test_purchase():\n    crm.event('42', 'x' * 134)\n"
    story.file("conftest.py", marks % "cio_contract")
    story.run(broken).assert_outcomes(failed=1)
    story.file("conftest.py", marks % "cio_allow('event-name-too-long', reason='old')")
    story.run(broken, "--cio-contract").assert_outcomes(passed=1)
    story.file("conftest.py", marks % "cio_errors('500')")
    assert usage_error(story.run(broken)).startswith(
        "test_app.py::test_purchase: cio_errors: only what is marked in its"
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("cio_region = uk", "cio_region: 'uk' is no region; accepted: us, eu"),
        (
            "cio_allow = bad-mail",
            "cio_allow: 'bad-mail' is no rule (did you mean bad-email?); all rules: python -m pytest_customerio explain",
        ),
        (
            "cio_allow = a b c d",
            "cio_allow: 'a b c d' cannot be read; accepted: RULE [WHERE] [case=CASE] [operation=OPERATION]: reason",
        ),
        (
            "cio_allow = bad-email",
            "cio_allow: no reason; accepted: RULE [WHERE] [case=CASE] [operation=OPERATION]: reason",
        ),
        (
            "cio_allow = bad-email email: old",
            "cio_allow: where='email' is no JSON path such as '$.batch[*].timestamp' (did you mean $.email?)",
        ),
        (
            "cio_allow = outcome case=427: old",
            "cio_allow: case: '427' is no error case (did you mean 429?);"
            " all cases: python -m pytest_customerio errors",
        ),
        (
            "cio_allow = outcome operation=track.identfy: old",
            "cio_allow: operation='track.identfy': there is no such operation (did you mean track.identify?)",
        ),
        (
            "cio_hosts = proxy.example",
            "cio_hosts: 'proxy.example' is no base URL; accepted: https://host[:port][/path]",
        ),
        ("cio_schemas = contracts", "cio_schemas: {path}/contracts is no folder"),
        ("cio_cassettes = answers", "cio_cassettes: {path}/answers is no folder"),
        ("cio_contract = perhaps", "cio_contract: invalid truth value 'perhaps'; accepted: true, false"),
        (
            "cio_strict = true",
            "cio_strict: there is no such setting (the option --cio-strict stands in the ini as addopts = --cio-strict);"
            " accepted: {settings}",
        ),
        ("cio_regoin = eu", "cio_regoin: there is no such setting (did you mean cio_region?); accepted: {settings}"),
        ("cioxyz = 1", "cioxyz: there is no such setting; accepted: {settings}"),
    ],
)
def test_a_mistake_in_the_ini(story: Story, line: str, said: str) -> None:
    """The line names the file and its line, also where the run does not ask for the check."""
    story.file("pytest.ini", f"[pytest]\naddopts = -q\n{line}\n")
    gate = () if "cio_allow" not in line else ("--cio-contract",)
    assert (
        usage_error(story.run(GOOD, *gate)) == f"pytest.ini:3: {said.format(path=story.path, settings=', '.join(INI))}"
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", '[tool.pytest.ini_options]\ncio_regoin = "eu"\n'),
        ("tox.ini", "[pytest]\ncio_regoin = eu\n"),
        ("setup.cfg", "[tool:pytest]\ncio_regoin = eu\n"),
    ],
)
def test_a_misspelt_setting_in_each_file(story: Story, name: str, text: str) -> None:
    """Each file that pytest reads settings from is checked, and named with the line."""
    story.file(name, text)
    said = usage_error(story.run(GOOD))
    assert said.startswith(f"{name}:2: cio_regoin: there is no such setting (did you mean cio_region?); accepted: ")


def test_a_misspelt_setting_on_the_command_line(story: Story) -> None:
    """A setting that `-o` gives is checked as well."""
    assert usage_error(story.run(GOOD, "-o", "cio_regoin=eu")).startswith("ini cio_regoin: there is no such setting ")


def test_a_misspelt_option(story: Story) -> None:
    """An option that begins as ours do and that nobody declares is refused with the nearest one; `--help` still helps."""
    text = "def pytest_addoption(parser):\n    parser.addoption('--cio-token', action='store_true')\n"
    story.file("conftest.py", text)
    story.run(GOOD, "--cio-token").assert_outcomes(passed=1)
    accepted = f"accepted: {', '.join(OPTIONS)}"
    near = "(did you mean --cio-report?)"
    said = f"--cio-reports: there is no such option {near}; {accepted}"
    assert usage_error(story.again("--cio-token", "--cio-reports=a.json", ".")) == said
    assert usage_error(story.again("--cio_xyz")) == f"--cio_xyz: there is no such option; {accepted}"
    assert story.again("--cio-contrat", "--help").ret == 0


def test_a_setting_of_the_project(story: Story) -> None:
    """A setting that the project's conftest.py declares is none of ours, and is not refused."""
    story.file("conftest.py", "def pytest_addoption(parser):\n    parser.addini('cio_token', 'of the project')\n")
    story.file("pytest.ini", "[pytest]\ncio_token = 1\n")
    story.run(GOOD).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("mark", "near"),
    [
        ("cio_error('429')", " (did you mean cio_errors?)"),
        ("cio_alow('outcome')", " (did you mean cio_allow?)"),
        ("cio_xyz", ""),
        ("cio_sandbox", " (it is a fixture: name it as a parameter of the test)"),
    ],
)
def test_a_misspelt_mark(story: Story, mark: str, near: str) -> None:
    """A mark that begins with cio and is none is refused, also where nothing else asks for the plugin."""
    name = mark.partition("(")[0]
    text = f"import pytest\n\n{GOOD}\n@pytest.mark.{mark}\ndef test_bad():\n    pass\n"
    said = f"test_app.py::test_bad: {name}: there is no such mark{near}; accepted: {MARKS}"
    assert usage_error(story.run(text, *UNKNOWN)) == said
    assert usage_error(story.again("--cio-contract", *UNKNOWN)) == said


def test_a_misspelt_mark_of_a_class_and_of_a_module(story: Story) -> None:
    """Marks of a class and of a module are checked as well."""
    of_class = "import pytest\n\n@pytest.mark.cio_error\nclass TestBad:\n    def test_bad(self):\n        pass\n"
    assert usage_error(story.run(of_class, *UNKNOWN)).startswith(
        "test_app.py::TestBad::test_bad: cio_error: there is no such"
    )
    of_module = f"import pytest\n\npytestmark = pytest.mark.cio_error\n\n{GOOD}"
    assert usage_error(story.run(of_module, *UNKNOWN)).startswith(
        "test_app.py::test_good: cio_error: there is no such mark"
    )


def test_a_mark_of_the_project(story: Story) -> None:
    """A mark that the project lists in the ini `markers` is its own, whatever its name begins with."""
    story.file("pytest.ini", "[pytest]\nmarkers =\n    cio_slow: takes long\n    cio(name): of the project\n")
    text = f"import pytest\n\npytestmark = [pytest.mark.cio_slow, pytest.mark.cio('x')]\n\n{GOOD}"
    story.run(text).assert_outcomes(passed=1)


def test_the_line_of_a_list_is_the_line_of_its_item(story: Story) -> None:
    """For a list, the line of the wrong value is named, in pyproject.toml and in an ini, and from another folder."""
    story.file(
        "pyproject.toml",
        """\
        [tool.pytest.ini_options]
        cio_contract = true
        cio_allow = [
          "bad-email: old",
          "bad-phoen: old",
        ]
        """,
    )
    said = "cio_allow: 'bad-phoen' is no rule (did you mean bad-phone?); all rules: python -m pytest_customerio explain"
    assert usage_error(story.run(GOOD)) == f"pyproject.toml:5: {said}"
    here = Path.cwd()
    (story.path / "deep").mkdir()
    try:
        os.chdir(story.path / "deep")
        assert usage_error(story.again("..")) == f"../pyproject.toml:5: {said}"
    finally:
        os.chdir(here)


def test_a_mistake_on_the_command_line_has_no_line(story: Story) -> None:
    """A value of `-o` overrides the file, so no line of the file is named."""
    said = "ini cio_region: 'uk' is no region; accepted: us, eu"
    assert usage_error(story.run(GOOD, "-o", "cio_region=uk")) == said
    story.file("pytest.ini", "[pytest]\ncio_region = us\n")
    assert usage_error(story.run(GOOD, "-o", "cio_region=uk")) == "ini cio_region: 'uk' is no region; accepted: us, eu"


@pytest.mark.parametrize(
    ("files", "ini", "said"),
    [
        (
            {"own/track/identify.json": '{"type": "object",\n "required": }'},
            "cio_schemas = own",
            "{path}/own/track/identify.json:2: not JSON: Expecting value",
        ),
        (
            {"own/track/identify.json": '{\n "type": "objct"\n}'},
            "cio_schemas = own",
            "{path}/own/track/identify.json:2: no JSON Schema: 'objct' is no type (did you mean object?);"
            " accepted: array, boolean, integer, null, number, object, string",
        ),
        (
            {"own/track/identfy.json": "{}"},
            "cio_schemas = own",
            "{path}/own/track/identfy.json: no operation track.identfy; did you mean track.identify?",
        ),
        (
            {"own/track/429-rate-limited.yaml": "version: 1\ninteractions: ["},
            "cio_cassettes = own",
            "{path}/own/track/429-rate-limited.yaml:2: not YAML: while parsing a flow node,"
            " did not find expected node content",
        ),
        (
            {"own/track/200-ok.yaml": "version: 1\ninteractions: ["},
            "cio_cassettes = own",
            "{path}/own/track/200-ok.yaml:2: not YAML: while parsing a flow node, did not find expected node content",
        ),
        (
            {"own/trck/429-rate-limited.yaml": "version: 1"},
            "cio_cassettes = own",
            "{path}/own/trck/429-rate-limited.yaml: no such surface: 'trck'; did you mean track?"
            " There are app, pipelines, track, track_v2",
        ),
    ],
    ids=["broken JSON", "no schema", "no operation", "broken YAML", "broken success", "no surface"],
)
def test_a_corrupt_file_of_the_users(story: Story, files: dict[str, str], ini: str, said: str) -> None:
    """The message has file, line and cause. It comes before any test, whatever the tests send."""
    for name, text in files.items():
        story.file(name, text)
    story.file("pytest.ini", f"[pytest]\n{ini}\n")
    assert usage_error(story.run(GOOD, "--cio-contract")) == said.format(path=story.path)


def test_bytes_that_are_no_text(story: Story) -> None:
    """A schema in another encoding is named, instead of a UnicodeDecodeError."""
    path = story.file("own/track/identify.json", "")
    path.write_bytes(b'{"title": "Gr\xfc\xdfe"}')
    story.file("pytest.ini", "[pytest]\ncio_schemas = own\n")
    assert usage_error(story.run(GOOD, "--cio-contract")).startswith(f"{path}")


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("report.txt", "the suffix decides the kind; accepted: .json"),
        ("report", "the suffix decides the kind; accepted: .json"),
        ("folder.json", "is a folder, not a file"),
        ("crm.py/report.json", "{path}/crm.py is no folder that can be written to"),
        pytest.param("/proc/report.json", "/proc is no folder that can be written to", marks=LINUX),
        (
            "/missing-folder/report.json",
            "there is no folder /missing-folder; accepted: a folder that exists, or one in the project",
        ),
        ("x" * 300 + ".json", "File name too long"),
        ("a\0b.json", "lstat: embedded null" if sys.version_info >= (3, 13) else "embedded null"),  # Python's own text
    ],
)
def test_a_report_that_cannot_be_written(story: Story, option: str, said: str) -> None:
    """A path that cannot be written is refused before the tests run."""
    (story.path / "folder.json").mkdir()
    result = story.run(GOOD, f"--cio-report={option}")
    assert usage_error(result).startswith(f"--cio-report={option}: {said.format(path=story.path)}")
    assert "passed" not in result.stdout.str()
    assert not Path("/missing-folder").exists()


def test_a_report_that_cannot_be_written_after_all(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the disk is full at the end, the run fails with a message, and the old report stays as it was."""

    def refuse(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", refuse)
    story.file("report.json", "the old one")
    result = story.run(
        """
        import crm

        def test_signup():
            crm.identify("42", plan="basic")
        """,
        "--cio-contract",
        "--cio-report=report.json",
    )
    assert usage_error(result) == f"--cio-report: {story.path}/report.json cannot be written: No space left on device"
    result.assert_outcomes(passed=1)
    assert (story.path / "report.json").read_text() == "the old one"


def test_the_fixture_asked_for_too_late(story: Story) -> None:
    """`cio` requested during the test fails, because earlier requests were not heard."""
    result = story.run("def test_late(request):\n    request.getfixturevalue('cio')\n", "--cio-contract")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["cio: name it in the arguments of the test or of a fixture, or in usefixtures"])
    again = story.again()
    again.assert_outcomes(failed=1)
    again.stdout.fnmatch_lines(["cio: name it in the arguments of the test or of a fixture, or in usefixtures"])
