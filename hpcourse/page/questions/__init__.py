"""The ungraded questions of the lessons, a module for each day, each with a dictionary `QUESTIONS`."""
