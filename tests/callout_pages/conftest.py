import pytest
import time_machine

from tests.callout_pages.cast import NOON, District, make_district


@pytest.fixture
def noon():
    """The clock stands at twelve in Beijing and is moved by hand."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def district(db, noon) -> District:
    return make_district()
