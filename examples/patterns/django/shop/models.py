"""The people with an account."""

from __future__ import annotations

from django.db import models


class Person(models.Model):
    email = models.EmailField(unique=True)

    def __str__(self) -> str:
        return str(self.pk)
