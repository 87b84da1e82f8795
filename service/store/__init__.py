"""
What must not be forgotten, in SQLite or PostgreSQL: comments with their decisions, labels, sites, and who moderates.

`engine` connects, `tables` has the tables and `schema` brings them up to date; `errors` is for the command line, and
`faults` counts what goes wrong.

`decisions` keeps what was decided, by `insert` and the connection that `kept` keeps. It is read by `queue` for the API,
`browsing` for moderators, `history` for replays, `statistics` and `overview` for counts. `labels` keeps what people
said, and `labelled` reads it.

`sites` has who may call, with `keys`, `callers`, `site_settings`, `lists`, `coral` and `outlets`. What is to be told to
sites goes from `announcing` into the `outbox`; `backlog` shows it to their owners. `moderators` are the accounts.

`persons` finds what there is of one person, and `exporting` hands it out; `retention` finds what is too old, and
`erasing` takes it away. `backup` copies all of it.
"""
