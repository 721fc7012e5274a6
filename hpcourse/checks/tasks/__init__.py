"""The tasks of the exercises, a module for each day that has some.

`TASKS` has those answered by a function, `READINGS` those answered by a value; `ALL` has both, by name.
"""

from hpcourse.frame.course import modules

MODULES = list(modules(__name__))
TASKS = {task.name: task for module in MODULES for task in module.TASKS}
READINGS = {task.name: task for module in MODULES for task in getattr(module, "READINGS", ())}
ALL = TASKS | READINGS
