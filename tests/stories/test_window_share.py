"""The window's sharing: an e-mail draft with attachments, and the firm's name and logo."""

import base64
import email
import email.policy

import pytest

from images import png
from workbooks import HEADER, candidate, write_workbook


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    folder = tmp_path_factory.mktemp("deals")
    rows = [candidate(number, Building_SqFt=20_000 + 1_000 * number) for number in range(1, 8)]
    write_workbook(folder / "a.xlsx", [HEADER, *rows])
    return folder


def make_mail(tab, **choice):
    answer = tab.send("POST", "/api/mail", {"to": "", "attach": [], **choice})
    assert answer.status == 200, answer.content
    return answer.content


def parse(content):
    return email.message_from_bytes(content, policy=email.policy.default)


def save_settings(tab, **changes):
    version = tab.get("/api/settings")["version"]
    answer = tab.send("PUT", "/api/settings", {"version": version, "changes": changes})
    assert answer.json["problems"] == [], answer.json


def save_logo(tab, content):
    return tab.send("POST", "/api/branding/logo", {"content": base64.b64encode(content).decode()})


def test_draft_has_the_page_attached_and_opens_unsent(tab):
    mail = parse(make_mail(tab, attach=["page"], to="ann@example.com; bob@example.com"))
    assert (mail["X-Unsent"], mail["To"]) == ("1", "ann@example.com, bob@example.com")
    assert mail["Subject"].startswith("7 flex-industrial properties, data of ")
    (attached,) = mail.iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == ("flexscout_report.html", "text/html")
    assert attached.get_payload(decode=True) == (tab.folder / "results/flexscout_report.html").read_bytes()


def test_text_lists_the_best_properties(tab):
    text = parse(make_mail(tab)).get_content()
    assert "1. " in text
    assert "5. " in text
    assert "6. " not in text
    assert "sq ft" in text


def test_memo_workbook_and_the_page_of_a_property_can_be_attached(tab):
    key = tab.get("/api/list")["ids"][0]
    mail = parse(make_mail(tab, attach=["workbook", "memo"], sheet=key))
    contents = [part.get_payload(decode=True) for part in mail.iter_attachments()]
    assert [content[:4] for content in contents] == [b"%PDF", b"PK\x03\x04", b"%PDF"]


def test_equal_drafts_have_equal_bytes(tab):
    assert make_mail(tab, attach=["page", "workbook"]) == make_mail(tab, attach=["page", "workbook"])


@pytest.mark.parametrize(
    "choice",
    [
        {"to": "nobody"},
        {"to": "ann@example.com\r\nBcc: eve@example.com"},
        {"to": 3},
        {"attach": ["notes"]},
        {"attach": "page"},
        {"attach": [["page"]]},
        {"sheet": "P-0000000000000000"},
        {"sheet": 3},
    ],
)
def test_draft_that_can_not_be_made_is_refused_with_a_sentence(tab, choice):
    answer = tab.send("POST", "/api/mail", {"to": "", "attach": [], **choice})
    assert (answer.status, bool(answer.json["error"])) == (400, True)


def test_firm_is_in_the_settings_the_subject_and_the_outputs_of_the_next_run(tab):
    saved = save_logo(tab, png())
    assert saved.status == 200, saved.content
    save_settings(tab, branding="Oak & Elm <Partners>", branding_logo=saved.json["path"])
    branding = tab.get("/api/branding")
    assert (branding["name"], branding["problem"]) == ("Oak & Elm <Partners>", "")
    assert branding["logo"] == f"data:image/png;base64,{base64.b64encode(png()).decode()}"
    assert parse(make_mail(tab))["Subject"].strip().startswith("Oak & Elm <Partners>: 7 ")
    tab.finish_run()
    assert "Oak &amp; Elm &lt;Partners&gt;" in (tab.folder / "results/flexscout_report.html").read_text()
    assert {file["file"] for file in tab.get("/api/files")["files"]} == {"a.xlsx"}
    save_settings(tab, branding=None, branding_logo=None)
    assert tab.get("/api/branding")["logo"] is None


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"<svg onload=alert(1)>"])
def test_logo_that_is_no_image_is_refused_and_leaves_no_file(tab, content):
    before = sorted(tab.folder.rglob("logo-*"))
    assert save_logo(tab, content).status == 400
    assert sorted(tab.folder.rglob("logo-*")) == before


def test_logo_that_is_no_base64_is_refused(tab):
    assert tab.send("POST", "/api/branding/logo", {"content": "no base64!"}).status == 400


def test_logo_that_is_gone_is_told(tab):
    saved = save_logo(tab, png(3, 3)).json["path"]
    save_settings(tab, branding_logo=saved)
    (tab.folder / saved).unlink()
    assert "can't be read" in tab.get("/api/branding")["problem"]
    save_settings(tab, branding_logo=None)
