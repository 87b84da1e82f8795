"""
What `hamlet-train` can do besides `fit` and `evaluate`: a module for each command, `promotion` for three; `options` has
what they share.
"""
