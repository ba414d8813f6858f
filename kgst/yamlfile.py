"""YAML files of the operators, read strictly.

Every scalar is text until the key that owns it says how to read it: no address becomes a hexadecimal number, no amount
a float, no country code a boolean. Duplicate keys, anchors and tags are errors, since each hides what is in force.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

from kgst.regularfile import NotRegularError, TooLargeError, read_regular

MAX_BYTES: Final = 256 * 1024
"""Largest file that is read: no policy needs a tenth of it."""

MAX_DEPTH: Final = 16
"""Deepest nesting that is read."""


class YamlFileError(ValueError):
    """A file that cannot be read as plain YAML; the message says why and what to do, without the file's name."""


class _PlainLoader(yaml.SafeLoader):
    """`SafeLoader` without guesses: scalars stay text, keys are unique, nothing is anchored or tagged."""

    # No implicit resolvers: "97", "0xab…", "no" and "2026-01-01" all stay what was written.
    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012

    _depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise YamlFileError(
                f"line {event.start_mark.line + 1}: anchors (&) and aliases (*) are not used here; "
                "write the value out."
            )
        if getattr(event, "tag", None) is not None:
            raise YamlFileError(
                f"line {event.start_mark.line + 1}: the tag {event.tag!r} is not used here; remove it."
            )
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise YamlFileError("it is nested too deeply; this is not such a file.")
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: dict[str, int] = {}
        for key, _ in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise YamlFileError(f"line {line}: a key must be plain text.")
            if key.value in seen:
                raise YamlFileError(
                    f"line {line}: {key.value!r} is already given on line {seen[key.value]}; keep one."
                )
            seen[key.value] = line
        return super().construct_mapping(node, deep=True)


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping in `path`; every leaf is text.

    Raises:
        YamlFileError: absent, unreadable, larger than `MAX_BYTES`, not UTF-8, not YAML, not one mapping, a duplicate
            key, an anchor, an alias or a tag.
    """
    try:
        content = read_regular(path, MAX_BYTES)
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
    try:
        document = yaml.load(content.decode(), Loader=_PlainLoader)  # noqa: S506 - a SafeLoader
    except UnicodeDecodeError:
        raise YamlFileError("it is not UTF-8 text; save it as UTF-8.") from None
    except yaml.YAMLError as error:
        raise YamlFileError(f"it is not YAML: {' '.join(str(error).split())}.") from error
    if not isinstance(document, dict):
        raise YamlFileError("it must be a mapping, `key: value` on each line.")
    return document
