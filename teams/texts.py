"""What `teams` tells people."""

from core.explain import N_
from messaging.registry import declare_text

declare_text(
    "teams.stand_in",
    subject=N_("You stand in for %(absent)s"),
    body=N_(
        "From %(first)s to %(last)s you lead %(unit)s in place of %(absent)s. You may then do what the post may do."
    ),
)
