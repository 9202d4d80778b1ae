"""The files of gates and signers: schema, example and reader agree."""

from __future__ import annotations

import json

import jsonschema_rs
import pytest

from docgen.approval_files import EXAMPLES
from docgen.strict_yaml import load_yaml
from support import approvals_page


@pytest.mark.parametrize(("path", "text"), approvals_page.files(), ids=lambda item: getattr(item, "name", ""))
def test_the_schema_is_that_of_the_records(path, text) -> None:
    assert path.read_text("utf-8") == text, "write it again with `make docs`"


@pytest.mark.parametrize("name", [*(f"gates-{name}" for name in EXAMPLES), "signers"])
def test_every_example_fits_its_schema(name: str) -> None:
    schema = json.loads((approvals_page.FOLDER / f"{name.partition('-')[0]}.schema.json").read_text("utf-8"))
    content = load_yaml((approvals_page.FOLDER / f"{name}.yaml").read_text("utf-8"), where=name)
    validator = jsonschema_rs.validator_for(schema)
    assert validator.is_valid(content), list(validator.iter_errors(content))
    assert not validator.is_valid({**content, "extra": 1})
