"""The admin theme; its frame and colours are the desk's, through templates/static/integration/admin.css."""

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
