"""Models with scikit-learn's conventions."""
