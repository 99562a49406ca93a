"""What a password is made of, and which words it must not hold."""

from __future__ import annotations

import re

import pytest

from accounts.rules import classes_in, forms_of, long_enough, one_time_password


@pytest.mark.parametrize(
    ("password", "classes"), [("", 0), ("abc", 1), ("abC", 2), ("abC1", 3), ("abC1-", 4), ("密码", 1), ("7 7", 2)]
)
def test_classes_of_characters_are_counted(password, classes):
    assert classes_in(password) == classes


def test_a_one_time_password_is_three_groups_of_four_that_nobody_misreads():
    made = {one_time_password() for _ in range(200)}
    assert len(made) == 200
    assert all(re.fullmatch(r"[a-z2-9]{4}(-[a-z2-9]{4}){2}", one) for one in made)
    assert not set("".join(made)) & set("ilo01")
    assert any(letter.isdigit() for letter in "".join(made))


def test_a_name_is_taken_without_the_words_that_all_firms_carry():
    assert forms_of("和信证券股份有限公司", " East Branch ") == {"和信证券股份有限公司", "和信", "east branch"}


def test_a_short_word_is_in_every_second_password_and_refuses_none():
    assert long_enough(["王", "王芳", "abc", "abcd", "", "1001", "100"]) == {"王芳", "abcd", "1001"}
