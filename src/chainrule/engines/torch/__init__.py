"""The same training loop with PyTorch taking the steps, on a GPU or in several processes."""
