"""What docs/report.md says of the document, and docs/controls.md of the commands."""

from __future__ import annotations

import re
from pathlib import Path

import click
from pydantic import BaseModel

from kgst.cli.report import cli
from kgst.report.documents import PeriodReport

DOCS = Path(__file__).parents[4] / "docs"
KEY = re.compile(r"`([a-z_]+(?:\.[a-z_]+)+)`")


def keys_of(model: type[BaseModel], before: str = "") -> set[str]:
    """Each key of a document, those of its parts behind a dot."""
    found = set()
    for name, field in model.model_fields.items():
        found.add(before + name)
        part = field.annotation
        if isinstance(part, type) and issubclass(part, BaseModel):
            found |= keys_of(part, f"{before}{name}.")
    return found


def test_templates__every_key_that_the_table_names__is_in_the_report() -> None:
    rows = [line for line in (DOCS / "report.md").read_text().splitlines() if line.startswith("| ")]
    named = {key for row in rows for key in KEY.findall(row)}
    assert len(named) > 30
    assert named - keys_of(PeriodReport) == set()
    templates = {row.split("|")[1].split(",")[0].strip() for row in rows} - {"template"}
    assert templates == {"AICPA", "GENIUS Act", "MiCA"}


def test_sections__each_says_how_its_figures_are_had_again() -> None:
    sections = {key.partition(".")[0] for key in keys_of(PeriodReport) if key.endswith("obtained_by")}  # fmt: skip
    others = {"format", "token", "period", "measurement_point", "missing"}
    assert sections == PeriodReport.model_fields.keys() - others


def test_controls__every_row_has_its_evidence() -> None:
    lines = (DOCS / "controls.md").read_text().splitlines()
    rows = [line.split("|")[1:-1] for line in lines if line.startswith("| ")][1:]
    assert len(rows) > 20
    assert all(len(row) == 6 and all(cell.strip() for cell in row) for row in rows)
    assert isinstance(cli, click.Group)
    assert {"report period", "report controls"} <= {
        f"report {name}" for name in cli.commands if f"`ape run report {name}`" in "\n".join(lines)
    }  # fmt: skip
