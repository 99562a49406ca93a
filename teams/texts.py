"""What `teams` tells people."""

from core.explain import N_
from messaging.registry import declare_text

declare_text(
    "teams.password_given",
    subject=N_("You were given a one-time password"),
    body=N_("%(by)s gave you a one-time password. If you did not ask for one, tell your leader at once."),
)
declare_text(
    "teams.second_factor_taken",
    subject=N_("Your second factor was taken away"),
    body=N_("%(by)s took your second factor away. If you did not ask for that, tell your leader at once."),
)
declare_text(
    "teams.stand_in",
    subject=N_("You stand in for %(absent)s"),
    body=N_(
        "From %(first)s to %(last)s you lead %(unit)s in place of %(absent)s. You may then do what the post may do."
    ),
)
