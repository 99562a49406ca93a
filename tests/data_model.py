"""`docs/data-model.md`, drawn from the models: `make data-model`. A test holds it to them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs" / "data-model.md"
INTRODUCTION = """# The data model

Drawn from the models by `make data-model`; do not edit. One picture an app: its tables and what they point to. A line that ends in a
crow's foot is “many”, a circle is “or none”. Every table also has its triggers: one that writes the [audit trail](audit.md), and where
rows of a closed month must stay as they are, one that refuses to change them.
"""


def page() -> str:
    from django.apps import apps
    from django.conf import settings

    parts = [INTRODUCTION]
    for app in settings.OWN_APPS:
        models = sorted(apps.get_app_config(app).get_models(), key=lambda model: model.__name__)
        if models:
            lines = [line for model in models for line in drawn(model)]
            parts.append(
                "\n".join([f"## {app}", "", "```mermaid", "erDiagram", *lines, "```", "", *map(said, models), ""])
            )
    return "\n".join(parts)


def drawn(model: type) -> Iterator[str]:
    name = model.__name__
    pointing = [field for field in model._meta.concrete_fields if field.is_relation and field.related_model]  # type: ignore[attr-defined]
    yield f"    {name}"
    for field in pointing:
        end = "|o" if field.null else "||"
        start = "o|" if field.one_to_one else "o{"
        yield f"    {field.related_model.__name__} {end}--{start} {name} : {field.name}"


def said(model: type) -> str:
    """The first sentence of what a model says of itself."""
    text = (model.__doc__ or "").strip().split("\n\n")[0].replace("\n", " ")
    words = " ".join(text.split())
    return f"- **{model.__name__}**" + ("" if words.startswith(f"{model.__name__}(") or not words else f": {words}")


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    PAGE.write_text(page())


if __name__ == "__main__":
    main()
