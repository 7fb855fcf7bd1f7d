"""The files that an export can be: JSON, YAML or zip, each written in pieces."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Sequence
from typing import Any, Protocol
from urllib.parse import quote

import orjson
import yaml

from zkdash.znodes.exported import Format, Wanted, record
from zkdash.znodes.spool import Spool
from zkdash.znodes.walk import Node

IN_FILE_NAMES = " !#$&'()+,-=@[]^_`{}~.;"
EARLIEST = (1980, 1, 1, 0, 0, 0)


class Writer(Protocol):
    """Makes a file of nodes. `end` gets what could not be read: counts by what happened."""

    def begin(self) -> bytes: ...

    def nodes(self, batch: Sequence[Node]) -> bytes: ...

    def end(self, missing: dict[str, int]) -> bytes: ...

    def close(self) -> None: ...


class JsonWriter:
    """One JSON object; each znode is a line of it."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._first = True

    def begin(self) -> bytes:
        head = orjson.dumps({"cluster": self._wanted.cluster, "path": self._wanted.path})
        return head[:-1] + b',"znodes":[\n'

    def nodes(self, batch: Sequence[Node]) -> bytes:
        lines = b",\n".join([orjson.dumps(record(node, self._wanted)) for node in batch])
        lines, self._first = (lines if self._first else b",\n" + lines), False
        return lines

    def end(self, missing: dict[str, int]) -> bytes:
        return b'\n],"missing":' + orjson.dumps(missing) + b"}\n"

    def close(self) -> None:
        """Nothing is held."""


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]  # libyaml's is not always built
    """YAML whose texts of several lines are readable."""


def _text(dumper: Any, text: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


class YamlWriter:
    """One YAML document; znodes are a list."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted

    def begin(self) -> bytes:
        return self._dump({"cluster": self._wanted.cluster, "path": self._wanted.path}) + b"znodes:\n"

    def nodes(self, batch: Sequence[Node]) -> bytes:
        return self._dump([record(node, self._wanted) for node in batch]) if batch else b""

    def end(self, missing: dict[str, int]) -> bytes:
        return self._dump({"missing": missing})

    def close(self) -> None:
        """Nothing is held."""

    def _dump(self, value: object) -> bytes:
        text: str = yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1_000_000)
        return text.encode(errors="surrogatepass")


class ZipWriter:
    """A zip: a file for each value that isn't empty, and `znodes.jsonl`, which tells all there is to tell."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._sink = _Sink()
        self._zip = zipfile.ZipFile(self._sink, "w", zipfile.ZIP_DEFLATED)
        self._index = Spool()

    def begin(self) -> bytes:
        return b""

    def nodes(self, batch: Sequence[Node]) -> bytes:
        for node in batch:
            about = record(node, self._wanted)
            if node.value:
                name = file_name(node)
                info = zipfile.ZipInfo(name, _date(node))
                info.compress_type = zipfile.ZIP_DEFLATED
                info.external_attr = 0o600 << 16
                self._zip.writestr(info, node.value)
                about = {"path": node.path, "file": name} | {
                    k: v for k, v in about.items() if k in ("acl", "stat", "masked")
                }
            self._index.add(about)
        return self._sink.take()

    def end(self, missing: dict[str, int]) -> bytes:
        with self._zip.open(zipfile.ZipInfo("znodes.jsonl", EARLIEST), "w", force_zip64=True) as file:
            for start in range(0, len(self._index), 1000):
                file.write(self._index.lines(start, 1000))
            file.write(orjson.dumps({"missing": missing}, option=orjson.OPT_APPEND_NEWLINE))
        self._zip.close()
        return self._sink.take()

    def close(self) -> None:
        self._index.close()


class _Sink(io.RawIOBase):
    """What zipfile writes to when it can't go back."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


def file_name(node: Node) -> str:
    """The name in a zip: the path, with % for what some system can't have in a name; `%data` beside children."""
    names = [_safe(name) for name in node.path.split("/") if name]
    if node.path == "/" or (node.stat is not None and node.stat.numChildren):
        names.append("%data")
    return "/".join(names)


def _safe(name: str) -> str:
    quoted = quote(name, safe=IN_FILE_NAMES)
    return quoted if quoted[-1] not in ". " else f"{quoted[:-1]}%{ord(quoted[-1]):02X}"


def _date(node: Node) -> tuple[int, int, int, int, int, int]:
    at = time.gmtime(max(0, node.stat.mtime // 1000)) if node.stat is not None else None
    return at[:6] if at is not None and 1980 <= at.tm_year < 2108 else EARLIEST


WRITERS: dict[Format, type[JsonWriter] | type[YamlWriter] | type[ZipWriter]] = {
    Format.JSON: JsonWriter,
    Format.YAML: YamlWriter,
    Format.ZIP: ZipWriter,
}
