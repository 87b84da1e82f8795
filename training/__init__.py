"""
From labelled comments to a promoted model. Read `train.py` first: one fit from top to bottom, each step a module.

Rows come from `importers/` and `data/`. `fitting/` learns from them, `evaluation/` measures what was learned on rows
held out, and `report/` tells it; `partial/` does the same with more rows than memory holds. `attacks/` and `behaviour/`
try a model, `gates/` compare it with the one in use, and `promotion/` puts it in its place. `replay/` measures what is
known beside a comment. `cli.py` and `commands/` are the command line.

`params.py` reads how a fit is made, `errors.py` has what can go wrong, and `progress.py` says how far it is and prints
tables.
"""
