"""
What a comment is and what may be concluded from it: no I/O, no clock, no randomness, no framework.
"""
