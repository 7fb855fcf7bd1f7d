"""SASL DIGEST-MD5, as ZooKeeper speaks it (ZooKeeper's request 102), on the event loop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from kazoo.exceptions import AuthFailedError
from kazoo.protocol.serialization import SASL, ReplyHeader, int_struct

from zkdash.config import SaslConfig

HOST = "zk-sasl-md5"
"""ZooKeeper's servers put this name where a host name belongs in DIGEST-MD5."""

MAX_STEPS = 5


async def authenticate(
    config: SaslConfig, put: Callable[[bytes], None], read_frame: Callable[[], Awaitable[bytes]], server: str
) -> None:
    """Carry the exchange through. Raises AuthFailedError when the server refuses or leaves."""
    from puresasl import SASLError, SASLProtocolException  # only clusters with `sasl` need it
    from puresasl.client import SASLClient

    client = SASLClient(
        host=HOST, service="zookeeper", mechanism="DIGEST-MD5", username=config.username, password=config.password
    )
    challenge: bytes | None = None
    for xid in range(1, MAX_STEPS + 1):
        try:
            response = client.process(challenge=challenge)
        except (SASLError, SASLProtocolException, ValueError, KeyError) as error:
            raise AuthFailedError(f"{server}: the SASL exchange failed ({error})") from None
        if client.complete and not response:
            break
        put(int_struct.pack(xid) + int_struct.pack(SASL.type) + SASL(response or b"").serialize())
        try:
            frame = await read_frame()
        except EOFError:  # asyncio's IncompleteReadError: ZooKeeper hangs up on wrong credentials
            raise AuthFailedError(f"{server} hung up on the SASL credentials") from None
        header, offset = ReplyHeader.deserialize(frame, 0)
        if header.err:
            raise AuthFailedError(f"{server} refused the SASL credentials")
        challenge, _ = SASL.deserialize(frame, offset)
        if client.complete:
            break
    client.dispose()
