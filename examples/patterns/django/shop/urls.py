"""The URLs of the shop."""

from __future__ import annotations

from django.urls import path

from shop.views import sign_up

urlpatterns = [path("sign-up/", sign_up)]
