"""YAML text to plain values and the line of each, and back.

A safe and unsurprising part of YAML: one document of mappings, lists, text and finite numbers, these as YAML 1.2's core
schema has them (so `no` is text and `1:30` no number), without tags, anchors and aliases, and no key twice.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from scenarios.model.allowed import Path, dotted
from scenarios.model.errors import InvalidScenario, Place, Problem

MOST_DEPTH: Final = 20
_NULL, _BOOL, _INT, _FLOAT, _STR = (f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float", "str"))
_CORE: Final = {
    _NULL: r"~|null|Null|NULL|",
    _BOOL: r"true|True|TRUE|false|False|FALSE",
    _INT: r"[-+]?[0-9]+",
    _FLOAT: r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?",
}
_RESOLVERS: Final[dict[str | None, list[tuple[str, re.Pattern[str]]]]] = {
    None: [(tag, re.compile(f"^(?:{pattern})\\Z")) for tag, pattern in _CORE.items()]
}


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers = _RESOLVERS


class _Dumper(yaml.SafeDumper):
    yaml_implicit_resolvers = _RESOLVERS


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """In quotes that escape where PyYAML would write a line break of Unicode's as it is, and read a space."""
    return dumper.represent_scalar(_STR, text, style='"' if re.search("[\x85\u2028\u2029]", text) else None)


_Dumper.add_representer(str, _text)


@dataclass
class Document:
    """What a text says.

    Attributes:
        value: mappings, lists, text, numbers, booleans and None.
        lines: where each value of it begins, by its path; a key's value where the key stands.
        problems: what is not allowed, though the rest can be understood.
    """

    value: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """The line of a value, or of what it would stand in."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def parse(text: str, file: str) -> Document:
    """The document that the text holds; one without a value if it holds nothing.

    Raises:
        InvalidScenario: it is not YAML, or has what makes no sense to read on from.
    """
    try:
        problems = list(_forbidden(text, file))
        node = None if problems else yaml.compose(text, _Loader)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise InvalidScenario([_not_yaml(error, text, file)]) from None
    if problems:
        raise InvalidScenario(problems)
    return _Reader(file).document(node) if node else Document()


def dump(value: Any) -> str:
    """YAML that `parse` reads back as the same value."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


def _forbidden(text: str, file: str) -> Iterator[Problem]:
    """What must be refused before anything is built: aliases multiply, and depth exhausts the stack."""
    depth = documents = 0
    for event in yaml.parse(text, _Loader):
        place = Place(file, event.start_mark.line + 1 if event.start_mark else None)
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if anchor:
            what = "alias *" if isinstance(event, yaml.AliasEvent) else "anchor &"
            yield Problem(place, f"has the {what}{anchor}, allowed are values written out")
        if tag:
            yield Problem(place, f"has the tag {tag}, allowed are values without tags")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        documents += isinstance(event, yaml.DocumentStartEvent)
        if depth > MOST_DEPTH:
            yield Problem(place, f"is nested deeper than {MOST_DEPTH} levels")
            return
        if documents > 1:
            yield Problem(place, "begins a second document, allowed is one")
            return


def _not_yaml(error: Exception, text: str, file: str) -> Problem:
    """What PyYAML says, and where."""
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        what = " ".join(filter(None, (error.context, error.problem)))
        return Problem(Place(file, mark.line + 1 if mark else None), f"is not YAML: {what}")
    if isinstance(error, yaml.reader.ReaderError):
        return Problem(Place(file, text.count("\n", 0, error.position) + 1), f"is not YAML: {error.reason}")
    # What it makes of "\UFFFFFFFF", without a place.
    return Problem(Place(file), "is not YAML: it escapes a character that does not exist")


class _Reader:
    """Turns nodes into values, and notes their lines."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._found = Document()

    def document(self, node: yaml.Node) -> Document:
        self._found.value = self._value(node, ())
        return self._found

    def _value(self, node: yaml.Node, path: Path) -> Any:
        self._found.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, (*path, index)) for index, item in enumerate(node.value)]
        try:
            return _scalar(node)
        except ValueError:
            self._refuse(node, path, "a number or text that can be written down")
            return None

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value
            if not isinstance(key, str) or not key.isprintable():
                self._refuse(key_node, path, "text", "has a key that is no name")
            elif key in mapping:
                first = self._found.lines[*path, key]
                self._refuse(key_node, (*path, key), f"once; it stands in line {first} already", "is there twice")
            else:
                self._found.lines[*path, key] = key_node.start_mark.line + 1
                mapping[key] = self._value(value_node, (*path, key))
        return mapping

    def _refuse(self, node: yaml.Node, path: Path, allowed: str, what: str = "cannot be understood") -> None:
        place = Place(self._file, node.start_mark.line + 1)
        key = dotted(path)
        message = f"{key or 'the file'} {what}, allowed is {allowed}"
        self._found.problems.append(Problem(place, message, key, allowed=allowed))


def _scalar(node: yaml.Node) -> Any:
    """The value of a scalar.

    Raises:
        ValueError: a number of more digits than Python takes, or beyond its floats; text with half of a surrogate pair.
    """
    text: str = node.value
    if node.tag == _NULL:
        return None
    if node.tag == _BOOL:
        return text.lower() == "true"
    if node.tag == _INT:
        return int(text)
    if node.tag == _FLOAT:
        return _finite(float(text))
    text.encode()
    return text


def _finite(number: float) -> float:
    if not math.isfinite(number):
        raise ValueError(f"{number} is no number to compute with")
    return number
