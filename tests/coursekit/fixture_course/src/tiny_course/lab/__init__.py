"""Shared by the topics and not for students."""
