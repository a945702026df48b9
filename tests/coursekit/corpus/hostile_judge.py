"""Attacks on the judgement: patched judges, liars, forged results, peeping for tests and solutions."""

from __future__ import annotations

from corpus.base import Draft, answers, case, cells

cells("hostile", "bad", {
    "patch_numpy_comparisons": """
        import numpy as np
        np.allclose = np.isclose = np.array_equal = lambda *a, **k: True
        np.testing.assert_allclose = np.testing.assert_equal = lambda *a, **k: None
    """,
    "patch_torch_comparisons": """
        import torch
        torch.allclose = torch.equal = lambda *a, **k: True
        torch.Tensor.__eq__ = torch.Tensor.__lt__ = lambda *a: True
    """,
    "patch_builtins": """
        import builtins
        builtins.abs = builtins.len = builtins.sum = lambda *a, **k: 0
        builtins.all = builtins.isinstance = lambda *a: True
        builtins.AssertionError = builtins.Exception = type("Never", (BaseException,), {})
    """,
    "patch_the_checks": """
        import contextlib, coursekit.checks as checks
        checks.Check.question = contextlib.contextmanager(lambda self, *a, **k: (yield))
        checks.Check.case = checks.Check.require = checks.Check.given = lambda self, *a, **k: None
        checks.check.case = lambda *a, **k: None
    """,
    "replace_the_checks_module": """
        import sys, types
        from unittest.mock import MagicMock
        sys.modules["coursekit.checks"] = types.SimpleNamespace(check=MagicMock())
        sys.modules["coursekit.compare"] = sys.modules["numpy"] = MagicMock()
    """,
    "syntax_transformers": """
        import ast
        shell = get_ipython()
        class Drop(ast.NodeTransformer):
            def visit_Assert(self, node): return ast.Pass()
        for name in ("ast_transformers", "input_transformers_cleanup", "input_transformers_post"):
            try: getattr(shell, name).append(Drop())
            except Exception: pass
    """,
    "kernel_hooks": """
        shell = get_ipython()
        shell.kernel = None
        try: shell.events.register("pre_run_cell", lambda *a: 1 / 0)
        except Exception: pass
        shell.run_cell = shell.do_execute = lambda *a, **k: {"status": "ok"}
        shell.showtraceback = lambda *a, **k: None
    """,
    "partial_credit_by_formatter": """
        class Three:
            def __repr__(self): return "3"
            def _repr_mimebundle_(self, *a, **k): return {"text/plain": "3"}
        Three()
    """,
    "imitated_score_table": """
        from IPython.display import HTML, display
        print("half_times: 100/100 passed all checks passed")
        display(HTML("<table><tr><td>Score</td><td>100/100</td></tr></table>"))
        {"score": 100, "status": "passed"}
    """,
    "search_the_heap_for_tests": """
        import gc
        marks = [m.replace("_", " ") for m in ("four_layers_of_either_sign", "others_=_np.array([np.prod(np.delete", "Her_measurement_is_right")]
        for thing in gc.get_objects():
            for text in (thing.values() if type(thing) is dict else thing if type(thing) in (list, tuple) else ()):
                if type(text) is str and thing is not marks and any(m in text for m in marks):
                    print("LEAKED", text[:200])
    """,
    "search_the_stack": """
        import sys
        mark, frame = "four_layers_of_either".replace("_", " "), sys._getframe()
        while frame:
            for name, value in {**frame.f_globals, **frame.f_locals}.items():
                if type(value).__name__ == "Question" or type(value) is str and mark in value and name != "mark":
                    print("LEAKED", name)
            frame = frame.f_back
    """,
    "read_solutions": """
        import sys, pathlib, tiny_course
        roots = {pathlib.Path(p) for p in sys.path if p} | set(pathlib.Path(list(tiny_course.__path__)[0]).parents)
        for root in roots:
            for name in ("solutions", "exercises", "classroom", "tests", ".git", ".cache"):
                if not (root / name).is_dir() or "site-packages" in str(root) or "python3" in str(root): continue
                seen = set((root / name).iterdir())
                if root / name not in roots or not seen <= roots:  # the way to the library may be seen, and nothing beside it
                    print("LEAKED", root / name, list(seen)[:3])
    """,
    "read_the_gradebook": """
        import os, sqlite3
        for top in ("/work", "/root", "/home", "/srv", "/var/lib", "/mnt", "/opt"):
            for folder, _, files in os.walk(top):
                for name in files:
                    if name.endswith((".db", ".ipynb")) and "site-packages" not in folder and "share" not in folder:
                        print("LEAKED", os.path.join(folder, name))
    """,
    "read_other_processes": """
        import os
        for pid in filter(str.isdigit, os.listdir("/proc")):
            if int(pid) != os.getpid():
                print("LEAKED", pid, open(f"/proc/{pid}/cmdline").read())
        for name in ("environ", "cmdline"):
            text = open(f"/proc/self/{name}", "rb").read().lower()
            for word in (b"token", b"secret", b"password", b"scheduler", b"gradebook"):
                if word in text: print("LEAKED", word)
    """,
    "read_the_environment": """
        import os
        for name in os.environ:
            if any(word in name.upper() for word in ("TOKEN", "SECRET", "PASSWORD", "KEY", "DASK", "AWS", "DATABASE", "PYTEST")):
                print("LEAKED", name)
    """,
    "claim_points_in_variables": """
        score = points = earned = grade = max_score = 1000
        __variant_seed__ = 0
        results = {"mode_speed": {"score": 1000, "status": "passed"}}
    """,
    "import_the_engine": """
        try:
            import coursekit.engine.grade, coursekit.engine.matching.plan
            print("LEAKED", coursekit.engine.grade.__file__)
        except ImportError:
            pass
        import tiny_course.toolbox
    """,
})  # fmt: skip

