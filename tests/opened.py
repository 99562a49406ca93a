"""What a page with an editing form carries of the row it was opened on."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

OPENED = re.compile(r'name="opened" value="([^"]*)"')


def opened(answer: Any, within: str = "") -> str:
    """Of the first such form of a response, or of the first after the element with the id `within`."""
    _before, _id, text = answer.content.decode().partition(f'id="{within}"' if within else "<")
    found = OPENED.search(text)
    assert found, "no form of this page carries what it was opened with"
    return unescape(found[1])
