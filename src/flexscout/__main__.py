"""`python -m flexscout`, for systems where scripts are not on the path."""

from flexscout.cli import main

if __name__ == "__main__":
    main()
