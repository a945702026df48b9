"""Slides of each chapter, made from its finished page: what it claims, its formulas, figures and predictions."""
