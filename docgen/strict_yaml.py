"""YAML as data and nothing else: no duplicate keys, no aliases, no tags, no surprises of YAML 1.1.

Only `true`, `false`, `null`, decimal integers and decimal fractions are more than text; `NO`, `012`, `1:30` and
`2026-01-01` stay what was typed.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NoReturn

import yaml

from docgen.errors import Problem, ProblemsError, UsageError

Yaml = None | bool | int | float | str | list["Yaml"] | dict[str, "Yaml"]
"""What a strict YAML file can hold."""

MAX_DEPTH = 24
MAX_BYTES = 4 * 1024 * 1024


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # chosen at run time
    """PyYAML's safe loader (libyaml's where it was built: 10 times faster) with fewer scalars."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"true|false", "tf"),
    ("null", r"null|~|", ["n", "~", ""]),
    ("int", r"-?(?:0|[1-9][0-9]*)", "-0123456789"),
    ("float", r"-?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][-+]?[0-9]+)?", "-0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), list(_first))


def read_text(path: Path, *, hint: str) -> str:
    """Return the text of a file that people write; encoded again it is the file's bytes.

    Raises:
        UsageError: it cannot be read; with the hint.
        ProblemsError: it is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as err:
        raise UsageError(f"{path}: {(err.strerror or str(err)).lower()}", hint=hint) from err
    except UnicodeDecodeError as err:
        raise ProblemsError(str(path), (Problem(f"not UTF-8 at byte {err.start}"),)) from err


def load_yaml(text: str, *, where: str) -> Yaml:
    """Read strict YAML.

    Args:
        text: the file's text.
        where: its name, for the message.

    Raises:
        ProblemsError: not YAML, a key twice, an alias, a tag, or nested too deeply; with line and column.
    """
    if len(text) > MAX_BYTES:
        raise ProblemsError(where, (Problem(f"{len(text)} characters, expected at most {MAX_BYTES}"),))
    try:
        for event in yaml.parse(text, Loader=_Loader):
            _check(event, where)
        node = yaml.compose(text, Loader=_Loader)
        return _build(node, where, 0) if node is not None else None
    except yaml.YAMLError as err:
        mark = getattr(err, "problem_mark", None)
        place = f"{mark.line + 1}:{mark.column + 1}: " if mark else ""
        reason = getattr(err, "problem", None) or str(err)
        raise ProblemsError(where, (Problem(f"{place}not YAML: {reason}"),)) from err
    except RecursionError as err:
        raise ProblemsError(where, (Problem("nested too deeply"),)) from err


def _check(event: yaml.Event, where: str) -> None:
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        _refuse(event, where, "aliases and anchors are not allowed: write the value out")
    if tag := getattr(event, "tag", None):
        _refuse(event, where, f"tag {tag!r} is not allowed")


def _refuse(item: yaml.Event | yaml.Node, where: str, what: str) -> NoReturn:
    mark = item.start_mark
    place = f"{mark.line + 1}:{mark.column + 1}: " if mark else ""
    raise ProblemsError(where, (Problem(f"{place}{what}"),))


def _build(node: yaml.Node, where: str, depth: int) -> Yaml:
    if depth > MAX_DEPTH:
        _refuse(node, where, f"nested deeper than {MAX_DEPTH} levels")
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, where, depth + 1) for item in node.value]
    if not isinstance(node, yaml.MappingNode):
        return _scalar(node)
    result: dict[str, Yaml] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            _refuse(key_node, where, "a key must be text")
        if key_node.value in result:
            _refuse(key_node, where, f"key {key_node.value!r} stands twice")
        result[key_node.value] = _build(value_node, where, depth + 1)
    return result


def _scalar(node: yaml.Node) -> Yaml:
    kind = node.tag.rpartition(":")[2]
    text: str = node.value
    match kind:
        case "bool":
            return text == "true"
        case "null":
            return None
        case "int" if len(text) < 17:
            return int(text)
        case "float":
            return float(text)
        case _:
            return text
