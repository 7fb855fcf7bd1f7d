"""No input makes reading the configuration raise anything but ConfigError."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.config import ENVIRON
from zkdash.config import Config, ConfigError, Mistake, load
from zkdash.config.options import OPTIONS

LINES = st.lists(
    st.one_of(
        st.sampled_from(
            [f"[{option.section.replace('NAME', 'x')}]" for option in OPTIONS]
            + ["[", "]", "[]", "  [web]", "[web] x", "[zookeeper:]", "[DEFAULT]", "\ufeff[web]", "\x1c", "\r", "  more"]
        ),
        st.builds(
            "{}{}{}".format,
            st.sampled_from([option.key for option in OPTIONS] + ["", " ", "x", "include"]),
            st.sampled_from(["=", ":", " = ", "", " "]),
            st.one_of(
                st.text(max_size=30),
                st.text(alphabet="$${}:/.,@[]#;%\\ \n\t0123456789azNAME-_*?", max_size=30),
                st.sampled_from(
                    [option.default for option in OPTIONS] + ["yes", "zookeeper://h/a", "http://h", "1e999"]
                ),
            ),
        ),
        st.text(max_size=20),
    ),
    max_size=12,
)


def outcome(path: Path, *arguments: str, servers: str | None = None) -> Config | tuple[Mistake, ...]:
    """What load gives or says; whatever else it raises goes on."""
    try:
        environ = ENVIRON | {"ASAB_ZOOKEEPER_SERVERS": servers or ""}
        return load([path], environ, arguments, listen=servers, store_url=servers)
    except ConfigError as error:
        return error.mistakes


def is_fine_or_said_plainly(found: Config | tuple[Mistake, ...]) -> bool:
    return isinstance(found, Config) or (len(found) > 0 and all(str(mistake).isprintable() for mistake in found))


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=LINES, arguments=st.lists(st.text(max_size=12), max_size=2), servers=st.none() | st.text(max_size=8))
def test_no_text_makes_load_raise_anything_but_its_own_error(
    tmp_path: Path, lines: list[str], arguments: list[str], servers: str | None
) -> None:
    path = tmp_path / "zkdash.conf"
    path.write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
    assert is_fine_or_said_plainly(outcome(path, *arguments, servers=servers))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(junk=st.binary(max_size=300))
def test_no_bytes_make_load_raise_anything_but_its_own_error(tmp_path: Path, junk: bytes) -> None:
    path = tmp_path / "zkdash.conf"
    path.write_bytes(junk)
    assert is_fine_or_said_plainly(outcome(path))
