"""Modules, losses and initialisation under PyTorch's names."""
