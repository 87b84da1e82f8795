"""
Decisions told to the sites that want to hear of them: `messages` says what, `sending` how, `addresses` where not.

`deliverer` is the loop. It runs in a process beside the workers (`processes.upkeep`), once a machine, and
`store.outbox` sees to it that of several machines only one tells each message.
"""
