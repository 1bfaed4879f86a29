from servicekit.testing.suite import ServiceSuite


class TestToy(ServiceSuite):
    pass
