"""
What evidence is worth that no single comment has: labelled rows, replayed in their order.

`campaigns` measures near-copies, and `labelled` what moderators said before.
"""
