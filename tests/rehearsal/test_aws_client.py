"""The client of the local AWS reaches the local AWS alone."""

from pathlib import Path

import pytest

from gateway_rehearsal.aws.client import client


def test_another_machine_is_refused() -> None:
    """An endpoint that is not this machine is refused before anything is sent."""
    with pytest.raises(ValueError, match=r"\A.*\Z") as refusal:
        client("https://ec2.eu-west-1.amazonaws.com", "eu-west-1")
    assert str(refusal.value) == (
        "'https://ec2.eu-west-1.amazonaws.com' cannot be the local AWS: "
        "the host is not a loopback address"
    )


def test_the_environment_does_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials, profile, proxies and endpoint of the user are all left alone."""
    config = tmp_path / "config"
    config.write_text("[default]\nregion = us-east-1\nendpoint_url = https://192.0.2.1\n")
    for name, value in {
        "AWS_ACCESS_KEY_ID": "theirs",
        "AWS_SECRET_ACCESS_KEY": "theirs",
        "AWS_SESSION_TOKEN": "theirs",
        "AWS_PROFILE": "nobody",
        "AWS_CONFIG_FILE": str(config),
        "AWS_ENDPOINT_URL": "https://192.0.2.2",
        "AWS_USE_FIPS_ENDPOINT": "true",
        "AWS_MAX_ATTEMPTS": "9",
        "HTTP_PROXY": "http://192.0.2.3",
    }.items():
        monkeypatch.setenv(name, value)
    ec2 = client("http://127.0.0.1:9", "eu-west-1")
    credentials = ec2._request_signer._credentials  # noqa: SLF001 - boto3 shows them nowhere else
    assert (credentials.access_key, credentials.secret_key, credentials.token) == (
        "local",
        "local",
        None,
    )
    assert (ec2.meta.endpoint_url, ec2.meta.region_name) == ("http://127.0.0.1:9", "eu-west-1")
    assert (ec2.meta.config.proxies, ec2.meta.config.retries["total_max_attempts"]) == ({}, 3)
