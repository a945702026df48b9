"""One row a fault, for the page: what was done, how severely, and when its rule speaks, read from the rule's own code."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping

import numpy as np

from training_dynamics.diagnostics.judged import DEVELOPMENT, HELD_OUT
from training_dynamics.toolbox import diagnose
from training_dynamics.toolbox.diagnose import RULES, Limits

DONE: Mapping[str, str] = {
    "fp16_overflow": "loss × $2^s$, gradients kept in half precision",
    "exploding": "all weight matrices × $s$, three hidden layers",
    "dead_relu": "all hidden biases at −$s$",
    "rate_too_high": "rate × $s$",
    "bad_start": "all weight matrices × $s$",
    "vanishing": "$s$ sigmoid layers",
    "clipping": "gradient cut to norm $s$",
    "rate_too_low": "rate × $s$",
    "wrong_order": "share $s$ of the examples sorted by class",
    "dying_relu": "biases of the last hidden layer lowered by $s$ at each step, from a third of the run on",
    "loss_spike": "one step at $s$ times the rate",
    "mismatched_split": "share $s$ of the validation inputs' entries moved",
    "shuffled_labels": "share $s$ of the labels moved",
    "overfitting": "$s$ training examples; from 64 on in batches of 8, for four times as many steps",
}
WORDS: Mapping[str, str] = {
    "skipped": "steps left out",
    "peak": "largest loss",
    "leap": "largest of the first four changes ÷ weights",
    "start": "first loss",
    "dead_start": "silent at first",
    "dead_end": "silent at the end",
    "thin": "reaches last layer",
    "early_train": "training after an epoch",
    "early_val": "validation after an epoch",
    "fresh": "new batches",
    "decay": "first ÷ last gradient",
    "held": "steps cut",
    "reach": "reach",
    "end": "last losses",
    "period": "repeats",
    "rise": "rise",
    "rise_from": "losses before it",
    "train": "training at the end",
    "val": "validation at the end",
}
SIGNS: Mapping[type[ast.AST], str] = {ast.Gt: ">", ast.Lt: "<", ast.Mult: "×", ast.Sub: "−"}


def rows() -> list[str]:
    """The table in Markdown, a row for each rule in the order in which they are asked."""
    return [
        f"| *{rule.name.replace('_', ' ')}:* {DONE[rule.name]} | {_list(DEVELOPMENT[rule.name])} "
        f"/ {_list(HELD_OUT[rule.name])} | {condition(rule.name)} |"
        for rule in RULES
    ]


def condition(name: str) -> str:
    """When the rule of that name speaks, with the limits' values, in the words of ``WORDS``."""
    tree = ast.parse(inspect.getsource(diagnose))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "Rule"]
    (found,) = (call.args[1] for call in calls if ast.literal_eval(call.args[0]) == name)
    assert isinstance(found, ast.Lambda)
    return _said(found.body, tree)


def _said(node: ast.expr, tree: ast.Module) -> str:
    """An expression in words; limits by their values, what calls a function by what the function returns."""
    match node:
        case ast.Constant(float(value)):
            return f"{value:g}"
        case ast.Attribute(ast.Name("m"), limit):
            return f"{getattr(Limits(), limit):g}"
        case ast.BinOp(ast.Attribute(ast.Name("m"), limit), ast.Sub(), ast.Constant(float(value))):
            return f"{getattr(Limits(), limit) - value:g}"
        case ast.Attribute(ast.Name("r"), reading):
            return WORDS[reading]
        case ast.BoolOp(op, values):
            parts = [f"({said})" if isinstance(v, ast.BoolOp) else said for v in values for said in [_said(v, tree)]]
            return (" and " if isinstance(op, ast.And) else " or ").join(parts)
        case ast.UnaryOp(ast.Not(), operand):
            said = _said(operand, tree)
            return f"not ({said})" if " and " in said or " or " in said else f"not {said}"
        case ast.Compare(ast.Attribute(attr="lost"), [ast.GtE()], [ast.Constant(0)]):
            return "a loss is not finite"
        case ast.Compare(left, [sign], [right]) | ast.BinOp(left, sign, right):
            return f"{_said(left, tree)} {SIGNS[type(sign)]} {_said(right, tree)}"
        case ast.Call(ast.Name(function)):
            (body,) = (f.body for f in tree.body if isinstance(f, ast.FunctionDef) and f.name == function)
            assert isinstance(body[-1], ast.Return) and body[-1].value is not None
            return _said(body[-1].value, tree)
    raise ValueError(f"no words for {ast.unparse(node)}")


def _list(values: tuple[float, ...]) -> str:
    return ", ".join(np.format_float_positional(value, trim="-") for value in values)
