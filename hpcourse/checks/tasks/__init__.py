"""The tasks of the exercises, day by day. `TASKS` has them all by name."""

from hpcourse.checks.tasks import day1, day2, day3, day4, day5, day6

TASKS = {task.name: task for day in (day1, day2, day3, day4, day5, day6) for task in day.TASKS}
