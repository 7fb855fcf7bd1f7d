"""ZooKeeper's 64-bit numbers (session ids, zxids, owners): signed on the wire, shown without a sign."""

UNSIGNED_64 = (1 << 64) - 1
"""`number & UNSIGNED_64` takes the sign away."""
