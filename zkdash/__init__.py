"""zkdash: one browser page for many Apache ZooKeeper clusters."""

__version__ = "0.1.0"
