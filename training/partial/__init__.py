"""
A fit of more rows than memory holds: the same model, learned from a stream.

`fit` is the use case. `buckets` shuffles the rows on disk, `balance` weighs them, `vocabulary` counts their words
within a bound, `encoding` makes matrices of a bucket, `learning` learns from them, and `held` judges what was held out.
"""
