from __future__ import annotations

import pytest

from policies import registry
from policies.tests import probes


@pytest.fixture
def probed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the parameters of `probes` are declared."""
    monkeypatch.setattr(registry, "_declared", {})
    registry.declare(*probes.ALL)
