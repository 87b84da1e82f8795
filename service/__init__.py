"""
Hamlet: a comment in, a verdict out, with its reasons.

To follow one request, read in this order. `moderation.py` is the use case and says what happens to the comments that
wait at one moment, which `deciding.py` takes together. Above it stands the JSON edge: `api/comments.py` asks `gate.py`
which site is calling, `api/body.py` for the fields of the request and `api/submission.py` for the comment that they
describe; `api/answer.py` writes what comes back, and `api/problems.py` turns each of `errors.py` into its document.

Below it are the four things that a decision needs. `core/features.py` turns the comment into tokens, with
`core/text.py`, `core/markup.py` and `core/links.py`. `model/scorer.py` adds up their weights in the model that
`model/in_use.py` has taken up, and `model/adaptation.py` what the labels of the site taught. `traffic/observing.py`
and `traffic/traffic.lua` count floods and near-copies. `core/policy.py` makes the verdict of all this, and
`store/decisions.py` keeps it.

What waits for moderators is read by `api/queue.py`. What they say goes from `api/labels.py` to `labelling.py`, which
keeps it (`store/labels.py`) and has the next comment hear of it: `label_memory.py` puts it where `traffic/traffic.lua`
reads it, and `core/feedback.py` weighs it.

Others come in by doors of their own, to the same use case: `akismet/`, `coral/`, `perspective/`, and `api/batch.py` for
many comments. What the owner said of words, domains and addresses (`api/lists.py`, `core/lists.py`) decides before any
score. What was decided goes back to the site by `store/outbox.py` and `delivery/`.

`app.py` is the one place where the parts meet. `cli.py` starts them: `processes/` has the parent and its workers, and
`bridge.py` stands between the server and what answers; `commands/` has the rest of the command line.
"""

import os

# Or pydantic looks for plugins in all that is installed: 40 ms of each start, and none should see what people write.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
