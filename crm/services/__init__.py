"""Imports of the CRM: receive a file, check it, take it whole or not at all, revert it while nothing depends on it."""

from crm.services.following import follow_company
from crm.services.importing import (
    COMMAND_LIMITS,
    PAGE_LIMITS,
    AlreadyDecided,
    DependedUpon,
    NotTaken,
    OtherContent,
    check_file,
    import_file,
    reasons_to_keep,
    received,
    register_dependency,
    register_notice,
    revert_import,
    take_import,
    trading_days,
    use_trading_days,
)
from crm.services.jobs import (
    AT_ONCE,
    CHANGED,
    ask_to_revert,
    ask_to_take,
    do_job,
    purge_unused,
    receive_file,
    sweep_orphans,
)
from crm.services.progress import progress_of
from crm.services.staging import Asked

__all__ = [
    "AT_ONCE",
    "CHANGED",
    "COMMAND_LIMITS",
    "PAGE_LIMITS",
    "AlreadyDecided",
    "Asked",
    "DependedUpon",
    "NotTaken",
    "OtherContent",
    "ask_to_revert",
    "ask_to_take",
    "check_file",
    "do_job",
    "follow_company",
    "import_file",
    "progress_of",
    "purge_unused",
    "reasons_to_keep",
    "receive_file",
    "received",
    "register_dependency",
    "register_notice",
    "revert_import",
    "sweep_orphans",
    "take_import",
    "trading_days",
    "use_trading_days",
]
