"""The settings that are read from pytest's options and ini."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pytest_customerio import plugin
from pytest_customerio.core.data import DataError
from pytest_customerio.core.settings import IniError, SettingsError
from pytest_customerio.running import options

PLUGIN = ("-p", "no:customerio", "-p", "pytest_customerio.plugin", "-p", "no:cacheprovider")


@pytest.fixture
def parsed(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    """Parse a command line in a folder with this ini."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def config(*args: str, ini: str = "") -> pytest.Config:
        pytester.makeini(f"[pytest]\n{ini}")
        return pytester.parseconfig(*PLUGIN, *args)

    return config


def test_without_options_nothing_is_asked_for(parsed) -> None:
    """Every setting has its default; the root folder is pytest's."""
    settings = options.read(parsed())
    assert (settings.contract, settings.strict, settings.record) == (False, False, False)
    assert settings.region is None
    assert (settings.reports, settings.schemas, settings.cassettes, settings.hosts) == ((), (), (), ())
    assert settings.rootdir == Path.cwd()


def test_options_and_ini(parsed, pytester: pytest.Pytester) -> None:
    """Each option and each ini setting arrives."""
    schema = pytester.mkdir("own").joinpath("track", "identify.json")
    schema.parent.mkdir()
    schema.write_text("{}", encoding="utf-8")
    ini = "cio_region = eu\ncio_schemas = own\ncio_cassettes = own\ncio_allow = outcome: on purpose\ncio_hosts = http://crm.local"
    config = parsed("--cio-strict", "--cio-record", "--cio-report=a.json", ini=ini)
    settings = options.read(config)
    assert (settings.contract, settings.strict, settings.record, settings.region) == (True, True, True, "eu")
    assert [path.name for path in (*settings.reports, *settings.schemas, *settings.cassettes)] == [
        "a.json",
        "own",
        "own",
    ]
    assert settings.allow_lines == ("outcome: on purpose",)
    assert len(settings.hosts) == 1
    assert options.read(parsed(ini="cio_contract = true")).contract


@pytest.mark.parametrize("option", plugin.OPTIONS)
def test_each_option_activates_the_gate(option: str, parsed) -> None:
    """No option leaves the plugin off, so that requests would leave the machine unchecked."""
    update = ("--cio-baseline=a.jsonl", "--cio-baseline-update")
    needs = {"--cio-report": ("--cio-report=a.json",), "--cio-fail-under": ("--cio-fail-under=0",)}
    needs |= {"--cio-baseline": update, "--cio-baseline-update": update}
    assert options.read(parsed(*needs.get(option, (option,)))).contract
    assert {f"--{name.replace('_', '-')}" for name in options.OPTIONS} == set(plugin.OPTIONS)


def test_a_mistake_of_the_user_ends_pytest(parsed) -> None:
    """Mistakes in settings and data become a usage error; other exceptions are not touched."""
    config = parsed()
    assert options.checked(config, lambda: 1) == 1
    for error in (SettingsError("--cio-report: x"), DataError(Path("a.yaml"), 3, "broken")):
        with pytest.raises(pytest.UsageError, match=re.escape(str(error))):
            options.checked(config, lambda error=error: (_ for _ in ()).throw(error))  # type: ignore[misc]
    with pytest.raises(ZeroDivisionError):
        options.checked(config, lambda: 1 / 0)


def test_a_mistake_in_the_ini_names_its_line(parsed) -> None:
    """The mistake names the line of the setting, or of the value in a list; without such a line it names none."""
    config = parsed(ini="cio_allow =\n    outcome\n    nonsense\n")
    mistake = IniError("cio_allow", "nonsense", "there is no such rule")
    assert options.explained(config, mistake).startswith("tox.ini:4: cio_allow")
    other = IniError("cio_region", "mars", "accepted: us, eu")
    assert options.explained(config, other) == str(other)
    assert options.explained(config, SettingsError("x")) == "x"


def test_an_unknown_option_is_refused_with_the_nearest(parsed) -> None:
    """One that begins as ours do is refused by us; any other is left to pytest, and so is what the help is asked of."""
    with pytest.raises(
        pytest.UsageError, match=r"^--cio-contrat: there is no such option \(did you mean --cio-contract"
    ):
        parsed("--elsewhere", "--cio-contrat")
    with pytest.raises(pytest.UsageError, match="unrecognized arguments: --elsewhere"):
        parsed("--elsewhere")


def test_without_an_ini_there_is_no_line(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting given with -o has no line."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    mistake = IniError("cio_region", "mars", "accepted: us, eu")
    assert options.explained(pytester.parseconfig(*PLUGIN), mistake) == str(mistake)


@pytest.mark.parametrize("line", ["cio_contract = perhaps"])
def test_a_value_that_pytest_cannot_read(parsed, line: str) -> None:
    """Its exception depends on pytest's version; here it is always the same one. It ends the run at once; only the help
    is shown nevertheless."""
    with pytest.raises(IniError):
        options.read(parsed("--help", ini=line))
    with pytest.raises(pytest.UsageError, match="tox.ini:2: cio_contract: invalid truth value 'perhaps'"):
        parsed(ini=line)


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ((), True),
        (("-q",), True),
        (("-k", "buy"), False),
        (("-m", "slow"), False),
        (("--deselect", "test_app.py::test_buy"), False),
        (("--ignore", "x"), False),
        (("test_app.py",), False),
    ],
)
def test_which_runs_are_of_the_whole_suite(
    parsed, pytester: pytest.Pytester, args: tuple[str, ...], *, expected: bool
) -> None:
    """A run is of the whole suite unless the command line leaves tests out."""
    pytester.makepyfile(test_app="def test_buy(): pass")
    assert options.whole(parsed(*args)) is expected


def test_a_run_in_a_folder_is_not_of_the_whole_suite(
    parsed, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run in a folder is of the whole suite only if testpaths names the tests."""
    config = parsed()
    folder = pytester.mkdir("inner")
    monkeypatch.chdir(folder)
    assert not options.whole(pytester.parseconfig(*PLUGIN, f"--rootdir={config.rootpath}"))
    monkeypatch.chdir(config.rootpath)
    assert options.whole(parsed(ini="testpaths = inner"))


FIXTURES = """
import pytest

@pytest.fixture
def cio_error():
    return "of the project"

@pytest.fixture
def cio_responses(cio_responses):
    return cio_responses
"""
TESTS = """
def test_ours(cio): pass
def test_theirs(cio_error): pass
def test_on_top_of_ours(cio_responses): pass
def test_none(): pass
"""


def test_a_fixture_of_the_project_is_not_ours(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project's fixture of the same name counts only if it asks for ours."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeconftest(FIXTURES)
    pytester.makepyfile(test_app=TESTS)
    items, _ = pytester.inline_genitems(*PLUGIN)
    names = ("cio", "cio_error", "cio_responses")
    found = {item.name: [name for name in names if options.asks_for(item, name)] for item in items}
    assert found == {
        "test_ours": ["cio"],
        "test_theirs": [],
        "test_on_top_of_ours": ["cio_responses"],
        "test_none": [],
    }
