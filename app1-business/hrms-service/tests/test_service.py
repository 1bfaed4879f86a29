from servicekit.testing.suite import ServiceSuite


class TestHrms(ServiceSuite):
    pass
