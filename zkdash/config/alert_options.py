"""The options of alerts and silences; those of the notifiers are declared beside them."""

from __future__ import annotations

from .option import Option

_ALERT, _SILENCE = "alert:NAME", "silence:NAME"

ALERT_OPTIONS: tuple[Option, ...] = (
    Option(
        _ALERT, "type", "webhook",
        "How. Each type has options of its own, which follow below.",
    ),
    Option(
        _ALERT, "on", "LOST, RECOVERED",
        "What to tell: LOST (the cluster is lost, or was never connected to), RECOVERED (it is back), and names or"
        " patterns of rules such as suspended, server-* or *.",
    ),
    Option(
        _ALERT, "clusters", "*",
        "Of which clusters: names, or patterns with * and ?, separated by commas. Each must match a cluster, so that"
        " no slip of the pen keeps an alert back; only * may match none.",
    ),
    Option(_ALERT, "label", "", "Only of clusters with such labels: patterns, each on a line of its own. Empty: any."),
    Option(_ALERT, "severity", "", "Only what is so bad: critical, warning or info, separated by commas. Empty: any."),
    Option(_ALERT, "for", "0", "Only what lasts for so long: 30s, 5m, 1h."),
    Option(
        _ALERT, "group_wait", "",
        "How long to wait for others to tell with it; what is over by then is not told. Empty: nothing for what is"
        " critical, 30s for all else.",
    ),
    Option(
        _ALERT, "group_interval", "5m",
        "How long to gather what is over of a message, while the rest of it goes on. When all is over that is told at"
        " once.",
    ),
    Option(_ALERT, "repeat_interval", "4h", "Tell again what goes on for so long and nobody acknowledged, or never."),
    Option(_ALERT, "send_resolved", "", "Tell when it is over: yes or no. Empty: if on has RECOVERED, or no LOST."),
    Option(_ALERT, "escalate_after", "", "Tell escalate_to as well if nobody has acknowledged it after so long: 15m."),
    Option(_ALERT, "escalate_to", "", "NAME of another [alert:NAME], whatever that one is meant for otherwise."),
    Option(
        _ALERT, "active", "",
        "When to tell, such as Mon-Fri 08:00-18:00 Europe/Prague, several separated by ; what goes on when such a time"
        " begins is told then. Empty: always.",
    ),
    Option("alerts", "suspended_for", "5s", "A cluster that is suspended for longer is an incident of rule suspended."),
    Option("alerts", "flap_changes", "6", "What comes and goes so often within flap_within flaps: that is told once."),
    Option("alerts", "flap_within", "10m", "See flap_changes."),
    Option("alerts", "flap_calm", "10m", "What has not changed for so long doesn't flap any more, and is told again."),
    Option(_SILENCE, "clusters", "", "Clusters: names or patterns, separated by commas. Empty: any."),
    Option(_SILENCE, "rules", "", "Rules: names or patterns. Empty: any."),
    Option(_SILENCE, "severity", "", "critical, warning or info, separated by commas. Empty: any."),
    Option(_SILENCE, "label", "", "Labels of clusters: patterns, each on a line of its own. Empty: any."),
    Option(_SILENCE, "subjects", "", "Servers, HOST:PORT, or patterns. Empty: any, and what is about no single one."),
    Option(_SILENCE, "starts", "", "When it starts, such as 2026-01-31T22:00+01:00. Empty: when zkdash reads it."),
    Option(_SILENCE, "ends", "", "When it ends. Needed, unless there is a window."),
    Option(
        _SILENCE, "window", "",
        "When it recurs, such as Sat,Sun 02:00-04:00 Europe/Prague, several separated by ;",
    ),
    Option(_SILENCE, "reason", "", "Why. Needed."),
    Option(_SILENCE, "author", "", "Who wants it. Needed."),
)  # fmt: skip
