from servicekit.testing.suite import ServiceSuite


class TestLibraries(ServiceSuite):
    pass
