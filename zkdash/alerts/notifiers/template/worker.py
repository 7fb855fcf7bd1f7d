"""Renders templates in a process of its own, with little memory and no files: reads and writes lines of JSON.

It is started as a file, so that it imports nothing of zkdash, and ends when nobody talks to it any more.
"""

from __future__ import annotations

import json
import resource
import select
import sys

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

LONGEST_CHARACTERS = 262_144
_MEMORY_BYTES = 512 << 20
_IDLE_S = 60.0


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.write('{"ready": true}\n')
    sys.stdout.flush()
    while select.select([sys.stdin], [], [], _IDLE_S)[0]:
        line = sys.stdin.readline()
        if not line:
            return
        sys.stdout.write(json.dumps(_answer(line)) + "\n")
        sys.stdout.flush()


def _answer(line: str) -> dict[str, str]:
    try:
        wanted = json.loads(line)
        return {"text": _rendered(wanted["template"], wanted["values"])}
    except jinja2.TemplateError as error:
        return {"error": error.message or type(error).__name__}
    except MemoryError:
        return {"error": "it takes too much memory"}
    except RecursionError:
        return {"error": "it is nested too deeply"}
    except Exception as error:  # whatever an expression in a template may raise
        return {"error": f"{type(error).__name__}: {error}"[:300]}


def _rendered(template: str, values: dict[str, object]) -> str:
    environment = ImmutableSandboxedEnvironment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    found, length = [], 0
    for piece in environment.from_string(template).generate(values):
        found.append(piece)
        length += len(piece)
        if length > LONGEST_CHARACTERS:
            raise jinja2.TemplateRuntimeError(f"it makes more than {LONGEST_CHARACTERS} characters")
    return "".join(found)


if __name__ == "__main__":
    main()
