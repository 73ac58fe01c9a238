"""Neural networks you can see through, at the speed of the machine."""
