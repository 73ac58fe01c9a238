"""Engines run training steps; each states what it can do."""
