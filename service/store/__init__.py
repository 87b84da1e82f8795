"""
What must not be forgotten: decisions, and the sites with their keys, in SQLite or PostgreSQL.

`engine` connects, `schema` brings the tables up to date, `decisions` and `sites` read and write them.
"""