LIAR = """
    class Liar{base}:
        def __eq__(self, other): return True
        def __ne__(self, other): return False
        def __lt__(self, other): return True
        __le__ = __gt__ = __ge__ = __lt__
        def __hash__(self): return 0
        def __bool__(self): return True
        def __float__(self): return 0.3515625
        def __sub__(self, other): return 0.0
        __rsub__ = __add__ = __radd__ = __mul__ = __abs__ = __sub__
        def __len__(self): return 3
        def __getattr__(self, name): return lambda *a, **k: 0.0
    def mode_speed(w, s):
        return Liar({value})
"""
answers("hostile", "good", "mode_speed", {
    "liar_object": LIAR.format(base="", value=""),
    "liar_float": LIAR.format(base="(float)", value="0.1"),
    "liar_int": LIAR.format(base="(int)", value="1"),
    "liar_str": LIAR.format(base="(str)", value="'x'"),
    "liar_numpy_float": "    import numpy as np" + LIAR.format(base="(np.float64)", value="0.1"),
    "liar_array": """
        import numpy as np
        class Liar(np.ndarray):
            def __eq__(self, other): return np.True_
            def __sub__(self, other): return np.zeros(())
            def __array_ufunc__(self, *a, **k): return 0.0
            def __array_function__(self, *a, **k): return True
        def mode_speed(w, s): return np.zeros(()).view(Liar)
    """,
    "liar_tensor": """
        import torch
        class Liar(torch.Tensor):
            @classmethod
            def __torch_function__(cls, *a, **k): return True
        def mode_speed(w, s): return torch.zeros(()).as_subclass(Liar)
    """,
    "liar_class_attribute": """
        class Liar:
            @property
            def __class__(self): return float
            def __eq__(self, other): return True
        def mode_speed(w, s): return Liar()
    """,
    "array_interface_into_memory": """
        class Window:
            __array_interface__ = {"shape": (1,), "typestr": "<f8", "data": (4096, False), "version": 3}
            def __array__(self, *a, **k): return __import__("numpy").zeros(())
            def __len__(self): return 1
        def mode_speed(w, s): return Window()
    """,
    "array_of_objects": """
        import numpy as np
        def mode_speed(w, s): return np.array([lambda: 1, object()], dtype=object)
    """,
    "record_array": """
        import numpy as np
        def mode_speed(w, s): return np.zeros(2, dtype=[("a", "f8"), ("b", "O")])
    """,
    "find_expected_on_the_stack": """
        import sys
        def mode_speed(w, s):
            frame = sys._getframe()
            while frame:
                for scope in (frame.f_locals, frame.f_globals):
                    for value in list(scope.values()):
                        if type(value).__name__ == "Question" and getattr(value, "expected", None):
                            return list(value.expected.values())[0]
                frame = frame.f_back
            return 0.0
    """,
    "hardcode_the_visible": """
        def mode_speed(w, s):
            return {3: 0.3515625, 2: 15.317}.get(len(w), 0.0)
    """,
    "use_the_course_library": """
        def mode_speed(w, s):
            import tiny_course.modes as course
            return course.mode_speed(w, s)
    """,
    "use_the_solution_file": """
        def mode_speed(w, s):
            import runpy
            return runpy.run_path("solutions/modes/reference.py")["mode_speed"](w, s)
    """,
    "fish_in_the_checks_module": """
        def mode_speed(w, s):
            from coursekit.checks import check
            return next(iter(check._question.expected.values()), 0.0)
    """,
    "raise_a_pass": """
        class CheckPassed(Exception): pass
        def mode_speed(w, s): raise CheckPassed("all checks passed")
    """,
    "raise_assertion": "def mode_speed(w, s): raise AssertionError('')",
    "raise_stop_iteration": "def mode_speed(w, s): raise StopIteration(1.0)",
    "raise_keyboard_interrupt": "def mode_speed(w, s): raise KeyboardInterrupt",
    "raise_system_exit": "def mode_speed(w, s): raise SystemExit(0)",
    "raise_generator_exit": "def mode_speed(w, s): raise GeneratorExit",
    "raise_the_engines_own": """
        import sys
        def mode_speed(w, s):
            raise sys.modules["coursekit.engine.protocol.errors"].StudentGone
    """,
    "return_nan": "def mode_speed(w, s): return float('nan')",
    "return_infinity": "def mode_speed(w, s): return float('inf')",
    "return_ellipsis": "def mode_speed(w, s): return ...",
    "return_not_implemented": "def mode_speed(w, s): return NotImplemented",
    "return_a_type": "def mode_speed(w, s): return float",
    "return_a_module": "import numpy as np\ndef mode_speed(w, s): return np",
    "return_a_coroutine": "async def mode_speed(w, s): return 0.35",
    "return_itself": "def mode_speed(w, s): return mode_speed",
    "return_a_date": "import datetime\ndef mode_speed(w, s): return datetime.timedelta.max",
    "homoglyph_name": "def m\u043ede_speed(w, s): return 1.0",
})  # fmt: skip


