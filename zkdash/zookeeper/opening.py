"""Opening a session, or taking one up again, with the server at an address."""

from __future__ import annotations

import asyncio
import ssl
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kazoo.exceptions import AuthFailedError, SessionExpiredError
from kazoo.protocol.connection import AUTH_XID
from kazoo.protocol.serialization import Auth, Connect, ReplyHeader, int_struct

from zkdash.config import SaslConfig
from zkdash.zookeeper import sasl as sasl_exchange
from zkdash.zookeeper.addresses import Address
from zkdash.zookeeper.frames import Frames
from zkdash.zookeeper.rounds import ConnectFailed, plain


@dataclass(frozen=True, slots=True)
class Credentials:
    """How to encrypt and who to be. `tls` reads files: it is called on another thread."""

    sasl: SaslConfig | None
    tls: Callable[[], ssl.SSLContext] | None

    async def tls_context(self) -> ssl.SSLContext | None:
        return await asyncio.to_thread(self.tls) if self.tls is not None else None


async def open_session(
    client: Any,
    address: Address,
    credentials: Credentials,
    attempt_s: float,
    frames_made: Callable[[], Frames],
    *,
    anew: bool,
) -> tuple[Frames, Any]:
    """The connection and kazoo's Connect record of the answer. `anew` asks for a new session in any case.

    Raises ConnectFailed, SessionExpiredError and AuthFailedError; the connection may then still be open.
    """
    try:
        async with asyncio.timeout(attempt_s):
            tls = await credentials.tls_context()
            _, frames = await asyncio.get_running_loop().create_connection(
                frames_made, address.ip, address.port, ssl=tls, server_hostname=address.host if tls else None
            )
            reply = await _greet(client, frames, anew)
            await _authenticate(client, frames, credentials.sasl, address.server)
    except TimeoutError:
        raise ConnectFailed(f"no answer within {attempt_s:.1f} s") from None
    except asyncio.IncompleteReadError:
        raise ConnectFailed("closed the connection, not serving", hung_up=True) from None
    except ssl.SSLError as error:
        raise ConnectFailed(f"TLS failed: {error.reason or error}") from None
    except OSError as error:
        raise ConnectFailed(plain(error)) from None
    except (struct.error, ValueError, KeyError, RuntimeError) as error:
        raise ConnectFailed(f"answered something that is not ZooKeeper's protocol ({error})") from None
    return frames, reply


async def _greet(client: Any, frames: Frames, anew: bool) -> Any:
    if anew:
        greeting = Connect(0, 0, client._session_timeout, 0, bytes(16), False)
    else:
        greeting = Connect(
            0, client.last_zxid, client._session_timeout, client._session_id or 0, client._session_passwd, False
        )
    frames.put(greeting.serialize())
    reply, _ = Connect.deserialize(await frames.read(), 0)
    if reply.time_out <= 0:
        raise SessionExpiredError
    if anew:
        client.last_zxid = 0
    client._session_id = reply.session_id
    client._session_passwd = reply.passwd
    client._protocol_version = reply.protocol_version
    return reply


async def _authenticate(client: Any, frames: Frames, sasl: SaslConfig | None, server: str) -> None:
    if sasl is not None:
        await sasl_exchange.authenticate(sasl, frames.put, frames.read, server)
    for scheme, credential in list(client.auth_data):
        frames.put(int_struct.pack(AUTH_XID) + int_struct.pack(Auth.type) + Auth(0, scheme, credential).serialize())
        header, _ = ReplyHeader.deserialize(await frames.read(), 0)
        if header.err:
            raise AuthFailedError(f"{server} refused the {scheme} credentials")
