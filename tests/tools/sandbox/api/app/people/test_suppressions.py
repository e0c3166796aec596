"""The App API's suppressions of the e-mail provider."""

from __future__ import annotations

from sandbox_client import NOW, SandboxClient


def test_suppressions_of_the_provider(ada_and_bob: SandboxClient) -> None:
    """A suppression is created, found, listed and ended, and the person stays; an unknown type draws 400."""
    kind = "/v1/esp/suppression/bounces"
    assert ada_and_bob.body("POST", f"{kind}/Ada%40example.com") == {}
    answer = ada_and_bob.body("GET", "/v1/esp/search_suppression/ada%40example.com")
    entry = {
        "created": NOW,
        "email": "ada@example.com",
        "reason": "Uploaded manually via api.customer.io",
        "status": "550",
    }
    assert answer == ada_and_bob.body("GET", kind) == {"category": "bounces", "suppressions": [entry]}
    assert ada_and_bob.body("GET", f"{kind}?offset=1")["suppressions"] == []
    assert ada_and_bob("DELETE", f"{kind}/ada%40example.com").answer.status == 204
    assert ada_and_bob("DELETE", "/v1/esp/suppression/blocks/ada%40example.com").answer.status == 204
    assert ada_and_bob.body("GET", "/v1/esp/search_suppression/ada%40example.com")["suppressions"] == []
    assert ada_and_bob.person("email", "ada@example.com")
    for method, target in (("GET", "/v1/esp/suppression/boredom"), ("POST", "/v1/esp/suppression/boredom/a%40b.co")):
        reply = ada_and_bob(method, target)
        assert (reply.answer.status, b"expected blocks, bounces" in reply.answer.body) == (400, True)


def test_suppressions_of_a_domain(ask: SandboxClient) -> None:
    """They are those of a sending domain, in pages; a list can be narrowed to one address or one domain."""
    kind, mail = "/v1/esp/suppression/bounces", {"transactional_message_id": 1, "identifiers": {"id": "42"}}
    ask.body("POST", f"{kind}/a%40example.com")
    for address, domain in (("b@example.com", "mail.example.net"), ("c@example.org", "other.example.net")):
        ask.body("POST", "/v1/send/email", {**mail, "to": address, "from": f"Shop <shop@{domain}>"})
        ask.service.deliver("bounced")
    target = "/v1/esp/domains/mail.example.net/suppression/bounces"
    first = ask.body("GET", f"{target}?limit=1")
    rest = ask.body("GET", f"{target}?limit=1&start={first['next']}")
    assert [each["suppressions"][0]["email"] for each in (first, rest)] == ["a@example.com", "b@example.com"]
    assert (first["category"], rest["next"]) == ("bounces", "")
    assert ask.body("GET", "/v1/esp/suppression/spam_reports")["category"] == "spam"
    for query, found in (
        ("domain=other.example.net", 2),
        ("domain=x.example.net", 1),
        ("email=A%40example.com", 1),
        ("email=x%40example.com", 0),
    ):
        assert len(ask.body("GET", f"{kind}?{query}")["suppressions"]) == found
