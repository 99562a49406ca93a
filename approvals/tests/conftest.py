from __future__ import annotations

from collections.abc import Iterator

import pytest

from approvals.tests.toys import Toys, toys_of, with_head_office
from tests.cast import Cast


@pytest.fixture
def toys(cast: Cast) -> Iterator[Toys]:
    with toys_of(with_head_office(cast)) as found:
        yield found
