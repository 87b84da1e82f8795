"""
A fit of rows in memory: documents to counts, counts to weights, weights to log-odds and thresholds.

`pipeline` is the shape of a model, over the runs of `training/characters.py`. `counts` counts each document once, and
`as_written` says what a row weighs, part by part. `weights` fits one fold or the final model within `bounds`, and
`crossfit` scores rows by models that have not seen them, fitted by `workers`. `calibrate` makes log-odds of the scores,
`thresholds` says where to accept and reject, and `compile` makes the arrays that serving loads. `adaptation` fits what
one site's labels add to a model.
"""
