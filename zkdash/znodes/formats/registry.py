"""All packings and formats, the ones to try and to prefer first. A new one is a file beside these, and a line here."""

from __future__ import annotations

from zkdash.znodes.formats.address import ADDRESS
from zkdash.znodes.formats.deflate import GZIP, ZLIB
from zkdash.znodes.formats.hexdump import HEX
from zkdash.znodes.formats.java import JAVA
from zkdash.znodes.formats.json import JSON
from zkdash.znodes.formats.lz4 import LZ4
from zkdash.znodes.formats.number import NUMBER
from zkdash.znodes.formats.properties import PROPERTIES
from zkdash.znodes.formats.protobuf import PROTOBUF
from zkdash.znodes.formats.snappy import SNAPPY
from zkdash.znodes.formats.text import TEXT
from zkdash.znodes.formats.timestamp import TIMESTAMP
from zkdash.znodes.formats.xml import XML
from zkdash.znodes.formats.yaml import YAML
from zkdash.znodes.formats.zstd import ZSTD

PACKINGS = (GZIP, ZSTD, LZ4, SNAPPY, ZLIB)
FORMATS = (JSON, XML, JAVA, TIMESTAMP, NUMBER, ADDRESS, PROPERTIES, YAML, PROTOBUF, TEXT, HEX)
