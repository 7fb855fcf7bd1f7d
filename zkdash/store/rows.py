"""What the queries take and give, for rooms that know no SQL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from sqlalchemy.ext.asyncio import AsyncConnection

Connection: TypeAlias = AsyncConnection
"""A connection to the store, in a transaction."""

Row: TypeAlias = Mapping[Any, Any]
"""Column name -> value."""
