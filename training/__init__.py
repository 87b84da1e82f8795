"""
From labelled comments to a promoted model. Read `train.py` first: one fit from top to bottom, each step a module.
"""
