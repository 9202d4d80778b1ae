"""README and docs are true: what is generated is current, links resolve, examples parse, and the first example runs."""

from __future__ import annotations

import ast
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from mdit_py_plugins.anchors.index import slugify

from docgen.assessment import engine
from docgen.cli.parser import parser
from docgen.config import load_config
from docgen.errors import ProblemsError, UsageError
from docgen.model.assessment import RequirementResult, Verdict
from docgen.model.evidence import Narrative
from docgen.model.regime import NarrativeSlot
from docgen.own_requirements import load_own
from docgen.policy import load_policy
from docgen.regime_scaffold import new_regime
from docgen.regimes import known_regimes, load_regime
from docgen.sources.narratives import read_narratives
from docgen.strict_yaml import load_yaml
from docgen.testing import sample_snapshot
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


def test_every_next_step_that_docgen_names_exists() -> None:
    """Hints name commands; a command that was renamed must not live on in them."""
    known, prose = choices(parser()), {"again", "never", "that"}
    for path in sorted((ROOT / "docgen").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "hint":
                for found in re.findall(r"docgen ([a-z]+)", ast.unparse(node.value)):
                    assert found in {*known, *prose}, f"{path.name}:{node.lineno}"


def test_every_page_that_docgen_refers_to_exists() -> None:
    for folder in ("docgen", "regimes", "templates", "sphinx_src"):
        for path in (item for item in (ROOT / folder).rglob("*") if item.suffix in {".py", ".yaml", ".j2"}):
            for found in re.findall(r"\bdocs/[a-z-]+\.md", path.read_text("utf-8")):
                assert found in PAGES, f"{path.relative_to(ROOT)}: {found}"


@pytest.mark.parametrize("fence", fences("toml"), ids=str)
def test_every_toml_example_is_a_configuration(fence: Fence, tmp_path: Path) -> None:
    (tmp_path / "docgen.toml").write_text(fence.text, "utf-8")
    load_config(tmp_path / "docgen.toml")


@pytest.mark.parametrize("fence", fences("yaml"), ids=str)
def test_every_yaml_example_is_strict_yaml(fence: Fence) -> None:
    assert load_yaml(fence.text, where=str(fence))


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

    (json_,) = (fence.text for fence in fences("json") if fence.page == "docs/ci.md")
    done = docgen("check", "models:/screening/1", "--offline", "--format", "json", cwd=tmp_path)
    assert shape(json.loads(done.stdout)) == shape(json.loads(json_))

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


def section(page: str, heading: str) -> str:
    """The text of a page below a heading."""
    return PAGES[page].read_text("utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def cells(text: str) -> list[list[str]]:
    """The rows of the tables in a text, without their heads."""
    rows = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows if not row.startswith("| ---")]


def test_the_table_of_findings_names_each_that_the_sources_can_give_and_no_other() -> None:
    told = {row[0].strip("`"): row[1] for row in cells(section("docs/mlflow.md", "Findings"))[1:]}
    found: dict[str, set[str]] = {}
    for path in (*sorted((ROOT / "docgen" / "sources").rglob("*.py")), ROOT / "docgen" / "model" / "monitoring.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            for code, weight in _finding(node):
                found.setdefault(code, set()).add(weight)
    assert sorted(told) == sorted(found)
    for code, weights in found.items():
        assert weights <= {told[code], ""}, code


def _finding(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Code and weight of a finding that a piece of source makes; no weight where it is told elsewhere."""
    if isinstance(node, ast.Call):
        words = {item.arg: item.value for item in node.keywords}
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        code = node.args[0] if name == "note" and node.args else words.get("code") if name == "Finding" else None
        if isinstance(code, ast.Constant):
            yield str(code.value), str(getattr(words.get("severity"), "value", "warning"))
    elif isinstance(node, ast.AugAssign) and ast.unparse(node.target).startswith("self._odd"):
        assert isinstance(node.target, ast.Subscript)
        assert isinstance(node.target.slice, ast.Tuple)
        yield str(ast.literal_eval(node.target.slice.elts[0])), ""


def test_the_policy_of_the_documentation_decides_what_the_page_says(tmp_path: Path) -> None:
    (example,) = (fence.text for fence in fences("yaml") if fence.page == "docs/policy.md")
    (regime,) = (load_regime(known_regimes()["model_card"]),)
    snapshot = sample_snapshot()

    def verdicts(text: str) -> dict[str, RequirementResult]:
        (tmp_path / "policy.yaml").write_text(text)
        policy = load_policy(tmp_path / "policy.yaml", (regime,))
        return {row.requirement: row for row in engine.assess(snapshot, regime, policy, date(2026, 3, 2)).results}

    results = verdicts(example)
    assert results["MC-CAV-01"].verdict is Verdict.WAIVED
    assert results["MC-QUA-02"].verdict is Verdict.NOT_APPLICABLE
    assert [item.source for item in results["MC-EVD-01"].checks if item.layer == "policy"] == ["Standard 4, section 3"]
    rows = cells(section("docs/policy.md", "A bound and an interval"))[1:]
    assert len(rows) == 3
    for limit, outcome, verdict in rows:
        result = verdicts(example.replace("at_least: 0.8,", f"at_least: {limit},"))["MC-MET-02"]
        (check,) = (item for item in result.checks if item.layer == "policy")
        assert (check.outcome, result.verdict.value) == (outcome, verdict.replace(" ", "_"))


def test_the_narrative_of_the_documentation_is_read_and_what_it_calls_refused_is_refused(tmp_path: Path) -> None:
    slot = NarrativeSlot(slot="intended_use", title="Use", author_role="model owner", prompt="What for?")
    (good,) = (fence.text for fence in fences("markdown") if fence.page == "docs/narratives.md")
    path = tmp_path / "intended_use.md"
    path.write_text(good, "utf-8")
    (read,) = read_narratives(tmp_path, (slot,))
    assert isinstance(read.value, Narrative)
    assert read.value.evidence
    (refused,) = (fence.text for fence in fences("text") if fence.page == "docs/narratives.md")
    for line in [*refused.splitlines(), "```{include} other.md\n```"]:
        path.write_text(f"{good}\n{line}\n", "utf-8")
        with pytest.raises(ProblemsError, match="is not allowed"):
            read_narratives(tmp_path, (slot,))


def test_the_row_of_the_documentation_is_a_requirement(tmp_path: Path) -> None:
    row, own, _ = (fence.text for fence in fences("yaml") if fence.page == "docs/regimes.md")
    (tmp_path / "own.yaml").write_text(own, "utf-8")
    assert [item.id for item in load_own(tmp_path / "own.yaml")[0]] == ["REQ-1", "REQ-2"]
    house = tmp_path / "house_rules"
    new_regime(house, today=date(2026, 3, 2))
    (house / "requirements.yaml").write_text(row)
    fact = "facts:\n- {fact: tier, title: Tier, tag: tier, owner: risk, kind: choice, values: [high, medium, low]}\n"
    (house / "regime.yaml").write_text((house / "regime.yaml").read_text() + fact)
    assert [item.id for item in load_regime(house).requirements] == ["HOUSE-RULES-01"]


def shape(value: object) -> object:
    """The keys of a JSON value; of a list, those of its first item."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    return [shape(item) for item in value[:1]] if isinstance(value, list) else type(value).__name__
