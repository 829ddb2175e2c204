"""A link to one incident for somebody without an account: what, where, counts, curve, zones; nobody's name or number."""
