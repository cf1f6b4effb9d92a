"""YAML and JSON read strictly, with the line of every value.

Stricter than YAML 1.1, which reads `23:00` as 1380, `no` as false and `012` as 10: a plain scalar is a number, true,
false, null or text, and nothing else. Aliases, tags and keys that come twice are refused: each is a way to
write a policy that a person reads otherwise than the program. JSON is read as the YAML it (nearly) is; tabs between
its tokens count as spaces.
"""

import re
from typing import Any, Final

import msgspec
import yaml

MAXIMUM_SIZE: Final = 4 * 1024 * 1024
_INTEGER: Final = re.compile(r"^(0|-?[1-9][0-9]{0,18})$")
_DECIMAL: Final = re.compile(r"^-?(0|[1-9][0-9]{0,8})\.[0-9]{1,6}$")
_WORDS: Final = {"true": True, "false": False, "null": None, "": None}
_PLAIN: Final = {
    f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null", "timestamp", "merge", "value")
}
_COLLECTIONS: Final = {"tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}

Path = tuple[str | int, ...]


class Unreadable(ValueError):
    """A text that is no such file: in which line, and why, in both languages."""

    def __init__(self, line: int, ja: str, en: str) -> None:
        super().__init__(f"line {line}: {en}")
        self.line = line
        self.ja = ja
        self.en = en


class Marked(msgspec.Struct, frozen=True):
    """A value and the line (from 1) of each of its parts, by path; a key's line is its value's path."""

    value: Any
    lines: dict[Path, int]

    def line_of(self, path: Path) -> int:
        """The line of the part, or of the nearest that is written: what is missing has no line of its own."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_marked(text: str) -> Marked:
    """The document in `text`; `Unreadable` says in which line it is none."""
    if len(text) > MAXIMUM_SIZE:
        raise Unreadable(1, "大きすぎます", f"expected at most {MAXIMUM_SIZE} characters, found {len(text)}")
    if text.lstrip().startswith(("{", "[")):
        text = text.replace("\t", " ")
    try:
        node = yaml.compose(text, yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        line = mark.line + 1 if mark is not None else 1
        raise Unreadable(line, f"YAML として読めません（{problem}）", f"not YAML: {problem}") from error
    except RecursionError as error:
        raise Unreadable(1, "入れ子が深すぎます", "nested too deeply") from error
    if node is None:
        raise Unreadable(1, "内容がありません", "the file is empty")
    lines: dict[Path, int] = {}
    return Marked(_construct(node, (), lines, set()), lines)


def _construct(node: yaml.Node, path: Path, lines: dict[Path, int], seen: set[int]) -> Any:
    line = node.start_mark.line + 1
    lines.setdefault(path, line)
    if id(node) in seen:
        raise Unreadable(line, "エイリアス（*）は使えません", "an alias (*): write the value out")
    seen.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node, line)
    if node.tag not in _COLLECTIONS:
        raise Unreadable(line, f"タグ {node.tag} は使えません", f"the tag {node.tag}: leave it out")
    if isinstance(node, yaml.SequenceNode):
        return [_construct(each, (*path, index), lines, seen) for index, each in enumerate(node.value)]
    made: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
        key_line = key_node.start_mark.line + 1
        if key is None:
            raise Unreadable(key_line, "キーは文字列です", "expected a name as key, found a collection")
        if key in made:
            raise Unreadable(key_line, f"キー「{key}」が重複しています", f"the key {key!r} comes twice")
        lines[*path, key] = key_line
        made[key] = _construct(value_node, (*path, key), lines, seen)
    return made


def _scalar(node: yaml.ScalarNode, line: int) -> Any:
    if node.tag not in _PLAIN:
        raise Unreadable(line, f"タグ {node.tag} は使えません", f"the tag {node.tag}: leave it out")
    written = str(node.value)
    if node.style is not None:
        return written
    if written in _WORDS:
        return _WORDS[written]
    if _INTEGER.match(written):
        return int(written)
    return float(written) if _DECIMAL.match(written) else written
