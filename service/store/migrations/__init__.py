"""
The steps from an empty database to `service.store.tables`, one file in `versions` a step, written by hand.
"""
