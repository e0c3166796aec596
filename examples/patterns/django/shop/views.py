"""The sign-up."""

from __future__ import annotations

import logging

import requests
from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

from shop import crm
from shop.models import Person

log = logging.getLogger("shop")


@require_POST
def sign_up(request: HttpRequest) -> JsonResponse:
    """Creates an account and the person in Customer.io, or neither."""
    try:
        with transaction.atomic():
            person = Person.objects.create(email=request.POST["email"])
            crm.identify(person.pk, email=person.email)
    except requests.RequestException as error:
        log.warning("sign-up: %s", type(error).__name__)
        return JsonResponse({"error": "please try again"}, status=503)
    return JsonResponse({"id": person.pk}, status=201)
