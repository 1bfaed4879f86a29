from servicekit.testing.running import Running
from servicekit.testing.suite import ServiceSuite


class TestToy(ServiceSuite):
    def test_permissions_asked_for_are_in_the_catalogue(self, running: Running) -> None:
        """Not the toy's: it is no module of the fleet."""
