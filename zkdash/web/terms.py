"""ZooKeeper's words in plain ones, for the page /glossary and for labels that link to it."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from zkdash.web.urls import at

TERM = Markup('<a class="term" href="{}">{}</a>')


@dataclass(frozen=True, slots=True)
class Word:
    """One word. `also` are its other forms, `see` the names of words beside it."""

    name: str
    meaning: str
    also: str = ""
    see: tuple[str, ...] = ()

    @property
    def anchor(self) -> str:
        return self.name.casefold().replace(" ", "-")


WORDS = (
    Word(
        "ACL",
        "The access list of a znode: who may read it, change it, create or delete children, or change the list. It"
        " holds for that one znode and is not handed down to its children.",
        "access control list permissions",
        ("znode",),
    ),
    Word(
        "AdminServer",
        "A small web server inside each ZooKeeper server, on port 8080 unless set otherwise, that answers commands"
        " as JSON. zkdash asks it first, because it tells the most.",
        "admin http",
        ("four-letter word",),
    ),
    Word(
        "Available",
        "The share of the watched time in which zkdash had a connection to the cluster. Time in which nobody"
        " watched counts neither way.",
        "availability uptime",
        ("connected",),
    ),
    Word(
        "Connected",
        "zkdash has a session with the cluster, and a server answers.",
        "state",
        ("suspended", "lost", "session"),
    ),
    Word(
        "Container znode",
        "A znode that the servers delete by themselves, some time after its last child is gone.",
        "",
        ("znode", "ephemeral"),
    ),
    Word(
        "Election",
        "The servers agree on a leader, after a start or when the old one is gone. While it lasts nobody is served."
        " Usually it takes well under a second; again and again means a network or disk in trouble.",
        "looking vote",
        ("leader", "quorum", "epoch"),
    ),
    Word(
        "Ensemble",
        "The servers that together keep one set of data. An odd number of voters is usual: 3 stand the loss of one,"
        " 5 of two.",
        "servers cluster",
        ("quorum", "leader", "observer"),
    ),
    Word(
        "Ephemeral",
        "A znode that lives as long as the session that created it. Locks, leaders and lists of who is alive are"
        " made of these: when the session ends, they vanish.",
        "ephemeral znode owner",
        ("session", "znode"),
    ),
    Word(
        "Epoch",
        "A number that grows by one with each elected leader. It is the upper half of a zxid, so a jump there means"
        " that there was an election.",
        "",
        ("zxid", "election"),
    ),
    Word(
        "Follower",
        "A server that votes, answers reads itself, and passes writes on to the leader.",
        "role",
        ("leader", "observer"),
    ),
    Word(
        "Four-letter word",
        "A command of four letters, such as srvr, mntr or ruok, sent to a server's client port. Since ZooKeeper 3.5"
        " only srvr is allowed unless 4lw.commands.whitelist names more.",
        "4lw srvr mntr ruok whitelist",
        ("AdminServer",),
    ),
    Word(
        "fsync",
        "Writing the transaction log to the disk for good. A server acknowledges no change before it is done, so a"
        " slow disk makes every client's writes slow.",
        "disk log",
        ("latency",),
    ),
    Word(
        "Incident",
        "Something that is wrong with a cluster or a server from the time that a rule begins to hold until it no"
        " longer does. It is zkdash's word: it can be acknowledged, silenced, and told to people.",
        "alert rule",
        ("lost", "suspended"),
    ),
    Word(
        "Latency",
        "How long a server takes to answer a request, by its own measure: from taking it in to sending the answer.",
        "",
        ("outstanding", "fsync"),
    ),
    Word(
        "Leader",
        "The one server that puts all changes in order. The others follow it; when it is gone, they elect another.",
        "role",
        ("follower", "election"),
    ),
    Word(
        "Lost",
        "No server has answered for as long as the session timeout. The session counts as over: its ephemeral"
        " znodes and watches are gone, and clients of this cluster are in the same trouble.",
        "state",
        ("suspended", "session timeout"),
    ),
    Word(
        "Observer",
        "A server that has all data and answers reads, but has no vote. It makes an ensemble faster for many"
        " readers without making elections slower.",
        "role",
        ("follower", "quorum"),
    ),
    Word(
        "Outstanding",
        "Requests that a server has taken in and not answered yet. A few are usual; a growing number means that it"
        " can't keep up.",
        "outstanding requests queue",
        ("latency",),
    ),
    Word(
        "Quorum",
        "More than half of the voting servers. Without a quorum there is no leader, and no server takes a change.",
        "majority",
        ("ensemble", "election"),
    ),
    Word(
        "Quota",
        "A limit on how many znodes, or how many bytes, there may be below a znode. A soft one is only written to"
        " the servers' logs, a hard one makes them refuse.",
        "limit",
        ("znode",),
    ),
    Word(
        "Session",
        "The bond between a client and the ensemble. It outlives a broken connection: a client that comes back"
        " within the session timeout, to whichever server, has lost nothing.",
        "session id",
        ("session timeout", "ephemeral", "watch"),
    ),
    Word(
        "Session timeout",
        "How long a client may be silent until the servers end its session. The client asks for one, and the"
        " servers grant it within bounds of their own.",
        "negotiated",
        ("session", "lost"),
    ),
    Word(
        "Standalone",
        "A server that is alone and no part of an ensemble. Nothing takes over when it fails.",
        "role",
        ("ensemble",),
    ),
    Word(
        "Suspended",
        "The connection broke, but the session timeout is not over: if a server answers in time, nothing is lost.",
        "state",
        ("connected", "lost", "session timeout"),
    ),
    Word(
        "Version",
        "How often something of a znode was changed: version counts changes of the data, cversion of the children's"
        " list, aversion of the access list. A release of ZooKeeper is also called a version.",
        "cversion aversion",
        ("znode",),
    ),
    Word(
        "Watch",
        "A client's wish to be told when a znode changes. It costs the server memory, and hangs on the client's"
        " session.",
        "watches watcher",
        ("session", "znode"),
    ),
    Word(
        "Znode",
        "A node of the tree that ZooKeeper keeps: it has a path like a file, a small value of its own (below 1 MiB)"
        " and children.",
        "node path",
        ("ephemeral", "ACL", "version"),
    ),
    Word(
        "zxid",
        "The number of a change, the same on all servers: the epoch in the upper 32 bits, a counter in the lower."
        " Of two servers the one with the higher zxid has seen more.",
        "czxid mzxid pzxid transaction id",
        ("epoch",),
    ),
)
BY_NAME = {word.name.casefold(): word for word in WORDS}


def term(text: str, word: str = "") -> Markup:
    """A label that leads to its word in the glossary: `word` where it is called otherwise. KeyError for none."""
    return TERM.format(at(f"/glossary#{BY_NAME[(word or text).casefold()].anchor}"), text)
