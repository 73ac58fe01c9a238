"""``python -m chainrule``: the command line, as ``torchrun -m chainrule`` starts it."""

from chainrule.cli.main import main

if __name__ == "__main__":
    main()
