"""Access lists in words."""

import pytest
from kazoo.security import ACL, Id

from zkdash.znodes.acl import in_words


def entry(permissions: int, scheme: str, identity: str) -> str:
    return in_words([ACL(permissions, Id(scheme, identity))])[0].sentence


@pytest.mark.parametrize(
    ("permissions", "scheme", "identity", "sentence"),
    [
        (31, "world", "anyone", "Anyone may read, write, create children, delete children and administer."),
        (1, "world", "anyone", "Anyone may read."),
        (0, "world", "anyone", "Anyone may do nothing."),
        (17, "ip", "10.0.0.0/8", "Clients from 10.0.0.0/8 may read and administer."),
        (1, "sasl", "kafka", "The SASL user “kafka” may read."),
        (2, "x509", "CN=a", "Clients with the certificate of “CN=a” may write."),
        (1, "auth", "", "The session that wrote the list may read."),
        (1, "mine", "x", "“x” by the scheme “mine” may read."),
        (33, "world", "anyone", "Anyone may read and use the unknown permission 0x20."),
    ],
)
def test_an_entry_reads_as_a_sentence(permissions: int, scheme: str, identity: str, sentence: str) -> None:
    assert entry(permissions, scheme, identity) == sentence


@pytest.mark.parametrize("identity", ["ann:5xmCRqHiBRUoMPEEbA9DuT5FUME=", "a:n:n:5xmCRqHiBRUoMPEEbA9DuT5FUME=", "5xmC"])
def test_the_hash_of_a_password_is_never_shown(identity: str) -> None:
    shown = in_words([ACL(31, Id("digest", identity))])[0]
    assert "5xmC" not in f"{shown} {shown.sentence}"


def test_the_user_of_a_digest_is_shown() -> None:
    shown = in_words([ACL(1, Id("digest", "ann:hash"))])[0]
    assert shown.sentence == "Whoever has the password of “ann” may read."
    assert shown.id == "ann:(hidden)"
