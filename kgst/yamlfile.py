"""YAML files of the operators, read strictly.

Every scalar is text until the key that owns it says how to read it: no address becomes a hexadecimal number, no amount
a float, no country code a boolean. Duplicate keys, anchors and tags are errors, since each hides what is in force.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer, MaxDepthExceededError
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import AliasEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from kgst.regularfile import NotRegularError, TooLargeError, read_regular

__all__ = ["MAX_BYTES", "MAX_DEPTH", "YamlFileError", "compose_yaml", "read_yaml"]

MAX_BYTES: Final = 256 * 1024
"""Largest file that is read: no policy needs a tenth of it."""

MAX_DEPTH: Final = 16
"""Deepest nesting that is read."""

_UNSEEN_BREAK: Final = re.compile("[\x85\u2028\u2029]")


class YamlFileError(ValueError):
    """A file that cannot be read as plain YAML; the message says why and what to do, without the file's name."""


class _PlainComposer(Composer):
    """Composes nodes of which nothing is anchored or tagged."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.parser.peek_event()
        if isinstance(event, AliasEvent) or event.anchor is not None:
            _refuse(event, "anchors (&) and aliases (*) are not used here; write the value out.")
        if event.ctag is not None:
            _refuse(event, f"the tag {str(event.ctag)!r} is not used here; remove it.")
        return super().compose_node(parent, index)


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping in `path`; every leaf is text.

    Raises:
        YamlFileError: as `compose_yaml`; a duplicate key.
    """
    _, root = compose_yaml(path)
    document: dict[str, Any] = _plain(root)
    return document


def compose_yaml(path: Path) -> tuple[str, MappingNode]:
    """The text in `path`, and its nodes, whose marks count the text's characters.

    Raises:
        YamlFileError: absent, unreadable, larger than `MAX_BYTES`, not UTF-8, not YAML, not one mapping, an anchor, an
            alias, a tag or a line's end that is none to other readers.
    """
    try:
        text = read_regular(path, MAX_BYTES).decode()
    except FileNotFoundError:
        raise YamlFileError("there is no such file; check the path, or write it.") from None
    except NotRegularError as error:
        raise YamlFileError(f"it is {error}, not a file; give the file itself.") from None
    except TooLargeError:
        raise YamlFileError(
            f"it is larger than {MAX_BYTES} bytes; this is not such a file."
        ) from None
    except OSError as error:
        raise YamlFileError(f"it cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError:
        raise YamlFileError("it is not UTF-8 text; save it as UTF-8.") from None
    if unseen := _UNSEEN_BREAK.search(text):
        line = text.count("\n", 0, unseen.start()) + 1
        raise YamlFileError(
            f"line {line}: U+{ord(unseen[0]):04X} is a line's end to some readers and to others none; remove it."
        )
    reader = YAML(typ="safe", pure=True)
    reader.Composer = _PlainComposer
    reader.max_depth = MAX_DEPTH
    try:
        root = reader.compose(text)
    except MaxDepthExceededError:
        raise YamlFileError("it is nested too deeply; this is not such a file.") from None
    except YamlFileError:
        raise
    except (YAMLError, ValueError, OverflowError) as error:  # \UFFFFFFFF is no character
        raise YamlFileError(f"it is not YAML: {' '.join(str(error).split())}.") from error
    if not isinstance(root, MappingNode):
        raise YamlFileError("it must be a mapping, `key: value` on each line.")
    return text, root


def _plain(node: Node) -> Any:
    """What a node says. No implicit types: "97", "0xab…", "no" and "2026-01-01" all stay what was written."""
    if isinstance(node, SequenceNode):
        return [_plain(item) for item in node.value]
    if not isinstance(node, MappingNode):
        return node.value
    lines: dict[str, int] = {}
    for key, _ in node.value:
        if not isinstance(key, ScalarNode):
            _refuse(key, "a key must be plain text.")
        if key.value in lines:
            _refuse(key, f"{key.value!r} is already given on line {lines[key.value]}; keep one.")
        lines[key.value] = key.start_mark.line + 1
    return {key.value: _plain(value) for key, value in node.value}


def _refuse(at: Any, reason: str) -> NoReturn:
    raise YamlFileError(f"line {at.start_mark.line + 1}: {reason}")
