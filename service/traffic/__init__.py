"""
What the recent traffic of a site says of a comment: `observing` asks Redis by `traffic.lua`, in one call.

`keys` names what is counted there. `redis_client` reaches one server, Sentinels or a cluster (`redis_cluster`); while
none answers, a `breaker` spares the wait, and `local` counts in this process alone.
"""
