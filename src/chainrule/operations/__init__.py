"""What an operation is: value, derivative, shape rule, domain, kinks and source."""
