"""What all notifiers have in common: they are found, configured and silent about secrets."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.config import Configured
from tests.support.messages import NOW, delivery, message
from zkdash.alerts.notifiers import notifiers
from zkdash.alerts.notifiers.chosen import Notifiers
from zkdash.config import AlertConfig
from zkdash.config.describe import describe
from zkdash.config.kinds import kinds
from zkdash.demo.loopback import free_port

FOLDER = Path(__file__).parents[1] / "zkdash/alerts/notifiers"
DOCS = Path(__file__).parents[1] / "docs/notifiers.md"

SECTIONS = {
    "webhook": "url = http://ada:sesame-1@127.0.0.1:{port}/sesame-2?x=sesame-3\nsecret = sesame-4\n"
    'headers = X-Token: sesame-5\ntemplate = {{"x": "${{passwords:token}}"}}\n[passwords]\ntoken = sesame-6\n',
    "alertmanager": "url = http://ada:sesame-1@127.0.0.1:{port}/sesame-2, http://127.0.0.1:{port}/sesame-3\n"
    "headers = X-Scope-OrgID: sesame-4\n",
    "apprise": "url = json://ada:sesame-1@127.0.0.1:{port}/sesame-2?+X-Token=sesame-3\n",
    "asab": "[asab:alert:opsgenie]\nurl = http://127.0.0.1:{port}\napi_key = sesame-1\n",
    "command": "command = /bin/sh -c 'cat; echo $$TOKEN ${{passwords:token}} >&2; exit 1'\n"
    "environment = TOKEN=sesame-1\n[passwords]\ntoken = sesame-2\n",
}


@pytest.fixture
def configured(tmp_path: Path) -> Configured:
    return Configured(tmp_path)


@pytest.fixture
async def all_notifiers() -> AsyncIterator[Notifiers]:
    one = Notifiers(lambda: NOW)
    await one.start()
    yield one
    await one.stop()


def test_every_notifier_is_a_file_a_class_and_a_test() -> None:
    assert list(kinds()) == ["webhook", *sorted(set(notifiers()) - {"webhook"})]
    for name, notifier in notifiers().items():
        assert notifier.__module__ == f"zkdash.alerts.notifiers.{name}"
        assert (FOLDER / f"{name}.py").is_file()
        assert list(Path(__file__).parent.glob(f"test_{name}*.py")), f"no test file for {name}"
        assert f"## {name}" in DOCS.read_text(), f"docs/notifiers.md doesn't tell of {name}"
        assert name in SECTIONS


@pytest.mark.parametrize("kind", sorted(SECTIONS))
async def test_no_secret_is_in_a_repr_a_description_or_what_is_kept_of_a_try(
    configured: Configured, all_notifiers: Notifiers, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    config = configured(f"[alert:ops]\ntype = {kind}\n{SECTIONS[kind].format(port=free_port())}")
    (route,) = config.alerts
    answer = await all_notifiers.send(delivery(message()), route)
    assert answer.error
    assert answer.request
    assert "sesame" not in repr(config) + repr(route.settings) + describe(config) + repr(answer) + caplog.text


@pytest.mark.parametrize("kind", sorted(SECTIONS))
def test_no_secret_is_in_a_mistake(configured: Configured, kind: str) -> None:
    for option in kinds()[kind].options:
        if option.secret:
            text = f"[alert:ops]\ntype = {kind}\n{option.key} = :\x7f'sesame [\n"
            assert "sesame" not in "".join(configured.mistakes(text)), option.key


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("type = webhook\nurl = http://h\nheadrs = X: y", "headrs: there is no such option; did you mean headers?"),
        ("type = webhook\nurl = http://h\ncommand = x", "it belongs to type = command"),
        ("type = webhook\nurl = http://h\nmethod = GET", "method = GET: write one of POST, PUT, PATCH"),
        ("type = webhook\nurl = http://h\nheaders = X", "write Name: value, each header on a line of its own"),
        ("type = webhook\nurl = http://h\nheaders = Host: x", "host is set by zkdash itself"),
        ("type = webhook\nurl = http://h\nheaders = X: y\n  x: z", "the header x is there twice"),
        ("type = webhook\nurl = http://a:b@h\nheaders = Authorization: x", "write either a user in url or the header"),
        ("type = webhook\nurl = http://h\ntemplate = {% if", "this is not a Jinja template: line 1"),
        ("type = webhook\nurl = http://h\ntemplate = {{ x | nope }}", "line 1: there is no such filter"),
        ("type = webhook\nurl = http://h\ntemplate = {% include 'x' %}", "there is no other template to include"),
        ("type = webhook\nurl = http://h\ntemplate = x\ncloudevents = structured", "both make the body"),
        ("type = webhook\nurl = http://h\ncloudevents = yes", "write one of off, structured, binary"),
        ("type = webhook\nurl = http://h\nca = none.pem", "ca = none.pem: cannot be read"),
        ("type = webhook\nurl = http://h\ntimeout = 2h", "write a duration from 0.1s to 60s"),
        ("type = alertmanager", "url: say where to: url = http://alertmanager:9093"),
        ("type = alertmanager\nurl = am:9093", "url = (hidden): write a URL such as"),
        ("type = alertmanager\nurl = http://h\nlabels = team", "write name=value, each label on a line of its own"),
        ("type = alertmanager\nurl = http://h\nlabels = cluster=x", "the label cluster is set by zkdash itself"),
        ("type = alertmanager\nurl = http://h\nhold = 1s", "write a duration from 10s to 24h"),
        ("type = apprise", "url: say where to: url = mailto://"),
        ("type = apprise\nurl = sesame", "url = (hidden): write one URL of Apprise"),
        ("type = apprise\nurl = slak://a/b/c", "Apprise knows no service of this scheme"),
        ("type = apprise\nurl = slack://a", "Apprise can't make use of this URL: see how those of slack://"),
        ("type = asab", "type = asab: there is no [asab:alert:opsgenie] or [asab:alert:pagerduty]"),
        ("type = asab\nproviders = pagerduty\n[asab:alert:opsgenie]\napi_key = x", "no [asab:alert:pagerduty]"),
        ("type = asab\n[asab:alert:opsgenie]\nurl = http://h", "[asab:alert:opsgenie] api_key: it is needed"),
        ("type = command", "command: say what to run: command = /usr/local/bin/page"),
        ("type = command\ncommand = no-such-program-here", "command = (hidden): there is no such program"),
        ("type = command\ncommand = ./page", "write the program with its whole path"),
        ("type = command\ncommand = sh 'x", "a quote is not closed here"),
        ("type = command\ncommand = sh\nenvironment = X", "write NAME=value, each variable on a line of its own"),
    ],
)  # fmt: skip
def test_what_can_not_be_is_said(configured: Configured, section: str, said: str) -> None:
    assert said in re.sub(r"\s+", " ", configured.mistake(f"[alert:ops]\n{section}\n"))


def test_secrets_may_stand_in_files_and_in_the_environment(configured: Configured) -> None:
    configured.file("http://hook/from-a-file\n", "url")
    text = "[alert:ops]\nurl_file = url\nheaders = Authorization: Bearer $TOKEN\n  X-Team: ops\n"
    settings = configured(text, {"TOKEN": "sesame"}).alerts[0].settings
    assert getattr(settings, "url", "") == "http://hook/from-a-file"
    headers = (("Authorization", "Bearer sesame"), ("X-Team", "ops"))
    assert getattr(settings, "connection", None).headers == headers  # type: ignore[union-attr]  # it has one


async def test_a_route_of_a_type_that_is_not_there_is_a_permanent_error(all_notifiers: Notifiers) -> None:
    answer = await all_notifiers.send(delivery(message()), AlertConfig("ops", "pigeon"))
    assert (answer.error, answer.permanent) == ("there is no notifier of type pigeon", True)
