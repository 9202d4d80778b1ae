"""Records from and to plain JSON data, by cattrs: unions carry a `type`, absent optional fields are written as null.

Unknown keys are refused, and every fault of an input is reported, each with its path.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from difflib import get_close_matches
from enum import Enum
from functools import cache
from typing import TypeVar, cast, get_args, get_origin

from cattrs import Converter, transform_error
from cattrs.cols import homogenous_tuple_structure_factory
from cattrs.errors import ForbiddenExtraKeysError
from cattrs.strategies import configure_tagged_union
from cattrs.v import format_exception

from docgen.errors import IntegrityError, Problem
from docgen.model import checks, evidence

T = TypeVar("T")


def converter() -> Converter:
    """Return a fresh converter with these rules, for a caller that adds its own unions."""
    converter = Converter(forbid_extra_keys=True, detailed_validation=True)
    converter.register_structure_hook(float, _number)
    converter.register_structure_hook(int, _integer)
    converter.register_structure_hook(str, _text)
    converter.register_structure_hook(bool, _flag)
    converter.register_structure_hook(evidence.Scalar, _scalar)
    converter.register_structure_hook_factory(_is_list, _list_reader)
    converter.register_unstructure_hook(Enum, lambda value: value.value)
    configure_tagged_union(evidence.Value, converter, tag_name="type")
    configure_tagged_union(checks.Check, converter, tag_name="type")
    return converter


_converter = cache(converter)


def unstructure(value: object) -> object:
    """Return `value` (a record, or a tuple of them) as plain JSON data."""
    return _converter().unstructure(value)


def unstructure_as(value: object, declared: object) -> object:
    """Return `value` as plain JSON data of the declared type, so that a union's member carries its tag."""
    return _converter().unstructure(value, unstructure_as=declared)


def structure(data: object, wanted: type[T], *, where: str) -> T:
    """Return `data` as a record of type `wanted`.

    Raises:
        IntegrityError: `data` has another shape; every fault is listed with its path.
    """
    try:
        return _converter().structure(data, wanted)
    except Exception as err:  # cattrs raises groups of many kinds; all mean "not of this shape"
        problems = "; ".join(explain(err, where))
        raise IntegrityError(f"{where}: not a {wanted.__name__}: {problems}") from err


def explain(err: BaseException, where: str) -> tuple[Problem, ...]:
    """Return each fault of a failed structuring as one line `what @ path`."""
    lines = transform_error(cast("Exception", err), path="$", format_exception=_fault)
    return tuple(Problem(line.replace("$", where, 1)) for line in lines)


def _fault(err: BaseException, wanted: type | None) -> str:
    """Return what is at fault, with what was got where one of our own hooks says so."""
    if isinstance(err, ForbiddenExtraKeysError):
        return _unknown(err)
    text = str(err)
    return text if isinstance(err, TypeError) and text.startswith("expected ") else format_exception(err, wanted)


def _unknown(err: ForbiddenExtraKeysError) -> str:
    """Return each unknown key with the known one that is nearest."""
    known = [item.name for item in fields(err.cl)]
    lines = []
    for key in sorted(err.extra_fields):
        near = get_close_matches(key, known, n=1)
        advice = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
        lines.append(f"unknown key {key!r} ({advice})")
    return ", ".join(lines)


def _number(value: object, _: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"expected a number, got {value!r}")
    return float(value)


def _integer(value: object, _: object) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != int(value):
        raise TypeError(f"expected a whole number, got {value!r}")
    return int(value)


def _text(value: object, _: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected text, got {value!r}")
    return value


def _flag(value: object, _: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"expected true or false, got {value!r}")
    return value


def _is_list(wanted: object) -> bool:
    return get_origin(wanted) is tuple and get_args(wanted)[1:] == (...,)


def _list_reader(wanted: type, reader: Converter) -> Callable[[object, object], object]:
    """Return a reader of lists that refuses text and mappings, which cattrs would take apart."""
    inner = homogenous_tuple_structure_factory(wanted, reader)

    def read(value: object, _: object) -> object:
        if not isinstance(value, (list, tuple)):
            raise TypeError(f"expected a list, got {value!r}")
        return inner(value, wanted)

    return read


def _scalar(value: object, _: object) -> evidence.Scalar:
    if value is not None and not isinstance(value, (str, float, int, bool)):
        raise TypeError(f"expected text, a number, true, false or null, got {value!r}")
    return value