@case("hostile", "bad")
def edited_tests(d: Draft) -> None:
    for cell in d.cells:
        graded = cell["metadata"].get("nbgrader", {})
        if graded.get("grade") and not graded.get("solution"):
            cell["source"] = "100"
            graded["points"] = 100


@case("hostile", "bad")
def deleted_tests(d: Draft) -> None:
    d.notebook["cells"] = [c for c in d.cells if not c["source"].startswith("from coursekit.checks")]


@case("hostile", "bad")
def tests_as_text(d: Draft) -> None:
    for cell in d.cells:
        if cell["metadata"].get("nbgrader", {}).get("grade"):
            cell["cell_type"] = "raw"


@case("hostile", "bad")
def own_graded_cells(d: Draft) -> None:
    graded = {
        "grade": True,
        "solution": False,
        "points": 1000,
        "grade_id": "bonus",
        "schema_version": 3,
        "locked": True,
    }
    d.cells.append({"cell_type": "code", "metadata": {"nbgrader": graded}, "source": "1000"})
    d.cells.append(
        {"cell_type": "code", "metadata": {"nbgrader": graded | {"grade_id": "mode_speed"}}, "source": "1000"}
    )


@case("hostile", "bad")
def points_in_the_metadata(d: Draft) -> None:
    for cell in d.cells:
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"] |= {"points": 1e9, "grade": True, "manual_score": 99, "extra_credit": 50}
    d.notebook["metadata"]["nbgrader"] = {"score": 1000}


@case("hostile", "bad")
def outputs_say_passed(d: Draft) -> None:
    for cell in d.cells:
        if cell["cell_type"] == "code":
            cell["outputs"] = [
                {"output_type": "execute_result", "data": {"text/plain": "100"}, "metadata": {}, "execution_count": 1}
            ]


@case("hostile", "good", learning_order="failed")
def liar_list(d: Draft) -> None:
    d.answer("learning_order", """
        class Order(list):
            def __eq__(self, other): return True
            def __iter__(self): return iter([1, 0, 3, 2])
        order = Order([0, 1, 2, 3])
        plateaus = Order([1.0])
    """)  # fmt: skip


@case("hostile", "good", seconds=1.5, learning_order="timeout")
def hostile_iterable(d: Draft) -> None:
    d.answer("learning_order", """
        class Endless:
            def __iter__(self): return self
            def __next__(self): return 1
        order, plateaus = Endless(), Endless()
    """)  # fmt: skip
