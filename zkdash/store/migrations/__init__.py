"""Alembic's migrations. One file per version, never changed after a release."""
