"""Where a build keeps the TeX of its formulas by their MathML, for what is made of finished pages."""

KEPT = "formulas.json"  # among the doctrees
