"""The firm's name and logo."""

import pytest

from flexscout.errors import ConfigurationError, OutputError
from flexscout.outputs.branding import Branding, load_branding
from images import jpeg, png
from memos import memo_of, read_pdf


def load(path, name="Elm Capital"):
    return load_branding({"branding": name, "branding_logo": str(path)})


def test_settings_of_an_older_version_have_no_branding():
    assert load_branding({}) == Branding()


def test_the_name_is_on_one_line():
    assert load_branding({"branding": " Elm \n Capital "}) == Branding("Elm Capital")


@pytest.mark.parametrize(("content", "media_type", "size"), [(png(), "image/png", (2, 2)), (jpeg(), "image/jpeg", (1, 1))])
def test_a_logo_is_recognized_by_its_content(tmp_path, content, media_type, size):
    (tmp_path / "logo.dat").write_bytes(content)
    assert load(tmp_path / "logo.dat") == Branding("Elm Capital", content, media_type, size)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"GIF89a", "neither a PNG nor a JPEG"),
        (b"", "neither a PNG nor a JPEG"),
        (png() + b"x" * 2**20, "larger than 1 MB"),
        (png(width=100_000), "pixels per side"),
        (png(height=0), "pixels per side"),
        (png()[:16], "pixels per side"),
        (jpeg()[:20], "pixels per side"),
        (b"\xff\xd8\xff" + b"\xff" * 40, "pixels per side"),
    ],
)
def test_a_file_that_is_no_logo_is_refused(tmp_path, content, reason):
    (tmp_path / "logo.png").write_bytes(content)
    with pytest.raises(ConfigurationError, match=reason):
        load(tmp_path / "logo.png")


@pytest.mark.parametrize("name", ["missing.png", "", "a\0b.png"])
def test_a_logo_that_cannot_be_read_is_an_error(tmp_path, name):
    with pytest.raises(ConfigurationError, match="can't be read"):
        load(f"{tmp_path}/{name}")


@pytest.mark.parametrize("logo", [Branding("Elm Capital", png(), "image/png"), Branding("Elm Capital", jpeg(), "image/jpeg")])
def test_the_memo_shows_the_firm_and_its_logo(logo):
    pdf = memo_of({}, branding=logo)
    assert "Elm Capital" in read_pdf(pdf)
    assert b"/Image" in pdf


def test_a_damaged_logo_is_an_error():
    damaged = png().replace(b"IDAT", b"IDAX")
    with pytest.raises(OutputError, match="logo"):
        memo_of({}, branding=Branding("Elm Capital", damaged, "image/png"))
