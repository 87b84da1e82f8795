"""
The gates of a promotion: a candidate meets the champion, and must not be worse.

`examine` is the use case. It asks of `behaviour` in the suite, of the `sources` that weigh most, and by `scores` of the
same rows of error `rates` and of single `words`. Each finding is an `outcome`, and `table` shows them. `missed_sites`
warns where the champion is adapted and the candidate is not.
"""
