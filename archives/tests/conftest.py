from compensation.tests.month import october_fixture

__all__ = ["october_fixture"]
