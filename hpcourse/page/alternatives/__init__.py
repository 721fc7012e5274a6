"""What the figures of the notebooks show, in words, a module for each day with a dictionary `TEXTS`."""
