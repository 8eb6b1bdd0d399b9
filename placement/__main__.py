"""``python -m placement`` is ``place``."""

from placement.cli import main

if __name__ == "__main__":
    main()
