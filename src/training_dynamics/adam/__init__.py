"""Adam: its update, invariances, rare classes, Fisher matrices, and what each term buys on digits."""
