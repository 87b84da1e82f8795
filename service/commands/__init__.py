"""
What `hamlet` can do besides serving: a module for each command, and for each part of one that has several; `options`
has what they share.
"""
