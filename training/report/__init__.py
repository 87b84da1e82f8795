"""
What people are told of a model: its card and report.html, and the figures on a terminal.

`heldout` says what is known of rows held out, and `finished` what a model in a folder does to labelled rows. `card` is
that as JSON, `html` a page with `plots`, and `tables` what `hamlet-train evaluate` prints.
"""
