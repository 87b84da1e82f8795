"""
Which model is in use: the folder of each version, and how one takes the place of another.

`registry` writes and reads the folders. `shadow` scores live comments beside the model in use, and `promote` changes
it, goes back, and keeps the history of both.
"""
