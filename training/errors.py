"""
What can go wrong between a labelled file and a model; the command line prints the message and stops.
"""


class TrainingError(Exception):
    """
    The base of every error that a person at the command line can cure; never raised itself.
    """


class BadData(TrainingError):
    """
    Data that cannot be used: a path, a store or an export that is no good, wrong rows under `--strict`, too few rows.
    """


class BadParams(TrainingError):
    """
    A parameter file with an unknown name or a value that makes no sense.
    """


class BadModel(TrainingError):
    """
    A model folder whose files are missing, do not match their card, or do not agree with each other.
    """


class BadWorkers(TrainingError):
    """
    Workers on other machines that cannot be had.
    """
