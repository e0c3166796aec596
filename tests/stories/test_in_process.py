"""pytester runs pytest many times in one process, and so do the suites of plugins."""

from __future__ import annotations

from tests.stories.conftest import Story


def test_two_runs_in_one_process_read_the_same_cassettes(story: Story) -> None:
    """The second run imports everything anew. libyaml's binding stops working then; cassettes are read without it."""
    result = story.run(
        '''
        import pytest

        pytest_plugins = ["pytester"]

        @pytest.mark.parametrize("run", [1, 2])
        def test_run(pytester, run):
            pytester.makepyfile("""
                import pytest, requests

                @pytest.mark.cio_errors("401-unauthorized", raises=requests.HTTPError)
                def test_app():
                    answer = requests.delete(
                        "https://track.customer.io/api/v1/customers/5", auth=("site-1234", "key-12345"), timeout=1
                    )
                    answer.raise_for_status()
            """)
            given = ("-p", "no:customerio", "-p", "pytest_customerio.plugin", "-p", "no:cacheprovider")
            pytester.runpytest_inprocess(*given).assert_outcomes(passed=1)
        ''',
        subprocess=True,
    )
    result.assert_outcomes(passed=2)
