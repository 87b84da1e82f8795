"""
What evidence is worth that no single comment has: labelled rows, replayed in their order.

`campaigns` measures near-copies, `labelled` what moderators said before, and `worth` says what of either is proven.
"""
