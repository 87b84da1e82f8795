"""
How well Hamlet and the filters that anyone can run tell spam from ham, on the same splits: `make bench-quality`.
"""
