"""The sandbox for students' processes."""

from coursekit.sandbox.facts import Layer, layers

__all__ = ["Layer", "layers"]
