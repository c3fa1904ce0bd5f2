"""The desk of a rescue co-ordinator behind the page and the API: forms, drifts, plans, searches, all recorded.

Imports go one way within it: ``form`` < ``boats``, ``fields``, ``jobs``, ``bench`` < ``lines`` < ``cases`` < ``drifts`` <
``plans`` < ``desk`` < ``released``; ``aids`` stands beside (design/rescue-desk.md).
"""
