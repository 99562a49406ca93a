from compensation.tests.month import pay_of

__all__ = ["pay_of"]
