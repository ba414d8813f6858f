"""`make pdf`: the page of a period's report on paper, whole; and what it says where it cannot be made."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from support.web.browser import ROOT
from support.web.office import Office

TOOL = ROOT / "tools/pdf.mjs"


def printed(*words: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["node", str(TOOL), *map(str, words)],
        capture_output=True, text=True, timeout=120, check=False, env={**os.environ, **environment},
    )  # fmt: skip


def titles(pdf: bytes) -> list[str]:
    """Of the outline's entries, as they stand in it."""
    found = []
    for literal, digits in re.findall(
        rb"/Title (?:\(((?:[^()\\\\]|\\\\.)*)\)|<([0-9A-Fa-f]+)>)", pdf
    ):
        raw = bytes.fromhex(digits.decode()) if digits else re.sub(rb"\\\\(.)", rb"\\1", literal)
        wide = raw.startswith(b"\xfe\xff")
        found.append(raw[2:].decode("utf-16-be") if wide else raw.decode("latin-1"))
    return found


def test_pdf__of_a_report__has_each_section_on_pages_of_paper(
    office: Office, tmp_path: Path
) -> None:
    page = tmp_path / "report.html"
    shutil.copy(office.path("report.html"), page)
    done = printed(page)
    assert done.returncode == 0, done.stderr
    pdf = page.with_suffix(".pdf").read_bytes()
    assert f"{len(pdf)} bytes" in done.stdout
    assert pdf.startswith(b"%PDF-")
    assert pdf.rstrip().endswith(b"%%EOF")
    assert 2 <= len(re.findall(rb"/Type /Page\b", pdf)) <= 20
    # A4, in points.
    [box] = set(re.findall(rb"/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]", pdf))
    assert [float(side) for side in box] == pytest.approx([595, 842], abs=2)
    headings = re.findall(r"<h[12][^>]*>(.*?)</h[12]>", page.read_text())
    assert len(headings) > 8
    # Where a heading is broken into two lines, Chromium's outline has no space.
    wanted = sorted("".join(one.split()) for one in headings)
    found = sorted("".join(one.split()) for one in titles(pdf))
    assert [one for one in found if one in wanted] == wanted
    # What is there is not replaced.
    again = printed(page)
    assert (again.returncode, page.with_suffix(".pdf").read_bytes()) == (4, pdf)


@pytest.mark.parametrize("content", ["", "<p>KGST</p>", "<!DOCTYPE html><title>KGST</title>"])
def test_pdf__of_another_file__is_refused(tmp_path: Path, content: str) -> None:
    page = tmp_path / "report.html"
    page.write_text(content)
    done = printed(page)
    assert done.returncode == 2
    assert "this is no report.html" in done.stderr
    assert list(tmp_path.iterdir()) == [page]


def test_pdf__of_nothing__says_what_to_type() -> None:
    done = printed()
    assert done.returncode == 2
    assert "make pdf REPORT=" in done.stderr


def test_pdf__without_a_chromium__says_what_else_there_is(office: Office, tmp_path: Path) -> None:
    done = printed(office.path("report.html"), tmp_path / "x.pdf", KGST_CHROMIUM="/nowhere")
    assert done.returncode == 1
    assert "No Chromium runs here" in done.stderr
    assert "print it into a file" in done.stderr
    assert list(tmp_path.iterdir()) == []
