"""Hiding secrets in the data of znodes, before it leaves zkdash by any way. Pure, and closed where it is in doubt."""

from zkdash.znodes.masking.mask import MaskedValue, mask, masked_by
from zkdash.znodes.masking.rules import MARK, Rules

__all__ = ["MARK", "MaskedValue", "Rules", "mask", "masked_by"]
