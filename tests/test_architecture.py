"""The house keeps its rows: who may import whom, where third-party packages live, what `--help` costs."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import docgen

PACKAGE = Path(docgen.__file__).parent
ROWS = (
    {"errors", "model"},
    {"assessment", "blocks", "change", "gates"},
    {"resources", "tools", "config", "strict_yaml", "packages"},
    {
        "regimes",
        "regime_lint",
        "regime_scaffold",
        "crosswalks",
        "plans",
        "approval_files",
        "places",
        "own_requirements",
        "policy",
        "register",
        "register_edit",
        "sources",
        "store",
        "render",
        "evaluate",
    },
    {"publish", "bundle", "demo", "export"},
    {
        "pipeline",
        "findings",
        "inventory",
        "ledgers",
        "approvals",
        "sealing",
        "lone_pdf",
        "releases",
        "decisions",
        "signed_approvals",
        "rollback_records",
        "signature_pages",
        "recording",
        "stamping",
        "refusals",
        "qualify",
        "histories",
    },
    {"cli", "sphinx_ext", "samples", "testing", "contract", "__init__", "__main__"},
)
HOMES = {
    "mlflow": {"sources", "evaluate", "demo"},
    "sqlalchemy": {"sources"},
    "fairlearn": {"evaluate"},
    "shap": {"evaluate"},
    "jinja2": {"render"},
    "matplotlib": {"render"},
    "fontTools": {"render"},
    "sphinx": {"sphinx_ext", "publish"},
    "docutils": {"sphinx_ext", "publish"},
    "typst": {"sphinx_ext", "render"},
    "xlsxwriter": {"publish"},
    "pypdf": {"publish"},
    "argparse": {"cli"},
    "cryptography": {"bundle"},
    "rfc3161_client": {"bundle"},
    "asn1crypto": {"bundle"},
    "pyhanko": {"bundle"},
    "pkcs11": {"bundle"},
    "packaging": {"packages", "qualify"},
}
PURE = {"model", "assessment", "blocks", "change", "gates"}
EFFECTS = {"os", "pathlib", "subprocess", "socket", "tempfile", "shutil", "time", "random", "secrets"}


def modules() -> list[Path]:
    found = sorted(path for path in PACKAGE.rglob("*.py") if "_data" not in path.parts)
    assert len(found) > 80
    return found


def home(path: Path) -> str:
    """The package or module directly below docgen that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def row(name: str) -> int:
    found = [number for number, names in enumerate(ROWS) if name in names]
    assert found, f"{name} has no row: give it one"
    return found[0]


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Every imported module, and whether only for type checking."""
    tree = ast.parse(path.read_text("utf-8"))
    typing = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, id(node) in typing) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or "", id(node) in typing


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_module_imports_only_rows_above_it_or_its_own(path: Path) -> None:
    own = row(home(path))
    for name, _ in imports(path):
        parts = name.split(".")
        if parts[0] == "docgen":
            target = parts[1] if len(parts) > 1 else None
            if target is None:
                continue  # the version, or functions that are loaded on first use
            assert row(target) <= own, f"{path.name} imports {name}, which lies below it"


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_third_party_packages_stay_in_their_homes(path: Path) -> None:
    for name, typing in imports(path):
        top = name.split(".")[0]
        if top in HOMES and not typing:
            assert home(path) in HOMES[top], f"{path.name} imports {name}"


def test_the_pure_rows_have_no_effects() -> None:
    for path in modules():
        if home(path) in PURE:
            assert not {name.split(".")[0] for name, typing in imports(path) if not typing} & EFFECTS, path


def test_no_module_has_outgrown_one_noun() -> None:
    long = {path.name: lines for path in modules() if (lines := len(path.read_text("utf-8").splitlines())) > 650}
    assert not long


def test_every_public_name_resolves_and_has_a_docstring() -> None:
    for name in docgen.__all__:
        found = getattr(docgen, name)
        assert name == "__version__" or found.__doc__, name
    assert set(docgen.__all__) <= set(dir(docgen))
    with pytest.raises(AttributeError, match="no attribute 'colect'"):
        docgen.colect  # noqa: B018


def test_public_functions_stay_functions_after_every_module_is_loaded() -> None:
    for path in modules():
        name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
        if not name.endswith("__main__"):
            import_module(name)
    for name in ("collect", "assess", "build", "verify", "load_config", "log_evidence"):
        assert callable(getattr(docgen, name)), name


@pytest.mark.parametrize("arguments", [["--help"], ["build", "--help"], ["--version"], ["regime", "list"]])
def test_help_and_light_commands_load_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from docgen.cli import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "print('HEAVY', sorted({'mlflow', 'shap', 'pandas', 'sphinx', 'matplotlib', 'sklearn'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert done.stdout.strip().endswith("HEAVY []")


def test_importing_docgen_loads_nothing_of_its_own() -> None:
    script = "import sys, docgen; print([name for name in sys.modules if name.startswith('docgen.')])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
