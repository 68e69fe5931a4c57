"""Y3: what a plain Django page costs. Frozen: targets.toml holds this file's hash. No line of the product is in it.

Session, user, one indexed select of 45 rows, a Jinja2 page. `python -m benchmarks.y3` makes the tables and prints a session key.
"""

import os

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="a yardstick keeps no secret and guards nobody's data",  # noqa: S106
    ALLOWED_HOSTS=["*"],
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions"],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    ROOT_URLCONF=__name__,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": os.environ["Y3_DATABASE"],
            "USER": os.environ["Y3_USER"],
            "HOST": os.environ["Y3_HOST"],
            "CONN_MAX_AGE": None,
        }
    },
)
django.setup()

import jinja2  # noqa: E402
from django.contrib.auth import login  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.test import RequestFactory  # noqa: E402
from django.urls import path  # noqa: E402

PAGE = jinja2.Environment(autoescape=True).from_string(
    "<!doctype html><title>{{ user }}</title><table>{% for row in rows %}<tr>"
    "{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}</table>"
)


def page(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pupil, a, b, c, d, e, f, g, h FROM y3 WHERE book = %s ORDER BY pupil", [77])
        rows = cursor.fetchall()
    return HttpResponse(PAGE.render(user=request.user.username, rows=rows))


urlpatterns = [path("", page)]
application = WSGIHandler()


def prepare():
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE y3 (book int, pupil int, a int, b int, c int, d int, e int, f int, g int, h int)")
        cursor.execute(
            "INSERT INTO y3 SELECT b, p, 1, 2, 3, 4, 5, 6, 7, 8 FROM generate_series(1, 2000) b, generate_series(1, 45) p"
        )
        cursor.execute("CREATE INDEX ON y3 (book)")
        cursor.execute("ANALYZE")
    request = RequestFactory().get("/")
    from django.contrib.sessions.backends.db import SessionStore

    request.session = SessionStore()
    login(request, User.objects.create_user("teacher"), backend="django.contrib.auth.backends.ModelBackend")
    request.session.save()
    return request.session.session_key


if __name__ == "__main__":
    print(prepare())
