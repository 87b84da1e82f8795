"""
What spammers do to get past a filter, and what it costs a model.

`catalogue` names every attack. `disguises` change letters (`alphabets` has what stands for them), and `smuggling` works
on the comment as a whole, with the texts of `decoys`. `resistance` measures what is still caught under each.
"""
