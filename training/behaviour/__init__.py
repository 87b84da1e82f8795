"""
The behavioural suite: what any model must do to comments that were written by hand.

`suite/` has the comments, in a clone only. `checks` puts a model to them, as they are and as `variants` tell them, and
`limits` says how much of it may fail.
"""
