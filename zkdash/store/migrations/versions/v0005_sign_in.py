"""Who is signed in, and the tokens of scripts."""

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Nothing yet."""
