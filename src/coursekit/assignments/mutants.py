"""Mutants: a right answer with one thing changed, as a slip, a forgotten case or a wrong idea would change it.

``mutmut`` and ``cosmic-ray`` change operators and numbers, too, but bring a runner, a database and a terminal's pages with them,
and know neither axes, dtypes nor clamps; what is needed here is a list of texts.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,), ast.Sub: (ast.Add,), ast.Mult: (ast.Div,), ast.Div: (ast.Mult,), ast.Pow: (ast.Mult,),
    ast.FloorDiv: (ast.Div,), ast.Mod: (ast.FloorDiv,), ast.BitAnd: (ast.BitOr,), ast.BitOr: (ast.BitAnd,),
}  # fmt: skip
COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt, ast.GtE), ast.Gt: (ast.GtE, ast.Lt), ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.In: (ast.NotIn,), ast.NotIn: (ast.In,), ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}  # fmt: skip
PAIRS = [
    ("maximum", "minimum"), ("max", "min"), ("sum", "mean"), ("sum", "prod"), ("any", "all"), ("argmax", "argmin"),
    ("floor", "ceil"), ("exp", "expm1"), ("log", "log1p"), ("sin", "cos"), ("var", "std"), ("mean", "median"), ("zeros", "ones"),
    ("float64", "float32"), ("isfinite", "isnan"), ("cumsum", "cumprod"), ("append", "extend"), ("solve", "lstsq"),
]  # fmt: skip
OTHER: dict[str, list[str]] = {}
for one, two in PAIRS:
    OTHER.setdefault(one, []).append(two)
    OTHER.setdefault(two, []).append(one)
HELP = """
def _each(change, value):
    import numpy as np
    if isinstance(value, (list, tuple)):
        return type(value)(_each(change, item) for item in value)
    if isinstance(value, dict):
        return {key: _each(change, item) for key, item in value.items()}
    floats = isinstance(value, (float, np.floating)) or (isinstance(value, np.ndarray) and value.dtype.kind == "f")
    return change(np, value) if floats else value
"""
CLAMPS = {
    "never negative": "_each(lambda np, v: np.maximum(v, 0.0), {})",
    "at most one": "_each(lambda np, v: np.minimum(v, 1.0), {})",
    "without its sign": "_each(lambda np, v: np.abs(v), {})",
    "without NaN and infinity": "_each(lambda np, v: np.nan_to_num(v), {})",
    "rounded to four decimals": "_each(lambda np, v: np.round(v, 4), {})",
}
SINGLE = "_each(lambda np, v: np.float32(v), {})"


@dataclass(frozen=True)
class Mutant:
    """What was changed, and the code that came of it."""

    what: str
    code: str


def mutants(code: str, exact: bool = False) -> list[Mutant]:
    """Every mutant of ``code``, of those with the same text one; single precision is wrong only where it must be ``exact``."""
    tree = ast.parse(code)
    found: dict[str, Mutant] = {ast.unparse(tree): Mutant("", code)}
    original = next(iter(found))
    for mutant in [*_of_nodes(tree), *_of_values(tree, exact)]:
        found.setdefault(mutant.code, mutant)
    del found[original]
    return list(found.values())


def _of_nodes(tree: ast.Module) -> Iterator[Mutant]:
    """One node in another's place, all else as it is."""
    for parent in list(ast.walk(tree)):
        for name, value in list(ast.iter_fields(parent)):
            if name in ("annotation", "returns", "decorator_list", "names", "format_spec"):
                continue
            for index, child in enumerate(value if isinstance(value, list) else [value]):
                if not isinstance(child, ast.AST) or _docstring(child):
                    continue
                for new in _changes(child):
                    what = f"line {getattr(child, 'lineno', 1)}: {_change(ast.unparse(child), ast.unparse(new))}"
                    _put(parent, name, index, new)
                    yield Mutant(what, ast.unparse(tree))
                _put(parent, name, index, child)


def _put(parent: ast.AST, name: str, index: int, node: ast.AST) -> None:
    if isinstance(getattr(parent, name), list):
        getattr(parent, name)[index] = node
    else:
        setattr(parent, name, node)


def _change(old: str, new: str) -> str:
    """A change in words; of long texts, the part where they begin to differ."""
    start = next((i for i, (one, two) in enumerate(zip(old, new)) if one != two), 0)
    cut = max(0, start - 20) if max(len(old), len(new)) > 60 else 0
    one, two = (f"{'…' * (cut > 0)}{text[cut : cut + 60]}".split("\n")[0] for text in (old, new))
    return f"`{one}` becomes `{two}`"


def _docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _changes(node: ast.AST) -> Iterable[ast.AST]:
    """What may stand in a node's place."""
    handler = HANDLERS.get(type(node))
    return handler(node) if handler else ()


def _binary(node: ast.BinOp) -> Iterator[ast.AST]:
    for operator in OPERATORS.get(type(node.op), ()):
        yield ast.BinOp(node.left, operator(), node.right)
    if isinstance(node.op, ast.MatMult | ast.Sub | ast.Div):
        yield ast.BinOp(node.right, node.op, node.left)
    yield node.left
    if not isinstance(node.op, ast.Pow):
        yield node.right


def _compare(node: ast.Compare) -> Iterator[ast.AST]:
    for operator in COMPARISONS[type(node.ops[0])]:
        yield ast.Compare(node.left, [operator(), *node.ops[1:]], node.comparators)


