"""What a learner has predicted and solved, in a small file beside the notebooks: it is never sent."""


def first_choice(key):
    """The index of the first answer that was chosen for the question `key`, None if there is none."""
    return None


def prediction(key, choice, right):
    """Keep the first choice for the question `key`: its index, None for "Show me"; right or not."""
