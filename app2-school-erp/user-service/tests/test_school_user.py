from servicekit.testing.suite import ServiceSuite


class TestUser(ServiceSuite):
    pass
