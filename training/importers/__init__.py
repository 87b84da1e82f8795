"""
What other systems export, as labelled rows for `hamlet-train fit`.

`convert` makes one file of rows of them. `detect` finds the format by what is in the file, `unpack` takes off its gz or
zip, and one module a format reads it: `wxr`, `wordpress_json`, `wordpress_sql`, `disqus`, `isso`, `remark42`,
`commento`, `comentario`, and `tables` for CSV and JSON Lines. `wordpress` and `akismet` are what the WordPress formats
share. Three readers hold no more than a record in memory: `elements` for XML, `members` for JSON, `scan` for SQL and
for XML that is broken.
"""
