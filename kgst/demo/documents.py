"""What `demo` answers with `--json`."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from kgst.document import ABSENT, Document, Part

__all__ = ["DemoDocument", "DemoStep"]


class DemoStep(Part):
    """One act that went as told.

    Attributes:
        outcome: What came of it, in words.
        seconds: How long it took.
    """

    title: str
    outcome: str
    seconds: Annotated[float, Field(ge=0)]


class DemoDocument(Document):
    """The token's life, step by step.

    Attributes:
        ok: Whether every step went as told.
        failed: The step that went otherwise than told.
        error: How it did.
        status: The token in the end, in words.
    """

    SCHEMA: ClassVar = "kgst/demo/1"

    ok: bool
    failed: str = ABSENT
    error: str = ABSENT
    status: dict[str, str] = ABSENT
    steps: list[DemoStep]
