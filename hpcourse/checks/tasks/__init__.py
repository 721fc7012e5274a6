"""The tasks of the exercises, day by day.

`TASKS` has those answered by a function, `READINGS` those answered by a value; `ALL` has both, by name.
"""

from hpcourse.checks.tasks import day1, day2, day3, day4, day5, day6

DAYS = (day1, day2, day3, day4, day5, day6)
TASKS = {task.name: task for day in DAYS for task in day.TASKS}
READINGS = {task.name: task for day in DAYS for task in getattr(day, "READINGS", ())}
ALL = TASKS | READINGS
