"""The settings with which `apply` migrates a Django application into `base_template`."""

import os
from urllib.parse import parse_qsl, unquote, urlsplit

_url = urlsplit(os.environ["DATABASE_URL"])
_query = dict(parse_qsl(_url.query))

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(_url.path.lstrip("/")),
        "USER": unquote(_url.username or _query.get("user", "")),
        "PASSWORD": unquote(_url.password or _query.get("password", "")),
        "HOST": unquote(_url.hostname or _query.get("host", "")),
        "PORT": str(_url.port or _query.get("port", "")),
        "OPTIONS": {"options": "-c search_path=base_template,public"},
    }
}
SECRET_KEY = "only migrations run with it"
USE_TZ = True
STATIC_URL = "/static/"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
_DJANGO = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.sites",
    "django.contrib.staticfiles",
]

if os.environ["APPLICATION"] == "wagtail":
    INSTALLED_APPS = [
        "wagtail.contrib.forms",
        "wagtail.contrib.redirects",
        "wagtail.contrib.search_promotions",
        "wagtail.contrib.settings",
        "wagtail.embeds",
        "wagtail.sites",
        "wagtail.users",
        "wagtail.snippets",
        "wagtail.documents",
        "wagtail.images",
        "wagtail.search",
        "wagtail.admin",
        "wagtail",
        "modelcluster",
        "taggit",
        "django.contrib.postgres",
        *_DJANGO,
    ]
    WAGTAIL_SITE_NAME = "real"
    WAGTAILADMIN_BASE_URL = "http://localhost"
else:
    from oscar.defaults import *  # noqa: F403

    SITE_ID = 1
    INSTALLED_APPS = [
        *_DJANGO,
        "django.contrib.flatpages",
        "oscar.config.Shop",
        *(
            f"oscar.apps.{name}"
            for name in (
                "analytics.apps.AnalyticsConfig",
                "checkout.apps.CheckoutConfig",
                "address.apps.AddressConfig",
                "shipping.apps.ShippingConfig",
                "catalogue.apps.CatalogueConfig",
                "catalogue.reviews.apps.CatalogueReviewsConfig",
                "communication.apps.CommunicationConfig",
                "partner.apps.PartnerConfig",
                "basket.apps.BasketConfig",
                "payment.apps.PaymentConfig",
                "offer.apps.OfferConfig",
                "order.apps.OrderConfig",
                "customer.apps.CustomerConfig",
                "search.apps.SearchConfig",
                "voucher.apps.VoucherConfig",
                "wishlists.apps.WishlistsConfig",
                "dashboard.apps.DashboardConfig",
                "dashboard.reports.apps.ReportsDashboardConfig",
                "dashboard.users.apps.UsersDashboardConfig",
                "dashboard.orders.apps.OrdersDashboardConfig",
                "dashboard.catalogue.apps.CatalogueDashboardConfig",
                "dashboard.offers.apps.OffersDashboardConfig",
                "dashboard.partners.apps.PartnersDashboardConfig",
                "dashboard.pages.apps.PagesDashboardConfig",
                "dashboard.ranges.apps.RangesDashboardConfig",
                "dashboard.reviews.apps.ReviewsDashboardConfig",
                "dashboard.vouchers.apps.VouchersDashboardConfig",
                "dashboard.communications.apps.CommunicationsDashboardConfig",
                "dashboard.shipping.apps.ShippingDashboardConfig",
            )
        ),
        "widget_tweaks",
        "haystack",
        "treebeard",
        "django_tables2",
    ]
    ROOT_URLCONF = "django_settings"
    urlpatterns = []
    HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}
