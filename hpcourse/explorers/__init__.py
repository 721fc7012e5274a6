"""The live figures of the lessons, a module for each day: drag a slider, and the experiment runs again."""
