"""
Labelled comments: from files and the store to the rows that a fit uses.

`files` and `store` read each of them as one of the `rows`. `clean` takes away what saving left on it, and `corrections`
mends its label; `corpus` is all of that. `seen` knows which rows a model was fitted on. `duplicates` finds near-copies
and thins them, `select` keeps any source from owning the model, `augment` lends fields and takes them away, and `split`
says what is held out together.
"""
