"""What stands on a page of the course: figures, live figures, questions, the laboratory."""
