"""What can go wrong on the way to a worker in another process, in words that help."""

import io
import pickle
from concurrent.futures import BrokenExecutor

MODULE = "write it into a .py file, import it from there, and open the executor afterwards"


def in_words(error, work):
    """What to do about `error`, if `work` could not be sent or a worker was lost; else None."""
    pickler = _Pickler(io.BytesIO())
    try:
        pickler.dump(work)
    except Exception as unsendable:
        same = type(unsendable) is type(error) and str(unsendable) == str(error)
        if same or "serialize" in str(error):  # Dask's word
            return (
                "executor must be able to send its work to other processes, and this cannot be sent: "
                f"{error}. A function or a class needs a name and a module: {MODULE}. "
                "Threads, and executor=None, need none of this."
            )
    if not isinstance(error, BrokenExecutor):
        return None
    unknown = ", ".join(dict.fromkeys(pickler.defined_here))
    not_known = (
        f"it did not know {unknown}, which is defined in the notebook or the program itself: {MODULE}; "
    )
    return (
        f"executor lost a worker before its work was done: either {not_known if unknown else ''}"
        "it was killed, as when memory runs out; or it could not start: outside of notebooks a program "
        f'needs `if __name__ == "__main__":` around what it does. The executor says: {error}'
    )


class _Pickler(pickle.Pickler):
    """Notes which functions and classes stand in no module, but in this program or notebook itself."""

    def __init__(self, file):
        super().__init__(file)
        self.defined_here = []

    def reducer_override(self, thing):
        if getattr(thing, "__module__", "") == "__main__" and hasattr(thing, "__qualname__"):
            self.defined_here.append(thing.__qualname__)
        return NotImplemented
