import json
from pathlib import Path

import pytest
from fleet.keys import make_keys
from servicekit.auth import Signer, TokenRefused, key_id, trusted_keys, verify


def trusted(folder: Path) -> dict[str, dict[str, list[dict[str, str]]]]:
    keys: dict[str, dict[str, list[dict[str, str]]]] = json.loads((folder / "trusted.json").read_text())
    return keys


def test_what_one_deployable_signs_the_others_trust_as_its_own(tmp_path: Path) -> None:
    make_keys(tmp_path, ["api-gateway", "app1-hrms-service"])
    signer = Signer("api-gateway", (tmp_path / "api-gateway.pem").read_text())
    token = signer.sign(audience="app1-hrms-service", subject="a", lifetime=60, claims={})
    keys = trusted_keys(trusted(tmp_path))
    assert verify(token, keys, audience="app1-hrms-service")["iss"] == "api-gateway"
    assert keys[key_id(token)].issuer == "api-gateway"
    impostor = Signer("api-gateway", (tmp_path / "app1-hrms-service.pem").read_text())
    with pytest.raises(TokenRefused):
        verify(
            impostor.sign(audience="app1-hrms-service", subject="a", lifetime=60, claims={}),
            keys,
            audience="app1-hrms-service",
        )


def test_a_new_service_gets_a_key_and_the_others_keep_theirs(tmp_path: Path) -> None:
    make_keys(tmp_path, ["api-gateway"])
    before = trusted(tmp_path)["api-gateway"]
    make_keys(tmp_path, ["api-gateway", "app1-chat-service"])
    assert trusted(tmp_path)["api-gateway"] == before
    assert "app1-chat-service" in trusted(tmp_path)


def test_a_private_key_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    make_keys(tmp_path, ["api-gateway"])
    assert (tmp_path / "api-gateway.pem").stat().st_mode & 0o777 == 0o600
