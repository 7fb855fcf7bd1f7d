"""Every server of a cluster: who it is, what it does, and what all of them say together."""
