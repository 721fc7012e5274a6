"""What all rooms stand on: days and languages, messages, the learner's record, the cores of a computer."""
