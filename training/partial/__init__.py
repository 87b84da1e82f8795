"""
A fit of more rows than memory holds: the same model, learned from a stream.

`fit` is the use case. `buckets` shuffles the rows on disk and `balance` weighs them. `passes` goes through them again
and again: `vocabulary` counts their words within a bound, `encoding` makes matrices of them, `learning` learns from
them, and `folds` says which learners see which. `held` judges what was held out, `former` is the model that a fit goes
on from, and `facts` is what the card says.
"""
