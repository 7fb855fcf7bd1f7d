"""Jinja templates, rendered in a process of their own: no template holds zkdash up, however it is written."""
