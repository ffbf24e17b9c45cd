"""Clones schemas with django-tenants: reads lines `template clone`, answers `ok` or what went wrong."""

import sys
from urllib.parse import unquote, urlsplit

import django
from django.conf import settings

url = urlsplit(sys.argv[1])
settings.configure(
    DATABASES={
        "default": {
            "ENGINE": "django_tenants.postgresql_backend",
            "NAME": unquote(url.path.lstrip("/")),
            "USER": unquote(url.username or ""),
            "PASSWORD": unquote(url.password or ""),
            "HOST": url.hostname,
            "PORT": url.port or "",
        }
    },
    DATABASE_ROUTERS=("django_tenants.routers.TenantSyncRouter",),
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"],
    SHARED_APPS=["django.contrib.contenttypes"],
    TENANT_APPS=[],
    TENANT_MODEL="tenants.Tenant",
    TENANT_DOMAIN_MODEL="tenants.Domain",
)
django.setup()

from django_tenants.clone import CloneSchema  # noqa: E402, needs the settings

for line in sys.stdin:
    template, clone = line.split()
    try:
        CloneSchema().clone_schema(template, clone)
        print("ok", flush=True)
    except Exception as error:  # whatever goes wrong is the answer
        print(" ".join(str(error).split()) or type(error).__name__, flush=True)
