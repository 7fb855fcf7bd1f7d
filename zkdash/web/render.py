"""Templates: one environment, and the one way from a template to an answer."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

import jinja2
from aiohttp import web
from markupsafe import Markup

from zkdash.clock import now_ms
from zkdash.web import alert_words, done, figures, filters, places, sentences, terms, urls, words
from zkdash.web.acts import acts_in_part, acts_on
from zkdash.web.assets import assets_root, shipped
from zkdash.web.child_rows import child_rows, mark_icons
from zkdash.web.compiled import CompiledTemplates
from zkdash.web.gate import who_asks
from zkdash.web.keys import BOARD
from zkdash.web.seen import level_of
from zkdash.znodes import marks, paths
from zkdash.znodes.stat import size_in_words

__all__ = ["assets_root", "compile_templates", "environment", "fragment", "is_partial", "page", "render"]

ICON = Markup('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>')


@cache
def environment() -> jinja2.Environment:
    """The one jinja environment: everything is escaped, and a name that is not there is an error."""
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(assets_root() / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
        bytecode_cache=CompiledTemplates(),
    )
    env.filters.update(timed=filters.timed, hex_id=filters.hex_id, utc=figures.utc, iso=filters.iso, name=filters.name)
    env.filters.update(
        number=figures.number,
        figures=figures.figures,
        sentence=sentences.sentence,
        duration=lambda ms: figures.marked(filters.duration(ms)),
        size=lambda size: figures.marked(size_in_words(size)),
    )
    env.filters.update(visible=marks.visible, last_name=paths.last_name, in_url=paths.to_url, time=filters.time)
    env.filters["short"] = filters.short
    env.filters["browser"] = filters.browser
    env.globals.update(
        asset=lambda name: shipped().url(name),
        assets=lambda folder, suffix: shipped().urls(folder, suffix),
        icon=icon,
        time=filters.time,
        count=figures.count,
        explain=lambda cause, reason: sentences.sentence(filters.timed(words.explain(cause, reason))),
        event_word=words.of_event,
        cause_words=words.CAUSE_WORDS,
        cause_explained=words.CAUSE_EXPLAINED,
        at=urls.at,
        url_for_cluster=urls.url_for_cluster,
        url_for_znode=urls.url_for_znode,
        child_path=paths.join,
        child_rows=child_rows,
        mark_icons=mark_icons,
        url_for_event=urls.url_for_event,
        url_for_timeline=urls.url_for_timeline,
        url_for_incident=urls.url_for_incident,
        url_for_delivery=urls.url_for_delivery,
        url_for_silence=urls.url_for_silence,
        url_for_route=urls.url_for_route,
        with_query=urls.with_query,
        main_places=places.MAIN,
        places_of_cluster=places.of_cluster,
        term=terms.term,
        rule_words=alert_words.rule_words,
        matchers_in_words=alert_words.matchers_in_words,
        silence_state=alert_words.silence_state,
        kind_words=alert_words.KIND_WORDS,
        delivery_icons=alert_words.STATE_ICONS,
    )
    return env


def compile_templates() -> None:
    """Get every template ready, so that nobody waits for one while pages are served."""
    env = environment()
    for name in env.list_templates():
        env.get_template(name)


@cache
def icon(name: str) -> Markup:
    """The icon `name` of static/vendor/icons, for the eye only: the text beside it says what it means."""
    return ICON.format(Markup(shipped().icon(name)))  # noqa: S704 - one of our own files


def fragment(template: str, **context: Any) -> Markup:
    """A template that stands for itself, as markup to keep, to join and to push."""
    return Markup(environment().get_template(template).render(**context))  # noqa: S704 - escaped by the template


def is_partial(request: web.Request) -> bool:
    """Whether htmx asks for a piece of the page (a boosted link or a restored history wants all of it)."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Request-Type", "partial") == "partial"
        and "HX-Boosted" not in headers
        and "HX-History-Restore-Request" not in headers
    )


def page(request: web.Request, template: str, **context: Any) -> str:
    """A page's HTML; when htmx asks, only its `main` block. A page says `{% extends layout %}`."""
    person = who_asks(request)
    context = {
        "layout": "components/main_only.html" if is_partial(request) else "base.html" if person else "bare.html",
        "signed_in": person if person is not None and person.via != "none" else None,
        "other_places": places.others(person),
        "role": person.role.word if person is not None else "",
        "acts_in_part": acts_in_part(person),
        "acts_on": partial(acts_on, person),
        "board": request.app[BOARD].seen(level_of(request)),
        "now": now_ms(),
        "here": str(request.rel_url).removeprefix(urls.at("")) or "/",
    } | context
    return environment().get_template(template).render(context)


def render(request: web.Request, template: str, *, status: int = 200, **context: Any) -> web.Response:
    """Answer with a template: a page, or only its `main` block when htmx asks; `_name.html` is always itself.

    Every template finds `board` (the kept frame), `now` (UTC ms) and `done` (what was just done) beside `context`.
    """
    whole = not is_partial(request)
    text = page(request, template, **context, done=done.said(request) if whole else "")
    response = web.Response(text=text, status=status, content_type="text/html", headers={"Vary": "HX-Request"})
    if whole:
        done.forget(request, response)
    return response
