"""
The model that scores comments: its folder on the disk, its weights, and what they add up to.

`folder` says which model is in use and reads its card, `arrays` its weights. `scorer` loads a model and explains a
score: `token_weights` says what each word weighs, by `weight_tables`, and `adaptation` what the labels of a site add.
`in_use` takes up another model when one is promoted.
"""
