from __future__ import annotations

import mimetypes
from functools import partial
from typing import IO
from uuid import UUID

from allauth.account.adapter import get_adapter
from django.http import FileResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.requests import AuthedRequest
from core.answers import carried_out
from documents import services
from documents.models import StoredFile


@require_safe
def download(request: AuthedRequest, public_id: UUID) -> HttpResponseBase:
    """The file itself, inert in a browser; one that is not what was stored is not handed out."""
    stored = get_object_or_404(StoredFile.objects.visible_to(request.user), public_id=public_id)
    address = get_adapter().get_client_ip(request)
    return carried_out(
        request,
        None,
        lambda _sent: services.handed_out(stored=stored, actor=request.user, address=address, now=timezone.now()),
        again=lambda error, status: render(request, "409.html", {"message": error}, status=status),
        then=partial(inert, stored),
    )


def inert(stored: StoredFile, file: IO[bytes]) -> HttpResponseBase:
    kind = mimetypes.types_map[f".{stored.format}"]
    answer = FileResponse(file, as_attachment=True, filename=stored.file_name, content_type=kind)
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "no-store"
    return answer
