"""What a person gave is at fault: the base of every error that ends in one message and exit code 2."""


class InputError(ValueError):
    """Something in the study, its files or the command line is wrong.

    The message says what was found, where, and what to do. Subclasses are named after the thing at fault.
    """
