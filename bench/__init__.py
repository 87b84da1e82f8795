"""
What Hamlet costs, measured side by side with what it could be built from: `make bench`.
"""
