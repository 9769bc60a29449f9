"""What a failing disk, or another program, does to a file."""

import random


def flip_bit(path, position):
    """Flip one bit of the file: bit `position`, counted from its start and around its end."""
    content = bytearray(path.read_bytes())
    byte, bit = divmod(position, 8)
    content[byte % len(content)] ^= 1 << bit
    path.write_bytes(content)


def bit_positions(path, count):
    """Different bits of the file, in a fixed random order; all of them if it has fewer than `count`."""
    bits = path.stat().st_size * 8
    return random.Random(7).sample(range(bits), min(count, bits))  # noqa: S311 - test data, no secret


def truncate(path):
    """Cut the file in half."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path):
    """Leave a file without a byte."""
    path.write_bytes(b"")


def make_folder(path):
    """Put a folder with a file in it in the file's place."""
    path.unlink()
    path.mkdir()
    (path / "stray").write_text("x")


def make_unreadable(path):
    """Put a link to itself in the file's place: not even an administrator can open it."""
    path.unlink()
    path.symlink_to(path.name)


def randomize(path):
    """Replace the content by as many random bytes."""
    path.write_bytes(random.Random(7).randbytes(path.stat().st_size))  # noqa: S311 - test data, no secret
