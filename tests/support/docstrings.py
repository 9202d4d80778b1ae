"""What the code says of itself: docstrings of fields, and the purpose of anything."""

from __future__ import annotations

import ast
import inspect
from itertools import pairwise
from typing import Any


def field_docs(record: type) -> dict[str, str]:
    """The docstring below each field (or member) of a class, on one line."""
    body = ast.parse(inspect.getsource(record)).body[0]
    assert isinstance(body, ast.ClassDef)
    found = {}
    for item, after in pairwise(body.body):
        name = (
            item.target
            if isinstance(item, ast.AnnAssign)
            else item.targets[0]
            if isinstance(item, ast.Assign)
            else None
        )
        if isinstance(name, ast.Name) and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            found[name.id] = " ".join(inspect.cleandoc(str(after.value.value)).split())
    return found


def purpose(thing: Any) -> str:
    """The first sentence of a docstring."""
    return " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split())
