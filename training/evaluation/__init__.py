"""
What a fit does to rows that it has not seen.

`assess` leads from held-out scores to what is shipped and what is told of it. `settle` finds the line and the
thresholds for rows that had no say in them; `later`, `newest` and `articles` hold out more than a source. `scored` rows
become `figures`, and by `curves` those that need no threshold, with intervals by `bootstrap`. `parts` splits them, also
by `kinds` of spam, and `fields` takes fields away. `site_gain` says what a site's own labels bring, and `explain` why a
model erred.
"""
