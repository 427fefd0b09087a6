"""`python -m nasc` is the command `nasc`."""

from nasc.cli import main

if __name__ == "__main__":
    main()
