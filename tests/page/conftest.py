"""What the tests of the page share."""

import pytest

import hpcourse as hp


@pytest.fixture
def in_chinese():
    """The page in Traditional Chinese, and in English again afterwards."""
    hp.use_language("zh-TW")
    yield
    hp.use_language("en")
