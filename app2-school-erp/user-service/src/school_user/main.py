"""The user-service of the School ERP: its policy on the identity kit."""

from identity_kit.service import identity_service
from servicekit.app import create_app

from school_user.policy import POLICY
from school_user.settings import Settings

service = identity_service(POLICY, Settings())
app = create_app(service)
