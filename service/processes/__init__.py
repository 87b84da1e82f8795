"""
The service as processes: `serve` starts them, and `server` is the parent that keeps the workers going.

The parent forks (`forking`), is told by `signals`, listens (`listening`) and ends last. `worker` is what answers, until
it is about to end (`leaving`); beside it run `upkeep` and, without a Redis of the operator's, `valkey`.
"""
