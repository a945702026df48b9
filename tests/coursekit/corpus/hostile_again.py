"""Attacks of a second afternoon: on how points are counted, on what is lent to the judge's functions, on the engine itself."""

from __future__ import annotations

from corpus.base import answers, cells
from corpus.mini import QUESTIONS

# points that are summed up take the type of the answer's numbers; whatever that is, they are counted
answers("hostile", "good", "shares", {
    "points_as_numpy_numbers": "import numpy as np\ndef shares(x): return np.int64(0), np.float64(9)",
    "points_as_a_tensor": "import torch\ndef shares(x): return torch.zeros(()), torch.full((), 9.0)",
    "points_as_an_array": "import numpy as np\ndef shares(x): return np.full(5, 8.0), np.full(5, 4.0)",
    "points_as_an_empty_array": "import numpy as np\ndef shares(x): return np.zeros(0), np.zeros(0)",
    "points_as_a_complex_number": "def shares(x): return 8j, 4j",
    "points_as_not_a_number": "import numpy as np\ndef shares(x): return 8, np.float64('nan')",
    "points_without_end": "def shares(x): return 8, -float('inf')",
    "points_beyond_all_numbers": "import numpy as np\ndef shares(x): return 8, np.int64(2**63 - 1) * 2.0**1000",
}, source="mini")  # fmt: skip
answers("honest", "good", "shares", {
    "points_for_numpy_numbers": "import numpy as np\ndef shares(x): return np.float32(x / 2), np.sqrt(x)",
    "points_for_tensors": "import torch\ndef shares(x): return torch.tensor(x / 2), torch.tensor(x).sqrt()",
    "points_for_arrays_of_one": "import numpy as np\ndef shares(x): return np.array(x / 2), np.array(x ** 0.5)",
}, "passed", source="mini")  # fmt: skip

# a function of the judge's that writes where it is told to is told to write into the judge's own array
answers("hostile", "good", "twice", {
    "the_judges_array_overwritten": """
        def twice(f, x):
            for _ in range(60): f(x, x)
            return x
    """,
    "the_judges_array_as_output": "def twice(f, x):\n    for _ in range(60): f(x, out=x)\n    return x",
    "the_judges_array_in_a_tuple": """
        import numpy as np
        def twice(f, x):
            for _ in range(60): f(x, out=(x,))
            return np.ones(2)
    """,
    "the_judges_function_with_a_mask": "def twice(f, x): return f(x, where=False, out=x)",
}, source="mini")  # fmt: skip

# the student's process does not even begin a question as it is told to
cells("hostile", "good", {
    "begins_with_an_object": """
        import sys
        student = sys.modules["coursekit.engine.student"].Student
        inner = student.do_begin
        student.do_begin = lambda self: inner(self) or object()
    """,
    "begins_with_a_module": """
        import sys
        student = sys.modules["coursekit.engine.student"].Student
        inner = student.do_begin
        student.do_begin = lambda self: inner(self) or sys
    """,
}, source="mini", **{name: "crashed" for name in QUESTIONS if name != "sgd"})  # fmt: skip
