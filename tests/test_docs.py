"""README and docs are true: what is generated is current, links resolve, examples parse, and the first example runs."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from mdit_py_plugins.anchors.index import slugify

from docgen.cli.parser import parser
from docgen.config import load_config
from docgen.errors import UsageError
from support.generated import BLOCK, MAKERS, ROOT, choices, pages, renewed

PAGES = {page.relative_to(ROOT).as_posix(): page for page in pages()}
SHELL = {"bash", "sh", "console"}


@dataclass(frozen=True)
class Fence:
    """A fenced block of a page."""

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def fences(*languages: str) -> list[Fence]:
    return [
        Fence(name, token.map[0] + 1, token.info.split()[0] if token.info else "", token.content)
        for name, page in PAGES.items()
        for token in MarkdownIt("commonmark").parse(page.read_text("utf-8"))
        if token.type == "fence" and token.map and (token.info.split() or [""])[0] in languages
    ]


def commands(fence: Fence) -> Iterator[list[str]]:
    for line in fence.text.splitlines():
        words = shlex.split(line.removeprefix("$ "), comments=True)
        if words and Path(words[0]).name == "docgen":
            yield words[1 : words.index(">") if ">" in words else None]


def code_spans(name: str) -> Iterator[str]:
    for token in MarkdownIt("commonmark").enable("table").parse(PAGES[name].read_text("utf-8")):
        yield from (item.content for item in token.children or () if item.type == "code_inline")


def parses(words: list[str]) -> bool:
    try:
        parser().parse_args(words)
    except (SystemExit, UsageError):
        return words == ["--help"]
    return True


def anchors(page: Path) -> set[str]:
    tokens = MarkdownIt("commonmark").parse(page.read_text("utf-8"))
    titles = [after.content for token, after in pairwise(tokens) if token.type == "heading_open"]
    return {slugify(re.sub(r"[`*]", "", title)) for title in titles}


@pytest.mark.parametrize("name", PAGES)
def test_what_a_page_generates_from_the_code_is_current(name: str) -> None:
    text = PAGES[name].read_text("utf-8")
    assert text == renewed(text), f"{name}: write it again with `make docs`"


def test_every_generated_block_has_its_place() -> None:
    found = [block[1] for page in PAGES.values() for block in BLOCK.findall(page.read_text("utf-8"))]
    assert sorted(found) == sorted(MAKERS)


@pytest.mark.parametrize("name", PAGES)
def test_every_relative_link_leads_somewhere(name: str) -> None:
    page = PAGES[name]
    for token in MarkdownIt("commonmark").enable("table").parse(page.read_text("utf-8")):
        for item in token.children or ():
            target = str(item.attrs.get("href", item.attrs.get("src", "")))
            if item.type not in {"link_open", "image"} or re.match(r"[a-z]+:", target):
                continue
            path, _, anchor = target.partition("#")
            other = (page.parent / path).resolve() if path else page
            assert other.is_relative_to(ROOT), target
            assert other.exists(), target
            assert not anchor or anchor in anchors(other), target


@pytest.mark.parametrize("fence", fences(*SHELL), ids=str)
def test_every_docgen_command_in_an_example_parses(fence: Fence) -> None:
    for words in commands(fence):
        assert parses(words), words


@pytest.mark.parametrize("name", PAGES)
def test_every_docgen_command_in_running_text_exists(name: str) -> None:
    known = choices(parser())
    for span in code_spans(name):
        if found := re.match(r"docgen ([a-z]+)( [a-z]+)?", span):
            assert found[1] in known, span
            below = choices(known[found[1]])
            assert not found[2] or not below or found[2].strip() in below, span


@pytest.mark.parametrize("fence", fences("toml"), ids=str)
def test_every_toml_example_is_a_configuration(fence: Fence, tmp_path: Path) -> None:
    (tmp_path / "docgen.toml").write_text(fence.text, "utf-8")
    load_config(tmp_path / "docgen.toml")


@pytest.mark.parametrize("fence", fences("python"), ids=str)
def test_every_python_example_compiles(fence: Fence) -> None:
    compile(fence.text, str(fence), "exec")


def test_the_first_example_runs_as_written(tmp_path: Path, docgen) -> None:
    script, after = (fence.text for fence in fences("python") if fence.page == "README.md")
    (tmp_path / "train.py").write_text(script, "utf-8")
    python = [sys.executable, "-W", "ignore"]
    done = subprocess.run([*python, "train.py"], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]

    (shell,) = (fence for fence in fences("bash") if fence.page == "README.md" and "docgen init" in fence.text)
    said = {}
    for words in commands(shell):
        done = docgen(*words, cwd=tmp_path)
        said[words[0]] = done.stdout
        assert done.returncode == (1 if words[0] in {"check", "build"} else 0), done.stderr
    (shown,) = (fence for fence in fences("text") if fence.page == "README.md" and "gate closed" in fence.text)
    assert [line for line in shown.text.splitlines() if line not in said["check"].splitlines()] == []
    told = re.search(r"HTML  (\S+)", said["build"])
    assert told

    (tmp_path / "after.py").write_text(after, "utf-8")
    done = subprocess.run([*python, "after.py"], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "model_card" in done.stdout
    assert told[1] in done.stdout
    _holds(tmp_path / told[1])


def _holds(landing: Path) -> None:
    """A dossier holds every file that the README's table names."""
    section = PAGES["README.md"].read_text("utf-8").partition("## What a dossier holds")[2].partition("\n## ")[0]
    names = re.findall(r"^\| `([^`]+)`", section, re.MULTILINE)
    assert len(names) >= 6
    for name in names:
        assert list(landing.parent.glob(re.sub(r"<[a-z]+>", "*", name))), name