def _boolean(node: ast.BoolOp) -> Iterator[ast.AST]:
    yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    yield from node.values


def _constant(node: ast.Constant) -> Iterator[ast.AST]:
    value = node.value
    if type(value) is bool:
        yield ast.Constant(not value)
    elif type(value) is int:
        yield from (ast.Constant(value + 1), ast.Constant(value - 1))
    elif type(value) is float:
        yield from (ast.Constant(2 * value or 1.0), ast.Constant(1.01 * value))


def _call(node: ast.Call) -> Iterator[ast.AST]:
    """Another function; without a keyword; what it is called with alone; two arguments exchanged."""
    function, args, keywords = node.func, node.args, node.keywords
    name = (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )
    for other in OTHER.get(name, ()):
        new = copy.copy(function)
        setattr(new, "attr" if isinstance(function, ast.Attribute) else "id", other)
        yield ast.Call(new, args, keywords)
    for index in range(len(keywords)):
        yield ast.Call(function, args, keywords[:index] + keywords[index + 1 :])
    if args and not isinstance(args[0], ast.Starred | ast.GeneratorExp):
        yield args[0]
    elif not args and isinstance(function, ast.Attribute):
        yield function.value
    if len(args) == 2:
        yield ast.Call(function, args[::-1], keywords)


def _attribute(node: ast.Attribute) -> Iterator[ast.AST]:
    if node.attr in ("T", "mT"):
        yield node.value


def _branch(node: ast.If | ast.IfExp | ast.While) -> Iterator[ast.AST]:
    """The branch always, or never."""
    for truth in (False,) if isinstance(node, ast.While) else (True, False):
        new = copy.copy(node)
        new.test = ast.Constant(truth)
        yield new


def _loop(node: ast.For | ast.comprehension) -> Iterator[ast.AST]:
    """Without the first round, or the last; without a condition."""
    for cut in ("1:", ":-1"):
        new = copy.copy(node)
        new.iter = ast.parse(f"list({ast.unparse(node.iter)})[{cut}]", mode="eval").body
        yield new
    for index in range(len(getattr(node, "ifs", ()))):
        new = copy.copy(node)
        new.ifs = node.ifs[:index] + node.ifs[index + 1 :]  # type: ignore[union-attr]
        yield new


def _left_out(node: ast.AST) -> Iterator[ast.AST]:
    yield ast.Pass()


def _in_place(node: ast.AugAssign) -> Iterator[ast.AST]:
    yield ast.Pass()
    for operator in OPERATORS.get(type(node.op), ()):
        yield ast.AugAssign(node.target, operator(), node.value)


def _slice(node: ast.Slice) -> Iterator[ast.AST]:
    yield from (ast.Slice(node.lower, None, node.step),) if node.upper else ()
    yield from (ast.Slice(None, node.upper, node.step),) if node.lower else ()
    yield from (ast.Slice(node.lower, node.upper, None),) if node.step else ()


def _exchanged(node: ast.List | ast.Tuple | ast.Dict) -> Iterator[ast.AST]:
    """Two neighbours exchanged."""
    field = "values" if isinstance(node, ast.Dict) else "elts"
    for index in range(len(getattr(node, field)) - 1):
        items = list(getattr(node, field))
        items[index : index + 2] = items[index + 1], items[index]
        new = copy.copy(node)
        setattr(new, field, items)
        yield new


HANDLERS: dict[type[ast.AST], Callable[[Any], Iterable[ast.AST]]] = {
    ast.List: _exchanged, ast.Tuple: _exchanged, ast.Dict: _exchanged,
    ast.BinOp: _binary, ast.Compare: _compare, ast.BoolOp: _boolean, ast.Constant: _constant, ast.Call: _call,
    ast.Attribute: _attribute, ast.If: _branch, ast.IfExp: _branch, ast.While: _branch, ast.For: _loop,
    ast.comprehension: _loop, ast.Assign: _left_out, ast.Expr: _left_out, ast.AugAssign: _in_place, ast.Slice: _slice,
    ast.UnaryOp: lambda node: (node.operand,), ast.Break: lambda node: (ast.Continue(),),
    ast.Continue: lambda node: (ast.Break(),), ast.Raise: _left_out,
}  # fmt: skip


def _of_values(tree: ast.Module, exact: bool) -> Iterator[Mutant]:
    """What a function gives, clamped; if ``exact``, one of its arguments in single precision."""
    for function in tree.body:
        if isinstance(function, ast.FunctionDef):
            yield from _clamped(tree, function)
            for argument in function.args.args if exact else ():
                cast = ast.parse(f"{argument.arg} = {SINGLE.format(argument.arg)}").body
                body, function.body = function.body, cast + function.body
                yield Mutant(f"`{argument.arg}` in single precision", HELP + ast.unparse(tree))
                function.body = body


def _clamped(tree: ast.Module, function: ast.FunctionDef) -> Iterator[Mutant]:
    returns = [node for node in _own(function) if isinstance(node, ast.Return) and node.value is not None]
    for what, text in CLAMPS.items():
        for node in returns:
            value = node.value
            node.value = ast.parse(text.format(ast.unparse(value)), mode="eval").body  # type: ignore
            yield Mutant(f"line {node.lineno}: what is returned, {what}", HELP + ast.unparse(tree))
            node.value = value


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function that are not in a function inside it."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, ast.FunctionDef | ast.Lambda):
            yield from _own(child)
