"""What stands on a page in place of a customer's id: a keyed hash, whose key is the study's own data."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no letter that is taken for a digit
_LENGTH = 8  # five bits each: two of 1,000 customers share one in a million studies


@dataclass(frozen=True)
class Pseudonyms:
    """Turns ids into pseudonyms that cannot be turned back without the study's data.

    Attributes
    ----------
    key : bytes, secret; None where the study shows its customers' own ids.

    Examples
    --------
    >>> Pseudonyms(b"secret").of("anna@example.org")
    'vvq2-j0nm'
    >>> Pseudonyms(None).of("anna@example.org")
    'anna@example.org'
    """

    key: bytes | None

    def of(self, customer_id: str) -> str:
        """Return what a page shows of a customer."""
        if self.key is None:
            return customer_id
        number = int.from_bytes(hashlib.blake2b(customer_id.encode(), key=self.key, digest_size=8).digest())
        letters = [_ALPHABET[number >> 5 * i & 31] for i in range(_LENGTH)]
        return f"{''.join(letters[:4])}-{''.join(letters[4:])}"


def key_of(records: Iterable[str]) -> bytes:
    """Make the key out of what only who holds the data knows: the same data, the same key.

    A key that stands in the study's file, or follows from its name and seed, would let anybody who has a list of
    addresses try them all; and a key drawn anew each time would change the page each time.
    """
    digest = hashlib.blake2b(digest_size=32)
    for record in records:
        digest.update(record.encode())
        digest.update(b"\n")
    return digest.digest()
