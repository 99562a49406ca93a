import contextlib
import os

from django.core.wsgi import get_wsgi_application
from django.db import OperationalError, connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

with contextlib.suppress(OperationalError):  # a database that is away may come back: until then pages say so
    connection.ensure_connection()  # an unsafe one ends the start, by name
connection.close()
