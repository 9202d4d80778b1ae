"""The recipes of the cookbook: run them as written, and write the tables of what each lacks. `make cookbook` does so."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

from docgen.model.checks import NarrativeWritten
from docgen.regimes import known_regimes, load_regime
from support.commands import run_docgen

COOKBOOK = Path(__file__).resolve().parents[2] / "docs" / "cookbook.md"
COMMON = "What every recipe lacks"
HEAD = "| Gap | Requirement that is not met |\n| --- | --- |\n"
TABLE = re.compile(re.escape(HEAD) + r"(?:\|.*\n?)*")
ROW = re.compile(r"^\| `([A-Z-]+-\d+)` \| (.+) \|$", re.MULTILINE)
ROWS = load_regime(known_regimes()["model_card"]).requirements
TITLES = {row.id: row.title for row in ROWS}
WRITTEN = {row.id for row in ROWS if isinstance(row.check, NarrativeWritten)}
"""Requirements that wait for people's words."""


@dataclass(frozen=True)
class Section:
    """A section of the cookbook: a recipe where it has scripts."""

    title: str
    text: str

    def fences(self, language: str) -> list[str]:
        tokens = MarkdownIt("commonmark").parse(self.text)
        return [token.content for token in tokens if token.type == "fence" and token.info == language]

    @property
    def is_recipe(self) -> bool:
        return bool(self.fences("python"))

    @property
    def is_built(self) -> bool:
        return "docgen build" in self.text

    @property
    def lacks(self) -> dict[str, str]:
        """What its table says is lacking: requirement -> title."""
        return dict(ROW.findall(self.text))


@dataclass(frozen=True)
class Cooked:
    """What a recipe left behind."""

    folder: Path
    model: str
    gaps: set[str]
    """Requirements that are not met, without those that wait for people's words."""

    @property
    def dossier(self) -> Path:
        return self.folder / "dossiers" / self.model.removeprefix("models:/")


def sections() -> dict[str, Section]:
    """Every section, by title."""
    parts = COOKBOOK.read_text("utf-8").split("\n## ")[1:]
    return {title: Section(title, text) for title, _, text in (part.partition("\n") for part in parts)}


def cook(recipe: Section, folder: Path) -> Cooked:
    """Run the scripts of a recipe and then its commands, in an empty folder."""
    for number, script in enumerate(recipe.fences("python")):
        (folder / f"recipe_{number}.py").write_text(script, "utf-8")
        command = [sys.executable, "-W", "ignore", f"recipe_{number}.py"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr[-3000:]
    (shell,) = recipe.fences("bash")
    commands = [shlex.split(line, comments=True)[1:] for line in shell.splitlines()]
    for words in commands:
        done = run_docgen(*words, cwd=folder)
        assert done.returncode == (1 if words[0] in {"check", "build"} else 0), done.stdout + done.stderr
    model = commands[-1][1]
    done = run_docgen("check", model, "--offline", "--format", "json", cwd=folder)
    (regime,) = json.loads(done.stdout)["regimes"]
    return Cooked(folder, model, {gap["requirement"] for gap in regime["gaps"]} - WRITTEN)


def table(gaps: set[str]) -> str:
    """The table of gaps, in the order of the regime."""
    return HEAD + "".join(f"| `{name}` | {title} |\n" for name, title in TITLES.items() if name in gaps)


def main() -> int:
    """Cook everything, and write every table again."""
    gaps: dict[str, set[str]] = {}
    for title, section in sections().items():
        if section.is_recipe:
            with tempfile.TemporaryDirectory() as folder:
                gaps[title] = cook(section, Path(folder)).gaps
    common = set.intersection(*gaps.values())
    wanted = {COMMON: common, **{title: found - common for title, found in gaps.items()}}
    head, *parts = COOKBOOK.read_text("utf-8").split("\n## ")
    renewed = [TABLE.sub(lambda _, part=part: table(wanted[part.partition("\n")[0]]), part) for part in parts]
    COOKBOOK.write_text("\n## ".join([head, *renewed]), "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
