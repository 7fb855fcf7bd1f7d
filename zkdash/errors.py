"""Errors that are meant for the person who runs zkdash."""


class StartError(Exception):
    """zkdash cannot start; the message is one plain line that says why and what to do."""
