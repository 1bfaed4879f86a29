from servicekit.testing.suite import ServiceSuite


class TestChat(ServiceSuite):
    pass
