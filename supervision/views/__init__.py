from supervision.views.calls import call, calls, record_call
from supervision.views.lists import lists, show_list
from supervision.views.ranking import ranking

__all__ = ["call", "calls", "lists", "ranking", "record_call", "show_list"]
