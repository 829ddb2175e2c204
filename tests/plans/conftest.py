from tests.callout_pages.conftest import district, noon

__all__ = ["district", "noon"]
