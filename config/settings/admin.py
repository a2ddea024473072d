"""The admin theme, in the desk's colours (templates/static/desk/tokens.css holds the same ones)."""

from config.navigation import unfold_sidebar

UNFOLD = {
    "SITE_TITLE": "Tieout",
    "SITE_HEADER": "Tieout",
    "SITE_URL": "/",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "6px",
    "SIDEBAR": {"show_search": False, "show_all_applications": False, "navigation": unfold_sidebar()},
}
