"""
The JSON edge under `/v1`, and what it says of itself.

`body` reads the bytes of a request and `submission` the comment in them, `comments` has those decided that wait, and
`answer` is what comes back: at an error a document of `problems`. `batch` makes many requests of one. `decisions` has
the routes of comments, `labels`, `queue` and `lists` (with `lists_body`) those for moderators and owners; `openapi`
shows them all, as `paths` describes them.
"""
