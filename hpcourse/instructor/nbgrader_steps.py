"""What nbgrader does in a course folder: its configuration, and the steps that differ from its own.

A check is not run as it stands in the notebook. The kernel, which belongs to the submission and may have
changed anything in itself, is only asked what the answer gives on inputs that nobody knew; what is right is
known to the grader's process alone.
"""

from pathlib import Path

from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    IncludeHeaderFooter,
    LockCells,
    NbGraderPreprocessor,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
    SaveCells,
)

from hpcourse.instructor.course import Course
from hpcourse.instructor.grade import stamp_now
from hpcourse.instructor.repair import repair
from hpcourse.instructor.sandbox import why_not
from hpcourse.instructor.submission import Runner, first_cells, judged, speaking


def configure(c):
    """Set nbgrader's configuration `c` up for a course folder."""
    c.CourseDirectory.course_id = "hpcourse"
    c.ClearSolutions.code_stub = {"python": "..."}
    c.GenerateAssignment.preprocessors = [
        IncludeHeaderFooter,
        LockCells,
        LeaveStubs,
        ClearOutput,
        CheckCellMetadata,
        ComputeChecksums,
        SaveCells,
    ]
    c.Autograde.sanitize_preprocessors = [
        ClearOutput,
        Repair,
        OverwriteKernelspec,
        OverwriteCells,
        CheckCellMetadata,
    ]
    c.Autograde.autograde_preprocessors = [Run, SaveAutoGrades, AssignLatePenalties, CheckCellMetadata]


class LeaveStubs(ClearSolutions):
    """Puts the learner's version in the place of each answer."""

    def preprocess_cell(self, cell, resources, cell_index):
        """The version that came with the exercises, or what nbgrader's own markers leave."""
        stub = cell.metadata.get("hpcourse", {}).pop("stub", None)
        if stub is None:
            return super().preprocess_cell(cell, resources, cell_index)
        if not cell.metadata.hpcourse:
            del cell.metadata["hpcourse"]
        cell.source = stub
        return cell, resources


class Repair(NbGraderPreprocessor):
    """`repair`, so that a notebook that did not come by `collect` is graded all the same."""

    def preprocess(self, nb, resources):
        """The notebook with everything in its place."""
        released = Course.open(Path()).released(resources["nbgrader"]["assignment"])
        nb, _ = repair(nb, released)
        return nb, resources


class Run(NbGraderPreprocessor):
    """Executes and judges a submission; nbgrader's Execute believes what a kernel says of itself."""

    def preprocess(self, nb, resources):
        """The notebook with outputs and verdicts."""
        course, about = Course.open(Path()), resources["nbgrader"]
        student, assignment = about["student"], about["assignment"]
        seeds = {task.name: course.seed(student, assignment, task.name) for task in course.tasks(assignment)}
        submitted = course.notebook("submitted", assignment, student).read_bytes()
        with speaking(course.language):
            given = first_cells(course.released(assignment))
            runner = Runner(seeds, course.limits, not why_not(), course.root, given=given)
            notes, unmarked = judged(runner, nb)
            if unmarked:  # nbgrader knows no missing marks
                raise RuntimeError(f"no verdict on {', '.join(unmarked)}: grade {student} again")
            nb.metadata["hpcourse"] = {"notes": notes, "stamp": stamp_now(course, assignment, submitted)}
        return nb, resources
