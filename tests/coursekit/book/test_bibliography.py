"""The Tab key stops once at each reference of a page; a mouse and a finger reach every link."""

from __future__ import annotations

from coursekit.book.bibliography import one_stop_each

LINK = '<a class="reference internal" href="{}references.html#{}" title="Ada. 1843.">1843</a>'


def test_the_first_link_to_each_reference_can_be_reached_and_all_can_be_pressed() -> None:
    page = f'{LINK.format("", "id1")} <a class="reference internal" href="adam.html#id1">Adam</a> {LINK.format("../", "id2")} {LINK.format("", "id1")}'
    made = one_stop_each(page)
    assert made.count("href=") == 4 and made.count('tabindex="-1"') == 1
    note = '<a class="reference internal" href="claims/a.html#claim-a"><span class="std std-ref">How it is tested</span></a>'
    assert one_stop_each(f"<span>{note}</span><p>{note}</p>").count("tabindex") == 1  # a card's stays
    assert made.endswith('#id1" tabindex="-1" title="Ada. 1843.">1843</a>')
